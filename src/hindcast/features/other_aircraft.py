"""The second aircraft of an event, and the crews of all: what a collision is with.

The event's label is the worst of all aircraft: two-aircraft events are 24% fatal against 17%.
"""

from pathlib import Path

import polars as pl

from hindcast.features import airframes, keys
from hindcast.features.columns import pick
from hindcast.features.crew_facts import PASSENGERS

TOLD = (
    "acft_category", "far_part", "num_eng", "homebuilt", "damage", "acft_fire", "acft_make",
    "acft_model", "total_seats", "type_fly",
)  # fmt: skip
"""Columns of the second aircraft that are told under ``other_<name>``."""

_WRITTEN = ("acft_make", "acft_model", "homebuilt")

COLUMNS: dict[str, pl.DataType] = {
    "n_aircraft": pl.Int64(),
    "other_make": pl.String(),
    "other_family": pl.String(),
    "other_weight_lb": pl.Float64(),
    "other_phase_no": pl.String(),
    "event_crew": pl.Int64(),
}


def facts(planes: pl.DataFrame, core: Path) -> pl.DataFrame:
    """Count the aircraft of an event and tell the second one (next lowest ``Aircraft_Key``).

    Parameters
    ----------
    planes
        The table ``aircraft``.
    core
        Folder of checked tables, for the sequence of events and the crews.

    Returns
    -------
    polars.DataFrame
        One row per event: ``n_aircraft``, ``other_<name>`` for the columns of :data:`TOLD` that
        the source has, and those of :data:`COLUMNS` that it has tables for.
    """
    told = [name for name in TOLD if name in planes.columns]
    second = [pl.col(name).get(1, null_on_oob=True).alias(f"other_{name}") for name in told]
    grouped = planes.sort("ev_id", "Aircraft_Key").group_by("ev_id", maintain_order=True)
    found = grouped.agg(
        pl.len().cast(pl.Int64).alias("n_aircraft"),
        pl.col("Aircraft_Key").get(1, null_on_oob=True).alias("other_key"),
        *second,
    )
    found = found.hstack(_types(found))
    for table in (_phases(core), _crews(core)):
        if table is not None:
            keyed = [name for name in ("ev_id", "other_key") if name in table.columns]
            found = found.join(table, on=keyed, how="left", validate="m:1")
    return found.drop("other_key")


def _types(found: pl.DataFrame) -> pl.DataFrame:
    """Return the second aircraft's maker, family and typical weight."""
    if not {"other_acft_make", "other_acft_model"} <= set(found.columns):
        return pl.DataFrame()
    texts = pick(found, dict.fromkeys([f"other_{name}" for name in _WRITTEN], pl.String))
    rows = [_type(*written) for written in texts.iter_rows()]
    names = ("other_make", "other_family", "other_weight_lb")
    return pl.DataFrame(rows, schema={name: COLUMNS[name] for name in names}, orient="row")


def _type(make: str | None, model: str | None, homebuilt: str | None) -> tuple:
    maker = keys.make(make, homebuilt)
    craft = airframes.find(maker, keys.words(model))
    return maker, craft and craft.family, craft and craft.typical_weight_lb


def _phases(core: Path) -> pl.DataFrame | None:
    """Return each aircraft's phase: that of its defining occurrence, else of its first."""
    path = core / "Events_Sequence.parquet"
    rows = pl.read_parquet(path) if path.is_file() else None
    if rows is None or rows.is_empty():
        return None
    marked = pl.col("Defining_ev") if "Defining_ev" in rows.columns else pl.lit(None, pl.Boolean)
    order = [~marked.fill_null(value=False), pl.col("Occurrence_No")]
    grouped = rows.group_by("ev_id", pl.col("Aircraft_Key").alias("other_key"))
    return grouped.agg(
        pl.col("phase_no").str.strip_chars().sort_by(order).first().alias("other_phase_no")
    )


def _crews(core: Path) -> pl.DataFrame | None:
    """Return how many fly in all aircraft of the event together."""
    path = core / "Flight_Crew.parquet"
    if not path.is_file():
        return None
    role = pl.col("crew_category").str.strip_chars()
    aboard = pl.read_parquet(path).filter(~role.is_in(PASSENGERS) | role.is_null())
    return aboard.group_by("ev_id").agg(pl.len().cast(pl.Int64).alias("event_crew"))

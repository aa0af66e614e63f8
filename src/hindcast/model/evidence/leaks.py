"""What the label's leaks are worth: columns that know the outcome, put back on purpose.

Injury counts, report numbers, filing dates, toxicology and the words of a report are written after
somebody died, or because. Published models that score near one often have some of them among their
inputs. Here each kind is put back beside the horizon's own features, to show the size of that
flattery.

None of it can be served: no leak is in the catalog of features, each is ``known_at`` `NEVER`, which
is no horizon and which `hindcast.model.encode.check_known` refuses before a bundle is written, and
only probabilities leave `hindcast.model.evidence.bench`.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hindcast.features import inputs
from hindcast.model.evidence.bench import Bench

log = logging.getLogger(__name__)

NEVER = "never"
PREFIX = "leak_"
ALL = "all leaks at once"
ALL_BUT_INJURIES = "all but injury counts and levels"
INJURIES = ("injury counts, without the dead", "pilot's injury level")
DEATH = (
    r"(?i)\b(?:fatal\w*|died|dead|deaths?|deceased|killed|autops\w*|post-?mortem|coroner|"
    r"medical examiner|toxicolog\w*)\b"
)


@dataclass(frozen=True)
class Leak:
    """One column that knows the outcome.

    Parameters
    ----------
    name
        Of the feature, with `PREFIX`.
    family
        Which leaks are put back together.
    table, columns
        The core table, and the columns of it that the expression needs.
    kind
        ``number``, ``flag`` or ``category``.
    value
        Over the table's rows joined with the event's ``ev_day``; the first row of an event that has
        a value counts.
    why
        How the column comes to know.
    """

    name: str
    family: str
    table: str
    columns: tuple[str, ...]
    kind: str
    value: pl.Expr
    why: str

    def as_feature(self) -> dict[str, Any]:
        """Return the leak as an entry of feature_schema.json that no horizon may know."""
        return {
            "name": self.name,
            "group": "leaks",
            "known_at": NEVER,
            "kind": self.kind,
            "dtype": {"number": "Float64", "flag": "Boolean", "category": "String"}[self.kind],
            "unit": "",
            "why": self.why,
            "absent": False,
        }


def _days_after(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Date) - pl.col("ev_day")).dt.total_days().cast(pl.Float64)


def _code(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().replace("", None)


def _counts() -> Iterable[Leak]:
    why = "the injured and the unhurt are counted with the dead: where nobody else is, somebody is"
    for column in ("inj_tot_s", "inj_tot_m", "inj_tot_n"):
        value = pl.col(column).cast(pl.Float64)
        yield Leak(f"{PREFIX}{column}", INJURIES[0], "events", (column,), "number", value, why)


def _crew() -> Iterable[Leak]:
    yield Leak(
        f"{PREFIX}crew_inj_level",
        INJURIES[1],
        "Flight_Crew",
        ("crew_inj_level",),
        "category",
        _code("crew_inj_level"),
        "the pilot is mostly among the dead",
    )
    yield Leak(
        f"{PREFIX}crew_tox_perf",
        "toxicology done",
        "Flight_Crew",
        ("crew_tox_perf",),
        "category",
        _code("crew_tox_perf"),
        "toxicology is done after an autopsy",
    )
    why = "the survivor tells whether the belt was worn; of the dead it often stays unknown"
    for name in ("seatbelts_used", "shldr_harn_used", "restraint_used", "infl_rest_depl"):
        value = _code(name)
        yield Leak(
            f"{PREFIX}{name}", "restraint use", "Flight_Crew", (name,), "category", value, why
        )


def _filing() -> Iterable[Leak]:
    family = "filing dates and report status"
    why = "fatal accidents are investigated longer and closed later"
    for column in ("approval_date", "lchg_date"):
        value = _days_after(column)
        name = f"{PREFIX}{column}_days"
        yield Leak(name, family, "NTSB_Admin", (column,), "number", value, why)
    value = _code("rec_stat")
    yield Leak(f"{PREFIX}rec_stat", family, "NTSB_Admin", ("rec_stat",), "category", value, why)


def _class() -> Iterable[Leak]:
    family = "investigation class"
    yield Leak(
        f"{PREFIX}report_number_letters",
        family,
        "events",
        ("ntsb_no",),
        "category",
        pl.col("ntsb_no").str.extract(r"^[A-Z]{3}\d{2}([A-Z]{2})"),
        "the letters of a report number say how the accident is investigated: FA mostly if fatal",
    )
    agency = _code("invest_agy")
    why = "NTSB leaves lighter accidents to the FAA"
    yield Leak(f"{PREFIX}invest_agy", family, "events", ("invest_agy",), "category", agency, why)


def _words() -> Iterable[Leak]:
    why = "a report of a fatal accident is longer and speaks of the dead"
    for column in ("narr_accp", "narr_accf", "narr_cause"):
        text = pl.col(column)
        for end, kind, value in (
            ("length", "number", text.str.len_chars().cast(pl.Float64)),
            ("death_words", "number", text.str.count_matches(DEATH).cast(pl.Float64)),
        ):
            name = f"{PREFIX}{column}_{end}"
            yield Leak(name, "words of the report", "narratives", (column,), kind, value, why)


LEAKS = (*_counts(), *_crew(), *_filing(), *_class(), *_words())


def read(core: Path) -> dict[str, pl.DataFrame]:
    """Return the checked tables that leaks come from; those that the source has."""
    found = {table: inputs.read(core, table) for table in dict.fromkeys(x.table for x in LEAKS)}
    return {table: rows for table, rows in found.items() if rows is not None}


def build(tables: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, list[Leak]]:
    """Return ``ev_id`` and a column for each leak that the source has, one row an event; and those.

    A leak whose columns are absent, or empty throughout, is left out, and the log says so.

    Parameters
    ----------
    tables
        Core tables by name; ``events`` has ``ev_id`` and ``ev_date``.
    """
    days = tables["events"].select("ev_id", pl.col("ev_date").cast(pl.Date).alias("ev_day"))
    frame = days.select("ev_id")
    for table, leaks in _by_table(tables).items():
        rows = tables[table].join(days, on="ev_id", how="inner", validate="m:1")
        values = rows.select("ev_id", *(leak.value.alias(leak.name) for leak in leaks))
        first = values.group_by("ev_id", maintain_order=True).agg(
            pl.exclude("ev_id").drop_nulls().first()
        )
        frame = frame.join(first, on="ev_id", how="left", validate="1:1")
    there = [x for x in LEAKS if x.name in frame.columns and frame[x.name].count()]
    log.info("leaks: %d of %d are in these records", len(there), len(LEAKS))
    return frame.select("ev_id", *(leak.name for leak in there)), there


def _by_table(tables: Mapping[str, pl.DataFrame]) -> dict[str, list[Leak]]:
    there = [
        x for x in LEAKS if x.table in tables and set(x.columns) <= set(tables[x.table].columns)
    ]
    return {t: [x for x in there if x.table == t] for t in dict.fromkeys(x.table for x in there)}


def families(leaks: Iterable[Leak]) -> dict[str, list[Leak]]:
    """Return which leaks are put back together: each family, all without injuries, and all.

    Examples
    --------
    >>> list(families(x for x in LEAKS if x.family == "toxicology done"))
    ['toxicology done']
    """
    leaks = list(leaks)
    found = {f: [x for x in leaks if x.family == f] for f in dict.fromkeys(x.family for x in leaks)}
    rest = [leak for leak in leaks if leak.family not in INJURIES]
    if len({leak.family for leak in rest}) > 1:
        found[ALL_BUT_INJURIES] = rest
    return found | ({ALL: leaks} if len(rest) < len(leaks) and rest else {})


def judged(bench: Bench, values: pl.DataFrame, leaks: Iterable[Leak]) -> pl.DataFrame:
    """Return what each family of leaks adds to the horizon's own features.

    Parameters
    ----------
    bench
        The horizon's bench.
    values, leaks
        What `build` returned.

    Returns
    -------
    polars.DataFrame
        ``horizon, name`` (the family), ``features`` (how many columns) and the other columns of
        `judge.table`; differences are from the model without leaks.
    """
    parts = {
        part: rows.join(values, on="ev_id", how="left", validate="1:1")
        for part, rows in bench.parts().items()
    }
    by_family = families(leaks)
    tasks = {
        family: bench.task(features=[*bench.features, *(x.as_feature() for x in held)], **parts)
        for family, held in by_family.items()
    }
    sizes = pl.DataFrame(
        {"name": list(by_family), "features": [len(held) for held in by_family.values()]},
        schema={"name": pl.String, "features": pl.Int64},
    )
    found = bench.judged(bench.forecasts(tasks))
    joined = found.join(sizes, on="name", how="left", validate="m:1", maintain_order="left")
    return joined.select("horizon", "name", "features", pl.exclude("horizon", "name", "features"))

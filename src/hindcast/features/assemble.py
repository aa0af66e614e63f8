"""From core tables to the feature table, and the files of the stage."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hindcast import atomic
from hindcast.features import catalog, derive, inputs, population, report, schema
from hindcast.features.state import HistoryState

IDENTITY = ("ev_id", "ev_date", "ev_state", "is_fatal")


@dataclass(frozen=True)
class Built:
    """The features of a study population.

    Attributes
    ----------
    frame
        ``ev_id``, ``ev_date`` (Date), ``ev_state``, ``is_fatal`` (Boolean), then one column per
        feature of the catalog; one row per event, sorted by ``ev_date`` and ``ev_id``.
    steps
        From all events to the population: name and rows kept.
    schema
        As feature_schema.json holds it.
    """

    frame: pl.DataFrame
    steps: list[population.Step]
    schema: dict[str, Any]

    @property
    def features(self) -> pl.DataFrame:
        """The feature columns alone."""
        return self.frame.drop(IDENTITY)


def build(core: Path, state: HistoryState | None = None) -> Built:
    """Return the features of the study population in ``core``.

    Parameters
    ----------
    core
        Folder of checked tables (``data/interim/core``).
    state
        The past up to a date, for records that come without theirs.

    Raises
    ------
    hindcast.features.inputs.InputError
        There is no events table, or it lacks what population and time are decided by.
    """
    everyone = derive.enrich(inputs.build(core), state)
    studied, steps = population.select(everyone)
    values = catalog.compute(studied)
    told = schema.describe(values, catalog.absent(studied))
    return Built(_identity(studied).hstack(values), steps, told)


def _identity(studied: pl.DataFrame) -> pl.DataFrame:
    state = pl.col("ev_state") if "ev_state" in studied.columns else pl.lit(None, pl.String)
    return studied.select(
        "ev_id", pl.col("ev_date").cast(pl.Date), state.alias("ev_state"), population.is_fatal()
    )


def write(built: Built, core: Path, folder: Path, correlation_limit: float) -> report.Report:
    """Check the features, write the stage's files to ``folder`` and return what the checks found.

    Writes features.parquet, population.json, feature_schema.json, feature_dictionary.csv and
    feature_report.json, each whole or not at all.

    Raises
    ------
    hindcast.features.report.DuplicateError
        Two features are the same without a stated reason; nothing is written then.
    """
    checked = report.check(built.frame, built.schema, correlation_limit)
    checked.stop_on_duplicates()
    with atomic.replacing(folder / "features.parquet") as beside:
        built.frame.write_parquet(beside, compression="zstd")
    with atomic.replacing(folder / "feature_dictionary.csv") as beside:
        catalog.dictionary().write_csv(beside)
    people = {"steps": built.steps, "as_of": population.as_of(core).isoformat()}
    atomic.write_json(folder / "population.json", people)
    atomic.write_json(folder / "feature_schema.json", built.schema)
    atomic.write_json(folder / "feature_report.json", checked.as_dict())
    return checked

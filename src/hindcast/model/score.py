"""Judge a trained bundle on other records: from NTSB's files to metrics.json's shape."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from hindcast import checks, features, sources
from hindcast.errors import HindcastError
from hindcast.features import population
from hindcast.features.state import HistoryState
from hindcast.model import bundle as bundles
from hindcast.model import encode, evaluate, facts, groups, score_report, split
from hindcast.model.bundle import Bundle

ROUNDS = 1000
SMALLEST_GROUP = 100
STRANGE_LABELS_SHARE = 0.01
"""Above which share of events with a severity in no code the labels are not believed."""


class ScoreError(HindcastError, ValueError):
    """The records cannot be scored; the message says what was found and what to do."""


@dataclass(frozen=True)
class Records:
    """Other records, as the study's own checks and features see them."""

    built: features.Built
    inventory: Mapping[str, Any]
    as_of: date


def score(
    bundle_dir: Path, raw_dir: Path, rounds: int = ROUNDS, as_of: date | None = None
) -> dict[str, Any]:
    """Evaluate a bundle on the records of a folder.

    The records go through the same adapters, checks and catalog as in training, in a scratch
    folder. Accidents of the years the bundle learned from are left out, as are those too young at
    the release's date; `population.steps` says how many.

    Parameters
    ----------
    bundle_dir
        One bundle (``models/fatal/event``) or a folder of bundles by horizon (``models/fatal``).
    raw_dir
        Folder with NTSB's files, as `hindcast.sources.discover` reads them.
    rounds
        Bootstrap rounds.
    as_of
        The day the records are as of. Where it is not given it is the newest change or approval in
        them, or else their last event, which leaves out half a year too much.

    Returns
    -------
    dict
        As reports/metrics.json, with ``absent``: features that training had and these records have
        no column for; ``unusual``: levels and numbers that training did not meet
        (`hindcast.model.unusual.report`, rows only); ``warnings``: what else to keep in mind.

    Raises
    ------
    hindcast.model.bundle.BundleError
        ``bundle_dir`` holds no bundle.
    ScoreError
        ``raw_dir`` holds no records, or no accident that may be scored, or its severities are
        written in words that are no code.
    """
    trained = _open(Path(bundle_dir))
    first = next(iter(trained.values()))
    records = read(Path(raw_dir), first, as_of)
    mature_until = _mature_until(records, first.manifest)
    frame, steps = studied(records, first.manifest, mature_until)
    predicted = [_predictions(bundle, frame) for bundle in trained.values()]
    judged = evaluate.assemble(
        pl.concat(predicted),
        evaluate.source_facts(records.inventory),
        steps,
        _split(first.manifest, frame, mature_until),
        {horizon: len(bundle.schema) for horizon, bundle in trained.items()},
        rounds=rounds,
        seed=first.manifest["recipe"]["seed"],
        kinds=groups.kinds(frame, facts.KINDS),
        smallest_group=SMALLEST_GROUP,
        thresholds={horizon: one.manifest["threshold"] for horizon, one in trained.items()},
        manifests={horizon: one.manifest for horizon, one in trained.items()},
    )
    said = score_report.of(frame, records.built.schema, records.inventory, trained)
    return judged | said


def _open(folder: Path) -> dict[str, Bundle]:
    """Return the bundles in ``folder`` by horizon."""
    if (folder / "manifest.json").is_file():
        one = bundles.load(folder)
        return {one.manifest["horizon"]: one}
    there = [name for name in encode.HORIZONS if (folder / name).is_dir()]
    if not there:
        raise bundles.BundleError(
            f"no bundle in {folder}: expected manifest.json, or folders named "
            f"{', '.join(encode.HORIZONS)}; the stage `train` writes models/fatal"
        )
    return {name: bundles.load(folder / name) for name in there}


def read(raw_dir: Path, bundle: Bundle, as_of: date | None = None) -> Records:
    """Extract, check and compute features in a scratch folder, with the bundle's past.

    Raises
    ------
    hindcast.model.bundle.BundleError
        The bundle's history is of another version.
    ScoreError
        There are no records in ``raw_dir`` (nothing is simulated in their place), or their
        severities are in no code.
    """
    if not raw_dir.is_dir() or any(one.kind == "simulated" for one in sources.discover(raw_dir)):
        raise ScoreError(
            f"no NTSB records in {raw_dir}: give a folder with avall.mdb, its zip, or its tables "
            "as CSV"
        )
    state = _history(bundle)
    with tempfile.TemporaryDirectory(prefix="hindcast-score-") as name:
        scratch = Path(name)
        inventory = sources.extract(raw_dir, scratch, **_NOTHING_SIMULATED)
        _check_severities(scratch / "raw" / "events.parquet")
        checks.validate(scratch / "raw", scratch)
        core = scratch / "core"
        return Records(features.build(core, state), inventory, as_of or population.as_of(core))


def _history(bundle: Bundle) -> HistoryState:
    try:
        return HistoryState.model_validate_json(bundle.history_text)
    except ValidationError as error:
        fault = error.errors()[0]
        raise bundles.BundleError(
            f"the bundle's history.json is not one of this version of hindcast "
            f"({'.'.join(map(str, fault['loc'])) or 'state'}: {fault['msg']}): train it anew"
        ) from error


def _check_severities(events: Path) -> None:
    """Refuse severities in words: read as unknown they would leave out the deaths, unnoticed."""
    if "ev_highest_injury" not in pl.read_parquet_schema(events):
        return
    said = pl.read_parquet(events, columns=["ev_highest_injury"]).to_series().str.strip_chars()
    codes = [*population.SEVERITIES, "UNKN", "UNK", "NR", ""]
    strange = said.drop_nulls().filter(~said.drop_nulls().str.to_uppercase().is_in(codes))
    if len(strange) > STRANGE_LABELS_SHARE * len(said):
        found = ", ".join(repr(word) for word in strange.unique().sort().head(5))
        raise ScoreError(
            f"ev_highest_injury holds {found} in {len(strange):,} of {len(said):,} events, "
            f"expected {', '.join(population.SEVERITIES)} or blank: write the codes instead"
        )


_NOTHING_SIMULATED = {
    "seed": 0,
    "simulated_events": 1,
    "simulated_first_year": 2008,
    "simulated_last_year": 2008,
}


def _mature_until(records: Records, manifest: Mapping[str, Any]) -> date:
    return split.last_mature(records.as_of.isoformat(), manifest["split"]["maturity_days"])


def studied(
    records: Records, manifest: Mapping[str, Any], mature_until: date
) -> tuple[pl.DataFrame, list[tuple[str, int]]]:
    """Return the accidents that may be scored, and the steps that left them.

    Raises
    ------
    ScoreError
        None is left.
    """
    # validation stopped and calibrated the bundle: its years count as learned from
    ends = (manifest["trained_from"], manifest["split"]["validation_until"])
    first, last = map(date.fromisoformat, ends)
    frame, steps = records.built.frame, list(records.built.steps)
    day = pl.col("ev_date")
    for name, kept in (
        (f"mature (to {mature_until})", day <= mature_until),
        (f"outside the years learned from ({first} to {last})", ~day.is_between(first, last)),
    ):
        frame = frame.filter(kept)
        steps.append((name, frame.height))
    if frame.is_empty():
        raise ScoreError(f"no accident to score: {'; '.join(f'{n} {k}' for k, n in steps)}")
    return frame, steps


def _predictions(bundle: Bundle, frame: pl.DataFrame) -> pl.DataFrame:
    made = [name for name in bundle.names if name in frame.columns]  # the bundle names the others
    known = frame.select("ev_id", "ev_date", "is_fatal")
    return known.with_columns(
        pl.lit("test").alias("part"),
        pl.lit(bundle.manifest["horizon"]).alias("horizon"),
        pl.lit("xgboost").alias("model"),
        pl.Series("probability", bundle.predict(frame.select(made)), pl.Float64),
    )


def _split(manifest: Mapping[str, Any], frame: pl.DataFrame, mature_until: date) -> dict[str, Any]:
    """Return the bundle's split with what was scored in the place of its test part."""
    rows = manifest["split"]["rows"]
    return manifest["split"] | {
        "test_from": frame["ev_date"].min().isoformat(),
        "test_until": frame["ev_date"].max().isoformat(),
        "mature_until": mature_until.isoformat(),
        "rows": {"train": rows["train"], "validation": rows["validation"], "test": frame.height},
    }

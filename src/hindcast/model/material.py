"""What training starts from: features, their schema, and which part each event falls in."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from hindcast import paths
from hindcast.features import history, inputs
from hindcast.model import encode, fit, recorded, split

log = logging.getLogger(__name__)
KEYS = ("ev_id", "ev_date", "ev_state", "part", "is_fatal")
WEIGHT = "weight"
ERA_BEGINS = date(2008, 1, 1)
"""From when on records are coded as today; what is older has other codes and fewer columns."""
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Material:
    """Events with their part, and all that is known of the features.

    ``frame`` holds `KEYS` and every feature, one row per event in order of date; ``features`` is
    the list of feature_schema.json, without what is no longer recorded; ``history`` is the past
    at the end of the records, as JSON.
    """

    frame: pl.DataFrame
    features: list[dict[str, Any]]
    split: split.Split
    features_version: str
    fingerprint: str
    history: str
    is_simulated: bool = False

    def parts(self, horizon: str) -> tuple[list[dict[str, Any]], dict[str, fit.Labelled]]:
        """Return a horizon's schema, and features and outcomes of train, validation and test."""
        features = of_horizon(self.features, horizon)
        names = [feature["name"] for feature in features]
        return features, {part: fit.Labelled.of(self.frame, part, names) for part in PARTS}

    def redrawn(self, seed: int) -> "Material":
        """Return the same events, divided at random; the part ``random_test`` is ``test`` here."""
        drawn = split.assign_at_random(self.frame.select("ev_id", "part"), seed)
        drawn = drawn.with_columns(pl.col("part").replace("random_test", "test"))
        frame = self.frame.drop("part").join(drawn, on="ev_id", how="inner", validate="1:1")
        return replace(self, frame=frame.sort("ev_date", "ev_id"))


def names(frame: pl.DataFrame) -> list[str]:
    """Return the features among a frame's columns."""
    return [name for name in frame.columns if name not in (*KEYS, WEIGHT)]


def of_horizon(features: Sequence[dict[str, Any]], horizon: str) -> list[dict[str, Any]]:
    """Return the features known at ``horizon`` that the source has columns for.

    Raises
    ------
    hindcast.model.encode.FeatureError
        None is.
    """
    known = [feature for feature in encode.of_horizon(features, horizon) if not feature["absent"]]
    if not known:
        raise encode.FeatureError(
            f"none of {len(features)} features is known at {horizon!r} and present in the source: "
            "look at feature_schema.json"
        )
    return known


def counts(features: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return how many features of each kind every horizon's model has."""
    rows = [
        {"horizon": horizon, "kind": feature["kind"]}
        for horizon in encode.HORIZONS
        for feature in of_horizon(features, horizon)
    ]
    return (
        pl.DataFrame(rows)
        .group_by("horizon", maintain_order=True)
        .agg(
            *(
                (pl.col("kind") == kind).sum().alias(kind)
                for kind in ("number", "flag", "category")
            ),
            pl.len().alias("all"),
        )
    )


def read(
    train_until: str,
    validation_until: str,
    test_until: str,
    maturity_days: int,
    older_weight: float = 1.0,
) -> Material:
    """Read what the stage `features` wrote, and divide it by time.

    Parameters
    ----------
    train_until, validation_until, test_until, maturity_days
        The section `train` of params.yaml.
    older_weight
        How much an accident before `ERA_BEGINS` counts in learning, 0 to 1; with 0 they are left
        out.

    Raises
    ------
    hindcast.model.split.SplitError
        A part is left without events, or without one of the two outcomes.
    """
    frame = pl.read_parquet(paths.processed("features.parquet"))
    schema = _json(paths.processed("feature_schema.json"))
    as_of = _json(paths.processed("population.json"))["as_of"]
    days = split.Split.of(train_until, validation_until, test_until, maturity_days, as_of)
    frame = weighted(divided(frame, days), older_weight)
    until = min(frame["ev_date"].max(), days.mature_until)
    records = _json(paths.interim("inventory.json"))
    today = frame.filter(pl.col("ev_date") >= ERA_BEGINS)
    features = recorded.kept(today if today.height else frame, schema["features"])
    told = records["fingerprint"], past(until), records["simulated"]
    return Material(frame, features, days, schema["version"], *told)


def divided(frame: pl.DataFrame, days: split.Split) -> pl.DataFrame:
    """Return the frame in order of date with the column ``part``; check what each part holds."""
    parts = split.assign(frame, days)
    joined = frame.join(parts, on="ev_id", how="left", validate="1:1").sort("ev_date", "ev_id")
    split.check_labels(joined)
    return joined


def weighted(frame: pl.DataFrame, older_weight: float) -> pl.DataFrame:
    """Return the frame with `WEIGHT` where it holds accidents before `ERA_BEGINS`.

    The older records know few of today's fields and code them otherwise; four in five of all
    accidents since 1982 are older. At full weight they would drown what is known since 2008.
    """
    is_older = pl.col("ev_date") < ERA_BEGINS
    if not frame.select(is_older.any()).item():
        return frame
    kept = frame if older_weight else frame.filter(~is_older)
    log.info("accidents before %s: %d of %d kept", ERA_BEGINS, kept.height, frame.height)
    weight = pl.when(is_older).then(older_weight).otherwise(1.0)
    return kept.with_columns(weight.alias(WEIGHT)) if older_weight else kept


def past(until: date) -> str:
    """Return the past at the end of the day ``until``, counted over all accidents, as JSON.

    The last mature day of the records, not of the training part: a row that uses it is dated
    later, so that nothing but its past is in it.
    """
    state = history.state_at(inputs.build(paths.interim("core")), until)
    return state.model_dump_json() + "\n"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))

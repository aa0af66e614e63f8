"""The answer to a request for a forecast: plain dicts, written by orjson as they are."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from hindcast.model.single import Explanation, Share
from hindcast.model.targets.chain import CLASSES
from hindcast.serve.forecast import provenance, reading, words
from hindcast.serve.forecast.asking import Asked
from hindcast.serve.forecast.engine import Engine

MOST_MISSING = 10
"""How many missing fields are named where not all are asked for."""
HOW_TO_READ = (
    "In {share:.0%} of accidents the set holds the class that turns out; more than one class in it "
    "means that the fields do not tell them apart."
)

Json = dict[str, Any]


class Forecast(NamedTuple):
    """One row's forecast, as computed.

    Attributes
    ----------
    given
        The row's known fields.
    classes
        Probabilities of none, minor, serious and fatal, shape (4,).
    likely
        The conformal set.
    unusual
        What `View.unusual` tells of its features.
    explanation
        What it leans on, where that was asked for.
    """

    given: Mapping[str, Any]
    classes: np.ndarray
    likely: list[str]
    unusual: list[Json]
    explanation: Explanation | None = None


def model(engine: Engine, role: str) -> Json:
    """Return what an answer says of the model behind it."""
    manifest = engine.fatal.manifest
    return {
        "model_version": engine.version,
        "role": role,
        "trained_until": manifest.get("history_until"),
        "is_simulated": provenance.is_simulated(manifest),
        "estimand": engine.estimands["fatal"],
        "classes_estimand": engine.estimands["severity"],
    }


def probabilities(classes: Sequence[float], likely: list[str], coverage: float) -> Json:
    """Return the probabilities, from those of none, minor, serious and fatal, and the set."""
    return {
        "fatal": classes[3],
        "classes": dict(zip(CLASSES, classes, strict=True)),
        "answer_set": {
            "classes": likely,
            "coverage": coverage,
            "how_to_read": _how_to_read(coverage),
        },
    }


@cache
def _how_to_read(coverage: float) -> str:
    return HOW_TO_READ.format(share=coverage)


def about_fields(given: Mapping[str, Any], engine: Engine, asked: Asked) -> Json:
    """Return what became of the request's fields."""
    view = engine.view
    used = view.used(given)
    return {
        "used": used,
        "n_missing": view.n_missing(used),
        "missing": view.missing(given, None if asked.is_full else MOST_MISSING),
        "ignored": view.ignored(given, engine.horizon) if len(used) < len(given) else [],
        "unknown_codes": reading.unknown_codes(given),
    }


def explained(explanation: Explanation) -> Json:
    """Return what a forecast leans on, in log odds of P(fatal) before calibration."""
    return {
        "unit": "log odds of P(fatal), before calibration",
        "base_value": explanation.base_value,
        "contributions": [_contribution(share) for share in explanation.shares],
        "rest": explanation.rest,
    }


def _contribution(share: Share) -> Json:
    known = words.words()[share.feature]
    return {
        "feature": share.feature,
        "label": known.label,
        "value": None if known.is_personal else share.value,
        "unit": known.unit,
        "is_withheld": known.is_personal,
        "contribution": share.contribution,
        "direction": "raises" if share.contribution > 0 else "lowers",
    }


def row(forecast: Forecast, engine: Engine, asked: Asked) -> Json:
    """Return what is told of one row, but for its id, its horizon and its model."""
    coverage = engine.severity.sets["coverage"]
    told = probabilities(forecast.classes.tolist(), forecast.likely, coverage)
    told["fields"] = about_fields(forecast.given, engine, asked)
    told["unusual"] = forecast.unusual
    if forecast.explanation is not None:
        told["explanation"] = explained(forecast.explanation)
    return told


def findings(
    engine: Engine,
    role: str,
    families: list[Json],
    given: Mapping[str, Any],
    asked: Asked,
    values: Sequence[Any],
    encoded: np.ndarray,
) -> Json:
    """Return the answer of a forecast of findings, but for its id and its horizon."""
    about = model(engine, role)
    del about["classes_estimand"]
    return {
        "families": families,
        "fields": about_fields(given, engine, asked),
        "unusual": engine.view.unusual(values, encoded),
        **about,
        "estimand": engine.estimands["causes"],
    }

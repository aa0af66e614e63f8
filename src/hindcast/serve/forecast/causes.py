"""Which families of findings an investigation may list, before there is one."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hindcast.serve.forecast import horizons
from hindcast.serve.forecast.asking import Asked
from hindcast.serve.forecast.engine import Engine
from hindcast.serve.problems import Problem
from hindcast.serve.services import Services


def horizon(held: Services, asked: Asked, given: Mapping[str, Any]) -> tuple[str, str]:
    """Return the horizon of a forecast of findings, and how it was chosen.

    Raises
    ------
    Problem
        404: no horizon, or not the one that is asked for, has such a model.
    """
    there = [name for name, engine in held.shelf.champions.items() if engine.has_causes]
    if not there:
        raise Problem(404, "no horizon has a model of findings: the stage targets trains them")
    if asked.horizon is not None and asked.horizon not in there:
        raise Problem(
            404,
            f"findings are not forecast at the horizon {asked.horizon!r} (before the event nothing "
            f"tells of them, at the investigation they are known): {_listed(there)}",
        )
    return horizons.chosen(asked.horizon, given, there)


def _listed(there: Iterable[str]) -> str:
    return f"ask for {' or '.join(there)}"


def check(engine: Engine) -> None:
    """Refuse a version without a model of findings.

    Raises
    ------
    Problem
        404.
    """
    if not engine.has_causes:
        raise Problem(404, f"version {engine.version} has no model of findings at this horizon")


def families(engine: Engine, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """Return the families of findings with their probability, the likeliest first.

    Parameters
    ----------
    probabilities
        One row of `Engine.causes`, shape (families,).
    """
    told = probabilities.tolist()
    found = [one | {"probability": p} for one, p in zip(engine.families, told, strict=True)]
    return sorted(found, key=lambda one: -one["probability"])

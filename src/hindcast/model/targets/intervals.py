"""Figures with their 95% interval by event, for metrics of several outcomes."""

from typing import Any

import numpy as np

from hindcast.model import bootstrap

UNDEFINED = "an outcome that the figure needs neither happened nor was called"


def summary(judge: bootstrap.Judge, n: int, *, rounds: int, seed: int) -> dict[str, Any]:
    """Return ``name`` and ``name_ci`` of everything ``judge`` says of ``n`` events.

    Parameters
    ----------
    judge, n, rounds, seed
        As `hindcast.model.bootstrap.summary` takes them.

    Returns
    -------
    dict
        As there; ``None`` where a figure does not exist, with the reason under ``undefined``.
    """
    point = judge(np.ones(n))
    values = bootstrap.replicates(judge, n, rounds=rounds, seed=seed)
    out: dict[str, Any] = {}
    for name in point:
        out[name] = bootstrap.number(point[name])
        out[f"{name}_ci"] = bootstrap.interval(name, float(point[name]), values[name])
    lacking = {name: UNDEFINED for name in point if out[name] is None}
    return out | ({"undefined": lacking} if lacking else {})

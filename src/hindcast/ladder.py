"""The study's main table: how well each horizon foresees a death, as text for people."""

import json
from pathlib import Path
from typing import Any

from hindcast.errors import NotRunError

HORIZONS = ("dispatch", "event", "scene", "investigation")
COLUMNS = {
    "roc_auc": "ROC AUC",
    "average_precision": "AP",
    "accuracy": "accuracy",
    "f1": "fatal F1",
    "brier": "Brier",
    "ece": "ECE",
}
KNOWN = {
    "dispatch": "the planned flight",
    "event": "+ what is happening, and where",
    "scene": "+ what the first responder sees",
    "investigation": "+ what the investigation concludes",
}


def read(path: Path) -> dict[str, Any]:
    """Return ``metrics.json``.

    Raises
    ------
    hindcast.errors.NotRunError
        The study has not been run.
    """
    if not path.is_file():
        raise NotRunError(f"no {path}: run the study first (`make run`)")
    return json.loads(path.read_text(encoding="utf-8"))


def interval(bounds: list[float] | None) -> str:
    """Return a bootstrap interval as text.

    Examples
    --------
    >>> interval([0.9131, 0.935])
    '0.913 to 0.935'
    """
    return f"{bounds[0]:.3f} to {bounds[1]:.3f}" if bounds else ""


def rows(metrics: dict[str, Any]) -> list[dict[str, str]]:
    """Return one row a horizon: what is known, and each figure with its 95% interval."""
    return [_row(horizon, metrics["fatal"][horizon]) for horizon in HORIZONS]


def _row(horizon: str, result: dict[str, Any]) -> dict[str, str]:
    figures = {
        title: f"{result[name]:.3f} ({interval(result[f'{name}_ci'])})"
        if result.get(f"{name}_ci")
        else f"{result[name]:.3f}"
        for name, title in COLUMNS.items()
    }
    first = {"horizon": horizon, "known": KNOWN[horizon], "features": f"{result['n_features']}"}
    return first | figures


def short(metrics: dict[str, Any]) -> list[dict[str, str]]:
    """Return the ladder for a narrow screen: of the intervals, only that of the ROC AUC."""
    return [_narrow(row) for row in rows(metrics)]


def _narrow(row: dict[str, str]) -> dict[str, str]:
    wide = {"ROC AUC", "horizon"}
    return {
        title: text if title in wide else text.partition(" (")[0]
        for title, text in row.items()
        if title != "known"
    }


def markdown(metrics: dict[str, Any]) -> str:
    """Return the ladder as a Markdown table."""
    table = rows(metrics)
    titles = list(table[0])
    lines = [titles, ["---"] * len(titles), *(list(row.values()) for row in table)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def tested_on(metrics: dict[str, Any]) -> str:
    """Say which accidents the figures are of, and how the answer "nobody dies" fares on them."""
    event = metrics["fatal"]["event"]
    source = metrics["source"]
    kind = "SIMULATED records" if source["simulated"] else f"NTSB {', '.join(source['releases'])}"
    return (
        f"{kind}, {source['first'][:4]}-{source['last'][:4]}; tested on {event['n_test']:,} "
        f"accidents after the training years, of which {event['majority_accuracy']:.1%} were "
        "not fatal. In brackets: 95% bootstrap intervals by event. "
        "Every figure is about P(fatal | an accident happened), never the risk of having one."
    )

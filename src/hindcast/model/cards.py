"""The cards of all models, for the site to include: one for each target and horizon."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hindcast.model import card, card_target
from hindcast.model.card_parts import table, value
from hindcast.model.evaluate import HORIZONS

FURTHER = {"severity": HORIZONS, "damage": ("event",), "causes": ("event", "scene")}
"""Targets beside P(fatal), and the horizons that have a page."""
NOT_TRAINED = "There is no such model: these records lack what it would have to learn from.\n"


def pieces(models: Path, metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return the cards as Markdown by name: ``card_event``, ``card_severity_event``.

    A page includes its card by name, so that every name is there: where a target has no bundle,
    or no figures, its card says so.

    Parameters
    ----------
    models
        The folder of bundles, ``<target>/<horizon>/manifest.json``.
    metrics
        What reports/metrics.json holds.
    """
    fatal = {f"card_{h}": card.card(metrics, _manifest(models, "fatal", h)) for h in HORIZONS}
    further = {
        f"card_{target}_{horizon}": _further(models, metrics, target, horizon)
        for target, horizons in FURTHER.items()
        for horizon in horizons
    }
    return fatal | further | {"cards": overview(metrics)}


ASKED = {
    "fatal": ("does somebody die?", "roc_auc", "ROC AUC"),
    "severity": ("none, minor, serious or fatal?", "quadratic_kappa", "quadratic kappa"),
    "damage": ("is the aircraft destroyed?", "roc_auc", "ROC AUC"),
    "causes": ("which families of findings?", "micro_average_precision", "micro-averaged AP"),
}
"""Target -> what it answers, and the figure that sums up how well."""


def overview(metrics: Mapping[str, Any]) -> str:
    """Return a table of all cards: what each model answers, how well, and a link to its card."""
    pairs = [("fatal", HORIZONS), *FURTHER.items()]
    rows = [_overview_row(metrics, target, h) for target, horizons in pairs for h in horizons]
    return table(["model", "answers", "on later accidents", "card"], rows)


def _overview_row(metrics: Mapping[str, Any], target: str, horizon: str) -> list[str]:
    question, name, title = ASKED[target]
    figures = metrics.get(target, {}).get(horizon, {})
    told = f"{title} {value(figures, name)}" if name in figures else "not trained on these records"
    page = horizon if target == "fatal" else f"{target}_{horizon}"
    return [f"{target}, {horizon}", question, told, f"[card](/reports/cards/{page}.qmd)"]


def _further(models: Path, metrics: Mapping[str, Any], target: str, horizon: str) -> str:
    there = (models / target / horizon / "manifest.json").is_file()
    if not there or horizon not in metrics.get(target, {}):
        return NOT_TRAINED
    return card_target.card(metrics, _manifest(models, target, horizon))


def _manifest(models: Path, target: str, horizon: str) -> dict[str, Any]:
    path = models / target / horizon / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))

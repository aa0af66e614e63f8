"""The card of a model that answers more than P(fatal): severity, damage, families of findings.

Which figures there are follows from metrics.json, which the stage `targets` fills: a figure is a
number, and its interval stands beside it as ``<name>_ci``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hindcast.model.card import KNOWS, MISUSE
from hindcast.model.card_parts import table, value

TITLES = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "ece": "calibration error",
    "log_loss": "log loss",
    "rps": "ranked probability score",
    "phase": "phase of flight alone",
    "prior": "share alone",
    "f1": "F1",
    "n": "accidents",
    "n_test": "test accidents",
    "f1_macro": "macro F1",
    "f1_weighted": "weighted F1",
}
LIMITS = {
    "severity": (
        "The four classes are the highest injury among all people in the accident; the line "
        "between minor and serious is drawn by those who report.",
        "P(fatal) is the one of the model of that name at the same horizon; this model divides up "
        "the rest.",
        "Sets of answers hold their coverage on average over accidents like those of the "
        "validation years, not for each accident.",
    ),
    "damage": (
        "What investigators call *destroyed* changes over the years: where the share changes, it "
        "may be the word's use and not the damage.",
    ),
    "causes": (
        "Findings are what an investigation lists; the records do not reliably mark which of them "
        "is a cause and which a factor.",
        "A family that no accident of the training years has cannot be forecast.",
    ),
}


def card(metrics: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Return the card of one target and horizon as Markdown.

    Parameters
    ----------
    metrics
        What reports/metrics.json holds, the parts of `targets` merged into it.
    manifest
        The bundle's manifest.json: ``target, horizon, estimand, outputs, rows, until``.

    Raises
    ------
    KeyError
        metrics.json does not know the manifest's target or horizon.
    """
    target, horizon = manifest["target"], manifest["horizon"]
    of = metrics[target][horizon]
    limits = (
        *LIMITS[target],
        "It holds for accidents like those in the records: reported, in the United States.",
    )
    sections = {
        "What is forecast?": _estimand(manifest),
        "On which records?": _data(metrics, manifest),
        "How good is it?": _figures(of) + _sets(metrics.get("conformal", {}).get(horizon), target),
        "What are its limits?": "\n".join(f"- {line}" for line in limits),
        "What is it not for?": "\n".join(f"- {line}" for line in MISUSE),
    }
    return "\n".join(f"## {title}\n\n{text}\n" for title, text in sections.items())


def _estimand(manifest: Mapping[str, Any]) -> str:
    outputs = ", ".join(str(name).replace("_", " ") for name in manifest["outputs"])
    return (
        f"{manifest['estimand']}\n\nAnswers: {outputs}.\n\n"
        f"Known at this horizon: {KNOWS[manifest['horizon']]}."
    )


def _data(metrics: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    source, rows, until = metrics["source"], manifest["rows"], manifest["until"]
    kind = "SIMULATED records" if source["simulated"] else f"NTSB, {', '.join(source['releases'])}"
    return (
        f"{kind}, {source['first']} to {source['last']} (fingerprint "
        f"`{manifest['fingerprint'][:12]}`); of the study population, the accidents of which the "
        f"answer is known. Trained on {rows['train']:,} to {until['train']}, stopped and "
        f"calibrated on {rows['validation']:,} to {until['validation']}, tested on "
        f"{rows['test']:,} to {until['test']}; {manifest['n_features']} features."
    )


def _figures(of: Mapping[str, Any]) -> str:
    """Return the model's figures, and under them each table of figures that the metrics hold."""
    own = [[_title(name), _cell(of, name)] for name in _names(of)]
    text = table(["on the test accidents", "value (95% interval by event)"], own)
    return "\n".join([text, *_tables(of)])


def _tables(of: Mapping[str, Any]) -> Iterator[str]:
    for name, inner in of.items():
        rows = _rows(inner)
        if rows:
            shown = list(dict.fromkeys(n for _, row in rows for n in _names(row)))
            cells = [[k, *(_cell(row, name) for name in shown)] for k, row in rows]
            yield table([_title(name), *map(_title, shown)], cells)


def _rows(inner: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Return named rows of figures: a mapping of mappings; nothing where it is something else."""
    if not isinstance(inner, Mapping):
        return []
    return [
        (_title(name), row)
        for name, row in inner.items()
        if isinstance(row, Mapping) and any(_names(row))
    ]


def _names(of: Mapping[str, Any]) -> list[str]:
    """Return which entries are numbers."""
    return [
        name
        for name, number in of.items()
        if isinstance(number, int | float) and not isinstance(number, bool)
    ]


def _cell(of: Mapping[str, Any], name: str) -> str:
    """Return a figure with its interval, a count as it is, nothing where there is none."""
    number = of.get(name)
    if isinstance(number, int):
        return f"{number:,}"
    return "" if number is None else value(of, name)


def _title(name: str) -> str:
    return TITLES.get(name, name.removeprefix("n_").replace("_", " "))


def _sets(of: Mapping[str, Any] | None, target: str) -> str:
    """Tell how often the sets of answers hold the truth, where severity has them."""
    if of is None or target != "severity":
        return ""
    return (
        f"\nSets of answers that promise to hold the truth in {of['promised']:.0%} of accidents "
        f"hold it in {value(of, 'coverage')} of {of['n_test']:,} test accidents; they have "
        f"{value(of, 'mean_size', 2)} answers on average, and a single one in "
        f"{value(of, 'single')}.\n"
    )

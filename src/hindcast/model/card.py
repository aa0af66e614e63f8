"""A model's card: what it forecasts, from what, how well, and where it must not be used.

Every number comes from metrics.json or from the bundle's manifest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hindcast.model.evaluate import BASELINES
from hindcast.model.tables import NAMES

KNOWS = {
    "dispatch": "the planned flight: aircraft, crew, purpose, calendar, region and its past; "
    "observed weather and light stand for the forecast",
    "event": "what a dispatcher knows, and that something is happening and where: phase of "
    "flight, occurrence, distance to the field, second aircraft",
    "scene": "what is known at the event, and what the first responder sees: damage, fire, "
    "explosion",
    "investigation": "what is known at the scene, and what the investigation concludes: findings "
    "and the whole sequence of events",
}
SHOWN = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "accuracy": "accuracy",
    "f1": "F1 of fatal, at .5",
    "precision": "precision of fatal, at .5",
    "recall": "recall of fatal, at .5",
    "brier": "Brier score",
    "ece": "calibration error",
    "log_loss": "log loss",
}
MISUSE = (
    "The risk of having an accident. Records of accidents hold no flights without one, and no "
    "flight hours.",
    "Advice to a pilot, a dispatcher or an insurer on one flight, or a judgement of one person.",
    "Cause. What the model leans on is what goes with a death in these records.",
    "Accidents outside the United States, which are reported selectively, and incidents.",
    "A release with other columns or coding habits, before it has been scored on that release.",
)


def card(metrics: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Return the card of one horizon's model as Markdown, to be included in a page.

    Parameters
    ----------
    metrics
        What reports/metrics.json holds.
    manifest
        The bundle's manifest.json.

    Raises
    ------
    KeyError
        metrics.json does not know the manifest's horizon.
    """
    horizon = manifest["horizon"]
    of = metrics["fatal"][horizon]
    sections = {
        "What is forecast?": f"{manifest['estimand']}\n\nKnown at this horizon: {KNOWS[horizon]}.",
        "On which records?": _data(metrics, of, manifest),
        "How good is it?": _figures(of) + "\n" + _beside(of),
        "For whom is it worse?": _groups(of),
        "What are its limits?": _limits(of),
        "What is it not for?": "\n".join(f"- {line}" for line in MISUSE),
    }
    return "\n".join(f"## {title}\n\n{text}\n" for title, text in sections.items())


def _data(metrics: Mapping[str, Any], of: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    source, split = metrics["source"], metrics["split"]
    kind = "SIMULATED records" if source["simulated"] else f"NTSB, {', '.join(source['releases'])}"
    steps = [[name, f"{rows:,}"] for name, rows in metrics["population"]["steps"]]
    return (
        f"{kind}, {source['first']} to {source['last']} (fingerprint "
        f"`{manifest['fingerprint'][:12]}`). Trained on {of['n_train']:,} accidents to "
        f"{split['train_until']}, stopped and calibrated on {of['n_validation']:,} to "
        f"{split['validation_until']}, tested on {of['n_test']:,} to {split['test_until']}, "
        f"{of['n_test_fatal']:,} of them fatal; {of['n_features']} features. Accidents after "
        f"{split['mature_until']} are left out: their reports are too young.\n\n"
        + _table(["population", "rows kept"], steps)
    )


def _figures(of: Mapping[str, Any]) -> str:
    rows = [[title, _value(of, name)] for name, title in SHOWN.items()]
    rows.append(["accuracy of the majority class", _told(of["majority_accuracy"])])
    if of.get("f1_best_threshold") is not None:
        at = f"F1 of fatal, at the threshold chosen on validation ({of['best_threshold']:.2f})"
        rows.append([at, _value(of, "f1_best_threshold")])
    return _table(["on the test accidents", "value (95% interval by event)"], rows)


def _beside(of: Mapping[str, Any]) -> str:
    baselines = {name: of["baselines"][name] for name in BASELINES if name in of["baselines"]}
    others = {n: of[n] for n in ("random_split", "masked", "missing_only") if n in of}
    titles = ["beside it", "ROC AUC", "accuracy", "Brier score"]
    names = ("roc_auc", "accuracy", "brier")
    both = (baselines | others).items()
    return _table(titles, [[NAMES[m], *(_value(found, n) for n in names)] for m, found in both])


def _groups(of: Mapping[str, Any]) -> str:
    known = [record for record in of["by_group"] if record.get("roc_auc") is not None]
    if not known:
        return "Not looked into: no kind of accident has enough events."
    worst = sorted(known, key=lambda record: (record["roc_auc"], record["group"]))[:5]
    titles = ["lowest ROC AUC", "accidents", "ROC AUC", "share fatal", "mean forecast"]
    return _table(titles, [_group(record) for record in worst])


def _group(record: Mapping[str, Any]) -> list[str]:
    shares = [_told(record[name]) for name in ("fatal_share", "mean_probability")]
    name = f"{record['by'].replace('_', ' ')}: {record['group']}"
    return [name, f"{record['n']:,}", _value(record, "roc_auc"), *shares]


def _limits(of: Mapping[str, Any]) -> str:
    lines = [
        "The number holds for accidents like those in the records: reported, in the United "
        "States, with a known outcome.",
        "SHAP values explain the model, not the world; correlated features share credit.",
        "Coding habits drift (the word *destroyed* for one), and later releases may drift on.",
    ]
    if "masked" in of and "missing_only" in of:
        lines.append(
            "What is missing from a record goes with the outcome, and that may change by release: "
            f"from missing flags alone ROC AUC is {_told(of['missing_only']['roc_auc'])}; with "
            f"missingness masked it is {_told(of['masked']['roc_auc'])}."
        )
    return "\n".join(f"- {line}" for line in lines)


def _value(of: Mapping[str, Any], name: str) -> str:
    bounds = of.get(f"{name}_ci")
    return _told(of[name]) + (f" ({_told(bounds[0])} to {_told(bounds[1])})" if bounds else "")


def _told(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"

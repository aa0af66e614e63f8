"""A model's card: what it forecasts, from what, how well, and where it must not be used.

Every number comes from metrics.json or from the bundle's manifest. The card of P(fatal) is here;
that of another target is in `hindcast.model.card_target`.
"""

from collections.abc import Mapping
from typing import Any

from hindcast.model.card_parts import named, table, told, value
from hindcast.model.evaluate import BASELINES
from hindcast.model.tables import NAMES, PURPOSES

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
    """Return the card of one horizon's model of P(fatal) as Markdown, to be included in a page.

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
        "Is the probability right?": _calibration(of),
        "What does it mean to call an accident fatal?": _calls(of),
        "For whom is it worse?": _groups(of) + _fairness(metrics, horizon),
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
        + table(["population", "rows kept"], steps)
    )


def _figures(of: Mapping[str, Any]) -> str:
    rows = [[title, value(of, name)] for name, title in SHOWN.items()]
    rows.append(["accuracy of the majority class", told(of["majority_accuracy"])])
    if of.get("f1_best_threshold") is not None:
        at = f"F1 of fatal, at the threshold chosen on validation ({of['best_threshold']:.2f})"
        rows.append([at, value(of, "f1_best_threshold")])
    return table(["on the test accidents", "value (95% interval by event)"], rows)


def _beside(of: Mapping[str, Any]) -> str:
    baselines = {name: of["baselines"][name] for name in BASELINES if name in of["baselines"]}
    others = {n: of[n] for n in ("random_split", "masked", "missing_only") if n in of}
    titles = ["beside it", "ROC AUC", "accuracy", "Brier score"]
    names = ("roc_auc", "accuracy", "brier")
    both = (baselines | others).items()
    return table(titles, [[NAMES[m], *(value(found, n) for n in names)] for m, found in both])


def _calibration(of: Mapping[str, Any]) -> str:
    """Say how the probability is calibrated, and how its error compares with chance."""
    if "ece_expected_by_chance" not in of:
        return "Not looked into."
    low, high = of["ece_expected_by_chance_ci"]
    text = (
        f"The expected calibration error on the test is {told(of['ece'])}. A forecast right in "
        f"every probability would show {told(of['ece_expected_by_chance'])} on as many accidents "
        f"by chance alone, and between {told(low)} and {told(high)} in 95 of 100 such tests; in "
        f"{of['ece_chance_share']:.0%} it would show at least as much as was found.\n"
    )
    found = of.get("calibration", {"by_method": []})
    if not found["by_method"]:
        return text
    names = ("ece", "ece_expected_by_chance", "log_loss", "brier")
    rows = [
        [m["method"].replace("_", "-"), *(told(m[n]) for n in names)] for m in found["by_method"]
    ]
    titles = ["learned on validation, shown on the test", "calibration error", "by chance alone"]
    return (
        f"{text}\nIn use: **{found['method'].replace('_', '-')}**, learned on accidents that the "
        f"boosters were not fitted to. {_why(found)}\n\n"
        + table([*titles, "log loss", "Brier score"], rows)
    )


def _why(found: Mapping[str, Any]) -> str:
    chosen = found.get("chosen")
    if not chosen:
        return "It was set in the parameters; the others are shown beside it."
    return f"It was chosen on validation: {chosen['rule']} (best there: {chosen['best']})."


def _calls(of: Mapping[str, Any]) -> str:
    """Tell each threshold with what it asks and misses."""
    if "thresholds" not in of:
        return "No threshold has been chosen."
    names = ("recall", "precision", "accuracy", "f1", "f1_weighted")
    burden = ("alarms_per_100", "missed_per_100", "cost_per_100")
    rows = [
        [PURPOSES[name], f"{at['threshold']:.3f}", *(value(at, n) for n in names)]
        + [value(at, n, digits=1) for n in burden]
        for name, at in of["thresholds"].items()
    ]
    titles = ["chosen on validation for", "from", "recall", "precision", "accuracy", "F1"]
    titles += ["weighted F1", "alarms per 100", "deaths missed per 100", "cost per 100"]
    return (
        f"Cost counts a missed death as {of['miss_cost']:g} false alarms; whoever acts on the "
        "forecast has to say what the rate is.\n\n" + table(titles, rows)
    )


def _fairness(metrics: Mapping[str, Any], horizon: str) -> str:
    """Tell the kinds for which level or recall is furthest off, where the evidence has them."""
    found = [
        record
        for record in metrics.get("evidence", {}).get("fairness", [])
        if record["horizon"] == horizon and record["by"] != "all" and not record["is_too_small"]
    ]
    if not found:
        return ""
    off = [r for r in found if not r["ratio_lo"] <= 1 <= r["ratio_hi"]]
    missed = sorted((r for r in found if r["recall"] is not None), key=lambda r: r["recall"])[:5]
    titles = ["kind", "accidents", "fatal", "fatal over foreseen", "recall at the F1 threshold"]
    shown = sorted(off, key=lambda r: -abs(r["ratio"] - 1))[:5]
    rows = [_fair(record) for record in [*shown, *(r for r in missed if r not in shown)]]
    return (
        f"\nOf {len(found)} kinds with enough accidents, in {len(off)} the 95% interval says that "
        "the number of deaths is not the one foreseen (in one of twenty it would by chance). "
        "These, furthest off first, and the kinds whose deaths are most often missed:\n\n"
        + table(titles, rows)
    )


def _fair(record: Mapping[str, Any]) -> list[str]:
    shares = [
        f"{told(record[name])} ({told(record[f'{name}_lo'])} to {told(record[f'{name}_hi'])})"
        for name in ("ratio", "recall")
    ]
    return [named(record), f"{record['n']:,}", f"{record['n_fatal']:,}", *shares]


def _groups(of: Mapping[str, Any]) -> str:
    known = [record for record in of["by_group"] if record.get("roc_auc") is not None]
    if not known:
        return "Not looked into: no kind of accident has enough events."
    worst = sorted(known, key=lambda record: (record["roc_auc"], record["group"]))[:5]
    titles = ["lowest ROC AUC", "accidents", "ROC AUC", "share fatal", "mean forecast"]
    return table(titles, [_group(record) for record in worst])


def _group(record: Mapping[str, Any]) -> list[str]:
    shares = [told(record[name]) for name in ("fatal_share", "mean_probability")]
    return [named(record), f"{record['n']:,}", value(record, "roc_auc"), *shares]


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
            f"from missing flags alone ROC AUC is {told(of['missing_only']['roc_auc'])}; with "
            f"missingness masked it is {told(of['masked']['roc_auc'])}."
        )
    return "\n".join(f"- {line}" for line in lines)

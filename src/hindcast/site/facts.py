"""What pages quote: variables and tables, written from the run's own results before rendering."""

import csv
import json
from pathlib import Path
from typing import Any

import yaml

from hindcast import atomic, ladder
from hindcast.ask import worked
from hindcast.model import cards
from hindcast.site import cite, datasheet, serving, stories

RULES_SHOWN = 20
MADE_BY = {
    "source": "01_extract",
    "population": "04_features",
    "split": "05_train",
    "fatal": "06_evaluate",
    "gains": "06_evaluate",
    "bootstrap": "06_evaluate",
    "severity": "08_targets",
    "damage": "08_targets",
    "causes": "08_targets",
    "conformal": "08_targets",
    "families": "08_targets",
    "datasheet": "02_validate",
}
"""The notebook that made each part of what pages quote."""


def write(project: Path) -> None:
    """Write ``_variables.yml`` and ``reports/generated/_*.md`` from the results of the last run."""
    metrics = ladder.read(project / "reports" / "metrics.json")
    quoted = metrics | {"datasheet": datasheet.facts(project)}
    atomic.write_text(project / "_variables.yml", yaml.safe_dump(variables(quoted)))
    for name, text in _pieces(project, metrics).items():
        atomic.write_text(project / "reports" / "generated" / f"_{name}.md", text)


def variables(metrics: dict[str, Any]) -> dict[str, Any]:
    """Return metrics.json with every number as prose shows it: a link to where it was made.

    Examples
    --------
    >>> variables({"fatal": {"event": {"roc_auc": 0.9242}}, "estimand": "P(fatal)"})
    {'fatal': {'event': {'roc_auc': '[0.924](/reports/notebooks/06_evaluate.ipynb)'}}, \
'estimand': 'P(fatal)'}
    """
    return {key: _shown(value, MADE_BY.get(key, "")) for key, value in metrics.items()}


def _shown(value: Any, notebook: str) -> Any:
    match value:
        case dict():
            return {str(key): _shown(inner, notebook) for key, inner in value.items()}
        case [float() | int() as low, float() | int() as high]:
            return _linked(ladder.interval([low, high]), notebook)
        case list():
            return ", ".join(str(_shown(inner, "")) for inner in value)
        case bool() | None:
            return str(value).lower()
        case int():
            return _linked(f"{value:,}", notebook)
        case float():
            return _linked(f"{value:.3f}", notebook)
    return str(value)


def _linked(text: str, notebook: str) -> str:
    return f"[{text}](/reports/notebooks/{notebook}.ipynb)" if notebook else text


def _pieces(project: Path, metrics: dict[str, Any]) -> dict[str, str]:
    checks = _json(project / "data" / "interim" / "checks.json")
    pieces = {
        "banner": banner(metrics["source"]),
        "ladder": ladder.markdown(metrics) + "\n" + ladder.tested_on(metrics) + "\n",
        "population": population(metrics["population"]["steps"]),
        "rules": rules(checks["rules"]),
        "counts": counts(checks["tables"]),
        "features": dictionary(project / "data" / "processed" / "feature_dictionary.csv"),
    }
    return {
        **pieces,
        "queries": worked.markdown(project / "data" / "processed" / "queries.json"),
        "cite": cite.markdown(cite.read(project), metrics["source"]),
        **stories.pieces(project),
        **datasheet.pieces(project),
        **cards.pieces(project / "models", metrics),
        **serving.pieces(project / "data" / "reference"),
    }


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def banner(source: dict[str, Any]) -> str:
    """Say what records a page is made from; a simulated set is called so in a warning."""
    span = f"{source['first']} to {source['last']}"
    if source["simulated"]:
        return (
            '::: {.callout-warning title="SIMULATED records"}\n'
            f"Made by the project's own simulator ({span}): nothing on this page is about real "
            "accidents. Put NTSB's tables into `data/raw` and run again for results.\n:::\n"
        )
    return f"*Source: NTSB, {', '.join(source['releases'])}, {span}.*\n"


def population(steps: list[list[Any]]) -> str:
    """Return the steps from all events to the study population, with the rows that each keeps."""
    return _table(["step", "rows kept"], [[name, f"{rows:,}"] for name, rows in steps])


def rules(found: list[dict[str, Any]]) -> str:
    """Return the rules that found most, most hits first."""
    worst = sorted(found, key=lambda rule: (-rule["rows_hit"], rule["id"]))[:RULES_SHOWN]
    body = [[r["id"], r["table"], r["severity"], f"{r['rows_hit']:,}", r["reason"]] for r in worst]
    return _table(["rule", "table", "severity", "rows", "why"], body)


def counts(tables: dict[str, dict[str, int]]) -> str:
    """Return rows in, out and quarantined by table."""
    body = [
        [t, f"{c['in']:,}", f"{c['out']:,}", f"{c['quarantined']:,}"] for t, c in tables.items()
    ]
    return _table(["table", "rows in", "rows out", "quarantined"], body)


def dictionary(path: Path) -> str:
    """Return the feature dictionary as a table."""
    with path.open(encoding="utf-8", newline="") as lines:
        header, *body = csv.reader(lines)
    return _table(header, body)


def _table(titles: list[str], body: list[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *body]
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"

"""What the datasheet quotes of the records: numbers and tables from the run's own reports.

The questions are those of T. Gebru et al., "Datasheets for datasets" (2021); reports/datasheet.qmd
asks and answers them, and every number in it comes from here or from metrics.json.
"""

import json
from pathlib import Path
from typing import Any

from hindcast.model.card_parts import table

CHANGES_SHOWN = 12


def facts(project: Path) -> dict[str, Any]:
    """Return the numbers that the datasheet's prose quotes, as ``datasheet.<name>``.

    Parameters
    ----------
    project
        A project whose stages up to `features` have run.
    """
    inventory, checks, report = _reports(project)
    files = [file for release in inventory["releases"] for file in release["files"]]
    counts = checks["tables"].values()
    hit = [rule for rule in checks["rules"] if rule["rows_hit"]]
    return {
        "releases": len(inventory["releases"]),
        "files": len(files),
        "megabytes": f"{sum(file['bytes'] for file in files) / 1e6:.1f}",
        "tables": len(inventory["tables"]),
        "rows": sum(one["rows"] for one in inventory["tables"].values()),
        "rows_quarantined": sum(count["quarantined"] for count in counts),
        "rules": len(checks["rules"]),
        "rules_hit": len(hit),
        "anomalies": len(checks["anomalies"]),
        "events_in_several_releases": inventory["conflicts"]["events_in_several_releases"],
        "as_of": _json(project, "data", "processed", "population.json")["as_of"],
        "features": report["features"],
        "features_absent": len(report["absent"]),
        "features_vanished": len(report["vanished"]),
    }


def pieces(project: Path) -> dict[str, str]:
    """Return the datasheet's tables as Markdown, by the name that the page includes."""
    inventory, checks, report = _reports(project)
    return {
        "datasheet_files": files(inventory),
        "datasheet_tables": tables(inventory, checks),
        "datasheet_recorded": recorded(report["availability"]),
    }


def files(inventory: dict[str, Any]) -> str:
    """Return every file that was read, with its size and the start of its SHA-256."""
    rows = [
        [release["release"], file["name"], f"{file['bytes']:,}", f"`{file['sha256'][:12]}`"]
        for release in inventory["releases"]
        for file in release["files"]
    ]
    return table(["release", "file", "bytes", "SHA-256 begins"], rows)


def tables(inventory: dict[str, Any], checks: dict[str, Any]) -> str:
    """Return rows and columns of every table, and what the checks left of it."""
    rows = []
    for name, found in inventory["tables"].items():
        checked = checks["tables"].get(name, {})
        columns = [f"{len(found[key]):,}" for key in ("columns", "absent", "empty")]
        left = [f"{checked[key]:,}" if checked else "" for key in ("out", "quarantined")]
        rows.append([name, f"{found['rows']:,}", *columns, *left])
    titles = ["table", "rows read", "columns", "of the schema, absent", "present, but empty"]
    return table([*titles, "rows kept", "rows set aside"], rows)


def recorded(availability: dict[str, dict[str, float]]) -> str:
    """Return the features whose share of known values changed most over the years.

    The mean of the earlier half of the years beside that of the later half: a feature of history
    needs years of past, and is missing in the first one for that reason alone.

    Examples
    --------
    >>> steady, gone = {"2008": 1.0, "2021": 1.0}, {"2008": 0.9, "2021": 0.1}
    >>> text = recorded({"pilot_hours_log": gone, "month": steady})
    >>> text.splitlines()[2]
    '| pilot_hours_log | 90% | 10% |'
    """
    years = sorted({year for known in availability.values() for year in known})
    half = len(years) // 2
    early, late = years[:half], years[half:]
    shares = [(name, _mean(of, early), _mean(of, late)) for name, of in availability.items()]
    most = sorted(shares, key=lambda row: (-abs(row[2] - row[1]), row[0]))[:CHANGES_SHOWN]
    rows = [[name, f"{first:.0%}", f"{last:.0%}"] for name, first, last in most]
    titles = [f"known, {span[0]} to {span[-1]}" for span in (early, late)]
    return table(["feature", *titles], rows)


def _mean(known: dict[str, float], years: list[str]) -> float:
    """Return the mean share of known values; a year without any record of it counts as none."""
    return sum(known.get(year, 0.0) for year in years) / len(years)


def _reports(project: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    return (
        _json(project, "data", "interim", "inventory.json"),
        _json(project, "data", "interim", "checks.json"),
        _json(project, "data", "processed", "feature_report.json"),
    )


def _json(project: Path, *parts: str) -> dict[str, Any]:
    return json.loads(project.joinpath(*parts).read_text(encoding="utf-8"))

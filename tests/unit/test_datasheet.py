"""The datasheet's numbers come from the run's reports, and every one that it quotes is there."""

import json
import re

import pytest

from hindcast import paths
from hindcast.site import datasheet, facts

INVENTORY = {
    "releases": [
        {
            "release": "invented",
            "files": [
                {"name": "events.csv", "bytes": 1_500_000, "sha256": "ab" * 32},
                {"name": "aircraft.csv", "bytes": 700_000, "sha256": "cd" * 32},
            ],
        }
    ],
    "tables": {
        "events": {"rows": 1234, "columns": ["ev_id", "ev_date"], "absent": ["x"], "empty": []},
        "narratives": {"rows": 10, "columns": ["ev_id"], "absent": [], "empty": ["narr"]},
    },
    "conflicts": {"events_in_several_releases": 3},
}
CHECKS = {
    "rules": [{"rows_hit": 0}, {"rows_hit": 7}, {"rows_hit": 1}],
    "tables": {"events": {"in": 1234, "out": 1230, "quarantined": 4}},
    "anomalies": [{}, {}],
}
REPORT = {
    "features": 42,
    "absent": ["a", "b"],
    "vanished": ["c"],
    "availability": {
        "steady": {"2008": 0.5, "2021": 0.5},
        "gone": {"2008": 0.95, "2021": 0.05},
        "new": {"2021": 1.0},
    },
}


@pytest.fixture
def project(tmp_path):
    files = {
        "interim/inventory.json": INVENTORY,
        "interim/checks.json": CHECKS,
        "processed/feature_report.json": REPORT,
        "processed/population.json": {"as_of": "2022-03-04"},
    }
    for name, value in files.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    return tmp_path


def test_the_numbers_are_those_of_the_reports(project):
    assert datasheet.facts(project) == {
        "releases": 1,
        "files": 2,
        "megabytes": "2.2",
        "tables": 2,
        "rows": 1244,
        "rows_quarantined": 4,
        "rules": 3,
        "rules_hit": 2,
        "anomalies": 2,
        "events_in_several_releases": 3,
        "as_of": "2022-03-04",
        "features": 42,
        "features_absent": 2,
        "features_vanished": 1,
    }


def test_tables_tell_what_was_read_and_what_was_kept(project):
    found = datasheet.pieces(project)
    assert "| events | 1,234 | 2 | 1 | 0 | 1,230 | 4 |" in found["datasheet_tables"]
    assert "| narratives | 10 | 1 | 0 | 1 |  |  |" in found["datasheet_tables"]
    assert "| invented | events.csv | 1,500,000 | `abababababab` |" in found["datasheet_files"]


def test_the_feature_whose_recording_changed_most_comes_first(project):
    lines = datasheet.pieces(project)["datasheet_recorded"].splitlines()
    assert lines[0] == "| feature | known, 2008 to 2008 | known, 2021 to 2021 |"
    assert lines[2:] == ["| new | 0% | 100% |", "| gone | 95% | 5% |", "| steady | 50% | 50% |"]


def test_the_page_quotes_only_what_there_is(project):
    page = paths.reports("datasheet.qmd").read_text(encoding="utf-8")
    quoted = set(re.findall(r"var datasheet\.(\w+)", page))
    assert quoted
    assert quoted <= set(facts.variables({"datasheet": datasheet.facts(project)})["datasheet"])
    included = set(re.findall(r"generated/_(datasheet_\w+)\.md", page))
    assert included == set(datasheet.pieces(project))

"""What pages quote is written, named as they name it, and says where it comes from."""

import json
import re
import shutil

import pytest
import yaml

from hindcast import ladder, paths
from hindcast.model import card
from hindcast.site import facts, stories

FINDING = {"text": "Half of them.", "figure": "fig-x", "numbers": {}}
RULE = {"id": "zero_hours", "table": "flight_time", "severity": "blank", "reason": "0 | none"}


@pytest.fixture
def metrics() -> dict:
    figures = dict.fromkeys([*ladder.COLUMNS, "majority_accuracy"], 0.75)
    return {
        "source": {
            "simulated": True, "releases": ["simulated"], "first": "2008-01-01",
            "last": "2021-12-31",
        },
        "population": {"steps": [["events", 23465], ["accidents", 21914]]},
        "fatal": {h: figures | {"n_features": 9, "n_test": 3012} for h in ladder.HORIZONS},
    }  # fmt: skip


@pytest.fixture
def project(tmp_path, metrics, monkeypatch):
    """Return a project as the stages leave it, with one rule and one feature."""
    monkeypatch.setattr(card, "card", lambda metrics, manifest: manifest["horizon"])
    rules = [RULE | {"rows_hit": n, "id": f"r{n}"} for n in range(30)]
    tables = {"events": {"in": 10, "out": 9, "quarantined": 1}}
    files = {
        "reports/metrics.json": metrics,
        "data/interim/checks.json": {
            "rules": rules,
            "tables": tables,
            "anomalies": [],
            "columns": [],
        },
        "data/interim/inventory.json": {
            "releases": [],
            "tables": {},
            "conflicts": {"events_in_several_releases": 0},
        },
        "data/processed/population.json": {"as_of": "2022-01-01"},
        "data/processed/queries.json": [],
        "data/processed/feature_report.json": {
            "features": 1,
            "absent": [],
            "vanished": [],
            "availability": {"is_imc": {"2008": 1.0, "2021": 0.5}},
        },
    } | {f"models/fatal/{h}/manifest.json": {"horizon": h} for h in ladder.HORIZONS}
    for name, value in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
    dictionary = tmp_path / "data" / "processed" / "feature_dictionary.csv"
    dictionary.write_text('name,why\nis_imc,"cloud, no horizon"\n')
    fields = tmp_path / "data" / "reference" / "request_fields.csv"
    fields.parent.mkdir()
    fields.write_text(
        "name,label,unit,low,high,example,description\nvis_sm,Visibility,sm,0,100,10,As observed.\n"
    )
    shutil.copy(paths.root() / "CITATION.cff", tmp_path)
    (tmp_path / "reports" / "notebooks").mkdir()
    (tmp_path / "data" / "processed" / "findings").mkdir()
    for number, page in enumerate(stories.PAGES, start=20):
        (tmp_path / "reports" / "notebooks" / f"{number}_{page}.ipynb").touch()
        kept = tmp_path / "data" / "processed" / "findings" / f"{page}.json"
        kept.write_text(json.dumps([FINDING | {"headline": f"About {page}"}]))
    facts.write(tmp_path)
    return tmp_path


def test_every_file_that_a_page_includes_is_written(project):
    pages = [paths.root() / "index.qmd", *paths.reports().glob("*.qmd")]
    pages += [*paths.reports("cards").glob("*.qmd"), *(paths.root() / "docs").glob("*.qmd")]
    wanted = {n for p in pages for n in re.findall(r"include \S*generated/(\S+)", p.read_text())}
    assert wanted == {path.name for path in (project / "reports" / "generated").iterdir()}


def test_variables_are_text_with_the_digits_prose_shows(project):
    variables = yaml.safe_load((project / "_variables.yml").read_text())
    made = "/reports/notebooks/06_evaluate.ipynb"
    assert variables["fatal"]["event"]["n_test"] == f"[3,012]({made})"
    assert variables["fatal"]["event"]["roc_auc"] == f"[0.750]({made})"
    assert variables["source"]["simulated"] == "true"


def test_every_number_that_prose_quotes_links_to_a_notebook_of_the_project():
    pages = [paths.root() / "index.qmd", *paths.reports().glob("*.qmd")]
    quoted = {n for p in pages for n in re.findall(r"{{< var (\w+)", p.read_text())}
    assert quoted - {"estimand"} <= set(facts.MADE_BY)
    for name in facts.MADE_BY.values():
        assert (paths.root() / "notebooks" / f"{name}.ipynb").is_file()


def test_findings_are_told_in_the_order_of_the_pages_and_link_to_their_figure(project):
    front = (project / "reports/generated/_findings_front.md").read_text().splitlines()
    assert len(front) == len(stories.PAGES)
    link = "/reports/notebooks/20_trends.ipynb#fig-x"
    assert front[0] == f"- **[About trends]({link}).** Half of them."
    full = (project / "reports/generated/_findings.md").read_text()
    assert "{{< embed notebooks/27_limits.ipynb#fig-x >}}" in full


def test_a_page_that_told_nothing_is_named(project):
    (project / "data/processed/findings/crew.json").unlink()
    with pytest.raises(FileNotFoundError, match="no findings of crew"):
        stories.read(project)


def test_the_menu_has_every_page_of_findings():
    text = (paths.root() / "_quarto.yml").read_text()
    assert all(re.search(rf"\d\d_{page}\.ipynb", text) for page in stories.PAGES)


def test_the_worst_rules_come_first_and_a_bar_in_a_reason_breaks_no_table(project):
    lines = (project / "reports/generated/_rules.md").read_text().splitlines()
    assert lines[2].startswith("| r29 |")
    assert len(lines) == 2 + facts.RULES_SHOWN
    assert "0 \\| none" in lines[2]


def test_simulated_pages_warn_and_real_ones_name_their_source(metrics):
    assert "callout-warning" in facts.banner(metrics["source"])
    real = metrics["source"] | {"simulated": False, "releases": ["avall"]}
    assert "avall" in facts.banner(real)
    assert "SIMULATED" not in facts.banner(real)

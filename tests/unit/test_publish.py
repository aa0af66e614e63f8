"""Only real results are published, and the README's table is theirs."""

import json
import re
import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hindcast import ladder, paths, publish, site, verify
from hindcast.site import published as kept
from hindcast.site import quarto

FIGURES = dict.fromkeys(
    ["roc_auc", "average_precision", "accuracy", "f1", "brier", "ece", "majority_accuracy"], 0.8125
)


@pytest.fixture
def project(tmp_path):
    metrics = {
        "source": {
            "simulated": False, "releases": ["avall"], "first": "2008-01-01", "last": "2021-12-31",
        },
        "fatal": {h: FIGURES | {"n_features": 9, "n_test": 30} for h in ladder.HORIZONS},
    }  # fmt: skip
    (tmp_path / "reports" / "notebooks").mkdir(parents=True)
    (tmp_path / "reports" / "metrics.json").write_text(json.dumps(metrics))
    (tmp_path / "reports" / "what_helped.csv").write_text("lever,horizon\n")
    (tmp_path / "README.md").write_text("# t\n<!-- ladder -->\nold\n<!-- /ladder -->\nend\n")
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\n")
    cell = new_code_cell(
        "#| label: fig-x\n#| fig-alt: A line.\nplot()",
        outputs=[new_output("display_data", data={"image/png": "aGk="})],
    )
    title = new_markdown_cell("# A\n\nA lead.")
    notebook = new_notebook(cells=[title, cell], metadata={"language_info": {"name": "python"}})
    nbformat.write(notebook, tmp_path / "reports" / "notebooks" / "a.ipynb")
    for folder, name in (("generated", "_banner.md"), ("maps", "m.html"), ("cards", "c.qmd")):
        (tmp_path / "reports" / folder).mkdir()
        (tmp_path / "reports" / folder / name).write_text("---\ntitle: c\n---\nReal records.\n")
    (tmp_path / "_variables.yml").write_text("auc: '0.8'\n")
    return tmp_path


def test_results_figures_and_table_are_copied(project):
    published = publish.publish(project)
    assert (published / "figures" / "fig-x.png").read_bytes() == b"hi"
    assert json.loads((published / "metrics.json").read_text())["source"]["releases"] == ["avall"]
    readme = (project / "README.md").read_text()
    assert "| event |" in readme
    assert "old" not in readme
    assert readme.endswith("<!-- /ladder -->\nend\n")


def test_a_second_publishing_replaces_the_first(project):
    publish.publish(project)
    (project / "reports" / "notebooks" / "a.ipynb").rename(project / "reports/notebooks/b.ipynb")
    published = publish.publish(project)
    assert [path.name for path in (published / "notebooks").iterdir()] == ["b.ipynb"]


def test_simulated_results_are_refused_and_change_nothing(project):
    path = project / "reports" / "metrics.json"
    path.write_text(path.read_text().replace('"simulated": false', '"simulated": true'))
    with pytest.raises(publish.PublishError, match="SIMULATED"):
        publish.publish(project)
    assert not (project / "reports" / "published").exists()
    assert "old" in (project / "README.md").read_text()


def test_verification_reads_every_output_of_the_lock_file(tmp_path):
    (tmp_path / "dvc.lock").write_text(
        "stages:\n  a:\n    outs:\n    - {path: x, md5: '1'}\n    - {path: y, md5: '2'}\n"
        "  site: {cmd: hindcast site}\n"
    )
    assert verify.outputs(tmp_path / "dvc.lock") == {"x": "1", "y": "2"}


def test_a_run_that_is_not_whole_is_refused_and_what_was_published_stays(project):
    before = publish.publish(project)
    (project / "_variables.yml").unlink()
    with pytest.raises(publish.PublishError, match="not whole"):
        publish.publish(project)
    assert (before / "metrics.json").is_file()


@pytest.fixture
def pages(project, monkeypatch):
    """Add the pages of a small site."""
    config = {
        "project": {
            "output-dir": "reports/_site",
            "render": ["index.qmd", "reports/notebooks/*.ipynb"],
        },
        "website": {"title": "t", "navbar": {"left": [{"text": "A", "href": "index.qmd"}]}},
    }
    (project / "_quarto.yml").write_text(json.dumps(config))
    (project / "CITATION.cff").write_text("authors: []\n")
    (project / "SECURITY.md").write_text("Tell us.\n")
    (project / "docs").mkdir()
    (project / "index.qmd").write_text(
        "---\ntitle: F\n---\nAUC {{< var auc >}} [a](/reports/notebooks/a.ipynb)\n"
    )
    monkeypatch.setattr(quarto, "installed", lambda: False)
    monkeypatch.setenv("HINDCAST_HOME", str(project))
    return project


def test_the_site_of_the_published_run_needs_no_run_of_its_own(pages):
    publish.publish(pages)
    shutil.rmtree(pages / "reports" / "notebooks")
    (pages / "_variables.yml").unlink()
    front = site.build_published()
    assert "AUC 0.8" in front.read_text()
    assert (front.parent / "reports" / "notebooks" / "a.html").is_file()
    assert not (pages / "reports" / "notebooks").exists()


def test_without_a_published_run_it_says_what_to_do(pages):
    with pytest.raises(kept.NothingPublishedError, match="make publish"):
        site.build_published()


def test_whatever_the_projects_pages_include_is_laid_out():
    root = paths.root()
    pages = [root / "index.qmd", *root.glob("docs/*.qmd"), *root.glob("reports/**/*.qmd")]
    for page in pages:
        for told in re.findall(r"{{< include (\S+) >}}", page.read_text()):
            place = (page.parent / told).resolve().relative_to(root).as_posix()
            laid = [*kept.PAGES, *kept.KEPT.values()]
            assert any(place == one or place.startswith(f"{one}/") for one in laid), place

"""Only real results are published, and the README's table is theirs."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from hindcast import ladder, publish, verify

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
        "#| label: fig-x\nplot()", outputs=[new_output("display_data", data={"image/png": "aGk="})]
    )
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "reports" / "notebooks" / "a.ipynb")
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

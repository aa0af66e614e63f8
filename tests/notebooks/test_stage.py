"""A stage is one notebook, run with exactly its parameters, giving the same bytes each time."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from hindcast import params, stage

KERNEL = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project of one stage, ``tiny``, whose only parameter is ``seed``."""
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    monkeypatch.setattr(params, "section", lambda name: {"seed": 7})
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def write(project, *sources: str, parameters: str = "seed = 1"):
    cells = [
        new_markdown_cell("# Tiny\n\nA stage."),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *map(new_code_cell, sources),
    ]
    path = project / "notebooks" / "01_tiny.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), path)
    return path


def test_the_parameter_reaches_the_notebook_and_two_runs_give_the_same_bytes(project):
    write(project, "import pathlib\nprint(seed)", f"'{project}/data'")
    first = stage.run("tiny").read_bytes()
    second = stage.run("tiny").read_bytes()
    assert first == second
    executed = nbformat.reads(first, as_version=4)
    assert executed.cells[3].outputs[0].text == "7\n"
    assert str(project) not in first.decode().replace(f"'{project}/data'", "", 1)


def test_a_failing_cell_is_named_with_stage_and_cause_and_writes_nothing(project):
    write(project, "1 / 0")
    with pytest.raises(stage.StageError, match=r"'tiny' stopped in cell 3 .*ZeroDivisionError"):
        stage.run("tiny")
    assert not (project / "reports" / "notebooks" / "01_tiny.ipynb").exists()


def test_a_failing_run_keeps_the_copy_of_the_last_good_one(project):
    write(project, "seed")
    good = stage.run("tiny").read_bytes()
    write(project, "raise RuntimeError('no')")
    with pytest.raises(stage.StageError):
        stage.run("tiny")
    assert (project / "reports" / "notebooks" / "01_tiny.ipynb").read_bytes() == good


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("depth = 3", "does not declare"),
        ("seed = 1\ndepth = 3", "declares depth"),
    ],
)
def test_parameters_must_match_exactly(project, cell, message):
    write(project, parameters=cell)
    with pytest.raises(stage.StageError, match=message):
        stage.run("tiny")


def test_a_stage_without_a_notebook_says_what_was_expected(project):
    with pytest.raises(stage.StageError, match=r"notebooks/NN_absent\.ipynb"):
        stage.run("absent")


def test_pieces_of_standard_output_are_joined_and_progress_is_left_out(tmp_path):
    pieces = [
        new_output("stream", name="stdout", text="a"),
        new_output("stream", name="stderr", text="50%"),
        new_output("stream", name="stdout", text="b\n"),
    ]
    notebook = new_notebook(cells=[new_code_cell("x", outputs=pieces)])
    (output,) = stage.normalised(notebook, tmp_path).cells[0].outputs
    assert output.text == "ab\n"


def test_nothing_of_the_machine_or_the_clock_is_left(tmp_path):
    cell = new_code_cell(
        "x",
        id="random",
        metadata={"execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"}},
        outputs=[new_output("display_data", data={"text/plain": f"{tmp_path}/models"})],
    )
    notebook = new_notebook(cells=[cell], metadata={"papermill": {"duration": 1.2}} | KERNEL)
    text = nbformat.writes(stage.normalised(notebook, tmp_path))
    for trace in ("random", "2026-01-01", "duration", str(tmp_path)):
        assert trace not in text

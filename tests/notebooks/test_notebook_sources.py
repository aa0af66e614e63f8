"""Notebook sources are code and questions: no outputs, no functions, no typed results."""

import ast
import re
import statistics

import nbformat
import papermill
import pytest
import yaml

from hindcast import params, paths

NOTEBOOKS = sorted((paths.root() / "notebooks").glob("*.ipynb"))
RESULT = re.compile(r"(?<![\w.])(0?\.\d{2,}|\d+(\.\d+)?\s?%|\d{1,3}(,\d{3})+)(?![\w])")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_notebook_is_a_stage_of_the_same_name():
    verbs = [path.stem.partition("_")[2] for path in NOTEBOOKS]
    stages = yaml.safe_load((paths.root() / "dvc.yaml").read_text())["stages"]
    run = {name for name, stage in stages.items() if stage["cmd"] == f"hindcast stage {name}"}
    assert len(verbs) == len(run)
    assert set(verbs) == run


def test_a_source_carries_no_output(notebook):
    assert not any(cell.outputs or cell.execution_count for cell in code(notebook))


def test_it_is_valid_and_names_its_kernel(notebook):
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info.name == "python"


def test_it_opens_with_a_title_and_a_sentence(notebook):
    title, *lead = notebook.cells[0].source.strip().splitlines()
    assert title.startswith("# ")
    assert " ".join(lead).strip().endswith(".")


def test_it_has_one_parameters_cell(notebook):
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    assert sum("parameters" in tag for tag in tags) == 1


def test_every_code_cell_parses_says_something_and_defines_no_function(notebook):
    for cell in code(notebook):
        tree = ast.parse(cell.source)
        assert tree.body, f"only comments: {cell.source}"
        assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(tree))


def test_cells_are_short(notebook):
    """The parameters cell is a list of values, as long as the section it shows."""
    cells = [c for c in code(notebook) if "parameters" not in c.metadata.get("tags", [])]
    lines = [len(ast.unparse(ast.parse(cell.source)).splitlines()) for cell in cells]
    assert statistics.median(lines) <= 3
    assert max(lines) <= 9


def test_no_result_is_typed_into_prose(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not RESULT.findall(cell.source), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_parameters_cell_shows_the_values_of_params_yaml(path):
    """Opened in JupyterLab, a notebook gives what its stage gives."""
    declared = papermill.inspect_notebook(str(path))
    shown = {name: ast.literal_eval(entry["default"]) for name, entry in declared.items()}
    assert shown == params.section(path.stem.partition("_")[2])


@pytest.mark.parametrize(
    ("prose", "hits"),
    [
        ("the AUC is 0.93", 1),
        ("17.5 % were fatal", 1),
        ("in 2008-2021", 0),
        ("19,202 events", 1),
        ("Part 91", 0),
        ("within 30 days", 0),
    ],
)
def test_the_search_for_typed_results_finds_them(prose, hits):
    assert len(RESULT.findall(prose)) == hits

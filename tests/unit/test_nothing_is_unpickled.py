"""No file is ever run: nothing in the package can unpickle, and code is made of its own alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hindcast

PACKAGE = Path(hindcast.__file__).parent
CARRY_CODE = {
    *("pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"),
    *("torch", "runpy", "code", "codeop"),
}
"""Modules that read objects, or run what they are given."""
RUN_TEXT = {"eval", "exec", "compile", "__import__"}

GENERATED = {
    # the features' own expressions, written as Python once, for one row at a time
    "features/onerow/plan.py": {"exec", "compile"},
    "features/onerow/translate.py": {"exec", "compile", "eval"},
}
"""Where text is run that the package itself has written, of nothing that comes in."""


def faults(text: str) -> Iterator[str]:
    """Yield what a module imports or calls that could run what it reads."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] in CARRY_CODE)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in CARRY_CODE:
            yield node.module
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from {node.func.id} & RUN_TEXT
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _attribute(node)


def _attribute(node: ast.Call) -> Iterator[str]:
    name = node.func.attr
    if name in ("read_pickle", "to_pickle", "unsafe_load", "full_load"):
        yield name
    if name == "load" and ast.unparse(node.func.value) in ("np", "numpy"):
        given = {one.arg: ast.unparse(one.value) for one in node.keywords}
        if given.get("allow_pickle", "False") != "False":
            yield "load(allow_pickle)"
    if ast.unparse(node.func) in ("yaml.load", "builtins.eval", "builtins.exec"):
        yield ast.unparse(node.func)


MODULES = sorted(PACKAGE.rglob("*.py"))


def test_there_are_modules_to_search():
    assert {"serve", "monitor", "model", "features"} <= {one.parent.name for one in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=lambda one: str(one.relative_to(PACKAGE)))
def test_a_module_runs_nothing_that_it_reads(module):
    allowed = GENERATED.get(module.relative_to(PACKAGE).as_posix(), set())
    assert set(faults(module.read_text("utf-8"))) <= allowed


@pytest.mark.parametrize(
    "text",
    [
        "import pickle", "from joblib import load", "import a, marshal as m", "eval('1')",
        "exec(told)", "pd.read_pickle(path)", "np.load(path, allow_pickle=True)",
        "def f():\n    from pickle import loads", "yaml.load(text)", "__import__(name)",
    ],
)  # fmt: skip
def test_what_would_run_is_found(text):
    assert list(faults(text))

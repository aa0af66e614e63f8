"""The server runs without what only notebooks, stages and tables need."""

import shutil
import subprocess
import sys

import pytest

FOREIGN = [
    *("pandas", "sklearn", "mlflow", "dvc", "matplotlib", "pyarrow", "IPython", "papermill"),
    *("pyspark", "optuna", "hindcast.sources", "rich", "typer"),
]
BLOCKED = f"import sys; sys.modules.update(dict.fromkeys({FOREIGN}))"
SERVED = """
import hindcast.serve.app, hindcast.features.prior, hindcast.model.single
import hindcast.serve.run, hindcast.features.onerow.plan
"""
LOADED = """
import sys
from pathlib import Path
from hindcast.features import terrain
from hindcast.serve.forecast import engine
terrain.keep(Path(sys.argv[1]))
(held,) = engine.load_all(Path(sys.argv[2])).values()
values, matrix = held.encoded({"dec_latitude": 40.0, "dec_longitude": -105.0})
print(held.classes(matrix).tolist(), held.contributions(matrix).shape, len(held.view.reads))
"""


def ran(code: str, *given: object) -> str:
    """Run code in a Python of its own; return what it printed."""
    command = [sys.executable, "-c", code, *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_server_imports_where_nothing_else_is_installed():
    ran(BLOCKED + SERVED)


def test_the_server_leaves_alone_what_is_installed():
    told = ran(f"{SERVED}\nimport sys\nprint(*{{*sys.modules}}.intersection({FOREIGN}))")
    assert not told.split()


def test_a_start_with_a_kept_land_needs_neither_xgboost_nor_scipy(tmp_path, one_horizon):
    first = ran(LOADED, tmp_path, one_horizon)
    again = ran(
        f"{LOADED}\nprint(*{{*sys.modules}} & {{'xgboost', 'scipy'}})", tmp_path, one_horizon
    )
    assert again == f"{first}\n"


@pytest.fixture(scope="session")
def one_horizon(models_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    for target in ("fatal", "severity"):
        shutil.copytree(models_folder / target / "dispatch", folder / target / "dispatch")
    return folder

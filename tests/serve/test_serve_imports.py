"""The server runs without what only notebooks, stages and tables need."""

import subprocess
import sys

FOREIGN = [
    *("pandas", "sklearn", "mlflow", "dvc", "matplotlib", "pyarrow", "IPython", "papermill"),
    *("pyspark", "optuna", "hindcast.sources"),
]
BLOCKED = f"import sys; sys.modules.update(dict.fromkeys({FOREIGN}))"
SERVED = """
import hindcast.serve.app, hindcast.features.prior, hindcast.model.single
import hindcast.serve.run, hindcast.features.onerow.plan
from hindcast.serve import lean
lean.import_xgboost()
"""
FORECAST = """
import numpy as np
rows = np.random.default_rng(1).normal(size=(99, 3)).astype(np.float32)
told = xgboost.DMatrix(rows, rows[:, 0] > rows[:, 1])
booster = xgboost.train({"objective": "binary:logistic", "nthread": 1}, told, 5)
print(booster.inplace_predict(rows).tolist())
import sklearn, pandas
"""


def ran(code: str) -> str:
    """Run code in a Python of its own; return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_server_imports_where_nothing_else_is_installed():
    ran(BLOCKED + SERVED)


def test_the_server_leaves_alone_what_is_installed():
    told = ran(f"{SERVED}\nimport sys\nprint(*{{*sys.modules}}.intersection({FOREIGN}))")
    assert not told.split()


def test_a_lean_booster_predicts_as_any_and_what_was_hidden_can_be_had_again():
    lean = ran("from hindcast.serve import lean; xgboost = lean.import_xgboost()" + FORECAST)
    there = "from hindcast.serve import lean; assert lean.import_xgboost() is xgboost"
    assert lean == ran(f"import xgboost\n{there}\n{FORECAST}\nxgboost.XGBClassifier()")

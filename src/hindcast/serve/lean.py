"""XGBoost without scikit-learn and pandas: a server calls boosters, not estimators.

Where scikit-learn is installed, XGBoost imports it for its estimators, and pandas with it: 120 MB
and some seconds in every worker. `import_xgboost` hides both while XGBoost is imported, and only
then; afterwards the process may import them as ever. What is lost in that process is XGBoost's
scikit-learn interface, which nothing here uses.
"""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

HIDDEN = ("sklearn", "pandas")


def import_xgboost() -> ModuleType:
    """Return XGBoost; imported lean, unless the process has it already.

    Examples
    --------
    >>> import_xgboost().Booster.__name__
    'Booster'
    """
    if "xgboost" in sys.modules:
        return sys.modules["xgboost"]
    with hidden(*HIDDEN):
        return importlib.import_module("xgboost")


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let imports of ``names`` fail as if they were not installed; what is imported stays so."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def forbid(*names: str) -> None:
    """Let imports of ``names`` fail from now on, as if they were not installed.

    For processes that only serve: DuckDB imports pandas, where it is installed, to look at the
    first parameter of a query, which costs 60 MB and more than a second.
    """
    for name in names:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]

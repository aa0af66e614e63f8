"""A folder of models that may be trained anew, and a shelf beside it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hindcast.model import bundle as bundles
from hindcast.model.targets import bundle as targets
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import keeping


@pytest.fixture
def models(models_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny models that a test may change."""
    return Path(shutil.copytree(models_folder, tmp_path / "models"))


@pytest.fixture
def settings(models: Path, tmp_path: Path) -> Settings:
    """Settings over models that may change, looked at often, with limits out of the way."""
    return Settings(
        models=models,
        store=tmp_path / "store.sqlite",
        warehouse=tmp_path / "none.duckdb",
        reload_seconds=0.02,
        judge_seconds=0.05,
        premium_per_minute=1_000_000,
        premium_per_second=1_000_000,
    )


@pytest.fixture
def shelf(models: Path) -> Path:
    """Where the shelf of these models lies; there is none yet."""
    return models / "shelf"


@pytest.fixture
def shelve(models: Path, shelf: Path) -> Callable[..., dict[str, keeping.Kept]]:
    """Put the models on the shelf; returns what became of each horizon."""

    def put(**more: object) -> dict[str, keeping.Kept]:
        kept = keeping.shelve(models, shelf, models.parent, **more)
        return {one.horizon: one for one in kept}

    return put


@pytest.fixture
def train_anew(models: Path, other_models_folder: Path) -> Callable[[], None]:
    """Replace the models by those of another training."""
    return lambda: shutil.copytree(other_models_folder, models, dirs_exist_ok=True) and None


@pytest.fixture
def two(shelve, train_anew) -> tuple[str, str]:
    """Champion and challenger of the horizon event, both on the shelf."""
    champion = shelve()["event"].version
    train_anew()
    return champion, shelve()["event"].version


def _miscalibrate(models: Path, horizon: str) -> None:
    """Let P(fatal) of a folder of models be far too high, whole and consistent otherwise."""
    folder = models / "fatal" / horizon
    _change(folder / "calibration.json", intercept=3.0)
    mark = targets.mark(bundles.load(folder))
    for target in ("severity", "causes", "damage"):
        if (models / target / horizon).is_dir():
            _change(models / target / horizon / "manifest.json", fatal=mark)


def _change(path: Path, **told: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | told))


@pytest.fixture
def bad(shelve, train_anew, models) -> Path:
    """Models on a shelf, with a challenger of every horizon; that of dispatch is miscalibrated."""
    shelve()
    train_anew()
    _miscalibrate(models, "dispatch")
    shelve()
    return models

"""A folder of models that may be trained anew, and a shelf beside it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hindcast.serve.shelf import keeping


@pytest.fixture
def models(models_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny models that a test may change."""
    return Path(shutil.copytree(models_folder, tmp_path / "models"))


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

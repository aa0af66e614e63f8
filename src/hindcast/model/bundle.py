"""A trained model as a folder of JSON and UBJSON: all that serving and scoring need, no pickle.

    booster.ubj          the trees
    feature_schema.json  the horizon's features, with levels and ranges of the training part
    calibration.json     from margin to probability
    manifest.json        what it was trained on, how, and what its number means
    history.json         counts of past events, to continue features of history from

XGBoost is imported when a bundle is loaded, not with this module: it brings scikit-learn and
pandas along where they are installed.
"""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from hindcast import atomic
from hindcast.errors import HindcastError
from hindcast.model import boosters, calibrate, encode
from hindcast.model.boosters import BoosterError

if TYPE_CHECKING:
    import xgboost

PART_ROWS = 4096
"""Rows that one thread predicts at a time; the booster itself stays on one thread."""

FILES = ("booster.ubj", "feature_schema.json", "calibration.json", "manifest.json", "history.json")


class BundleError(HindcastError, ValueError):
    """A folder is not a bundle; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class Bundle:
    """A loaded model.

    ``schema`` lists the features in the booster's order; ``history`` is the state of the past at
    the end of training, as `hindcast.features.history` writes it.
    """

    booster: "xgboost.Booster"
    schema: list[dict[str, Any]]
    calibration: dict[str, Any]
    manifest: dict[str, Any]
    history_text: str

    @property
    def names(self) -> list[str]:
        """Return the features' names in the booster's order."""
        return [feature["name"] for feature in self.schema]

    @cached_property
    def history(self) -> dict[str, Any]:
        """Return the state of the past; read when first asked for, as most requests never do."""
        return json.loads(self.history_text)

    @cached_property
    def mark(self) -> str:
        """Return a SHA-256 of what the probability comes from: trees and calibration."""
        digest = hashlib.sha256(self.booster.save_raw("ubj"))
        digest.update(json.dumps(self.calibration, sort_keys=True).encode())
        return digest.hexdigest()

    @cached_property
    def _codes(self) -> list[pl.Expr]:
        return encode.codes(self.schema)

    def matrix(self, features: pl.DataFrame) -> np.ndarray:
        """Return the encoded matrix, rows by features, float32 with NaN for missing."""
        return encode.matrix(features, self.schema, self._codes)

    def margin(self, features: pl.DataFrame) -> np.ndarray:
        """Return the booster's log odds before calibration, shape (rows,).

        Parameters
        ----------
        features
            Exactly the columns of the schema, in any order.

        Raises
        ------
        hindcast.model.encode.FeatureError
            A column is missing, unexpected or of the wrong type.
        """
        return self.margin_of(self.matrix(features))

    def margin_of(self, matrix: np.ndarray) -> np.ndarray:
        """Return the booster's log odds of encoded rows, shape (rows,); many rows on all cores."""
        if len(matrix) <= PART_ROWS:
            return self._margin_of_part(matrix)
        parts = [matrix[start : start + PART_ROWS] for start in range(0, len(matrix), PART_ROWS)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.concatenate(list(pool.map(self._margin_of_part, parts)))

    def _margin_of_part(self, matrix: np.ndarray) -> np.ndarray:
        if not len(matrix):
            return np.empty(0, np.float32)
        return self.booster.inplace_predict(matrix, predict_type="margin", validate_features=False)

    def probability_of(self, matrix: np.ndarray) -> np.ndarray:
        """Return P(fatal | an accident happened) of encoded rows, shape (rows,)."""
        return calibrate.apply(self.calibration, self.margin_of(matrix))

    def predict(self, features: pl.DataFrame) -> np.ndarray:
        """Return P(fatal | an accident happened) for each row, shape (rows,)."""
        return self.probability_of(self.matrix(features))


def save(folder: Path, bundle: Bundle) -> None:
    """Write a bundle as a whole: the folder appears, or is replaced, when all files are there."""
    with atomic.replacing_folder(folder) as beside:
        _write(beside, bundle)


def _write(folder: Path, bundle: Bundle) -> None:
    (folder / "booster.ubj").write_bytes(bundle.booster.save_raw("ubj"))
    atomic.write_json(folder / "feature_schema.json", bundle.schema)
    atomic.write_json(folder / "calibration.json", bundle.calibration)
    atomic.write_json(folder / "manifest.json", bundle.manifest)
    atomic.write_text(folder / "history.json", bundle.history_text)


def load(folder: Path, read: boosters.Read = boosters.read) -> Bundle:
    """Read a bundle.

    Parameters
    ----------
    folder
        That `save` wrote.
    read
        How the booster is read; `boosters.LateBooster` leaves XGBoost alone until it is needed.

    Raises
    ------
    BundleError
        A file is missing or cannot be read as what it should be.
    """
    folder = Path(folder)
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise BundleError(
            f"{folder} is not a bundle: no {', '.join(missing)}; the stage `train` writes bundles"
        )
    return Bundle(
        _booster(folder / "booster.ubj", read),
        _json(folder / "feature_schema.json"),
        _json(folder / "calibration.json"),
        _json(folder / "manifest.json"),
        (folder / "history.json").read_text(encoding="utf-8"),
    )


def size_bytes(folder: Path) -> int:
    """Return the size of a bundle's files together."""
    return sum((folder / name).stat().st_size for name in FILES)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BundleError(f"{path} is not JSON: {error}; train anew") from error


def _booster(path: Path, read: boosters.Read) -> Any:
    try:
        return read(path)
    except BoosterError as error:
        raise BundleError(f"{error}; train anew") from error

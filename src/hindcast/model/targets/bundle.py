"""Bundles of the further targets: a frame of features in, probabilities by name out.

JSON and UBJSON, never pickle:

    <step>.ubj           the trees of one step; several steps make the answer of `severity`
    feature_schema.json  the features, as in the bundle of P(fatal) of the same horizon
    calibration.json     from margin to probability, for each step
    manifest.json        what it was trained on, how, what its number means, names of the outputs
    conformal.json       limits of the sets of answers (severity alone)

Severity leaves P(fatal) to the bundle `fatal` of its horizon, and so never contradicts it. XGBoost
is imported when a bundle is loaded; scikit-learn is not needed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from hindcast import atomic
from hindcast.model import boosters, bundle, calibrate, encode
from hindcast.model.boosters import BoosterError
from hindcast.model.bundle import BundleError
from hindcast.model.targets import chain, conformal

if TYPE_CHECKING:
    import xgboost

PAPERS = ("feature_schema.json", "calibration.json", "manifest.json")
SETS = "conformal.json"


@dataclass(frozen=True)
class Target:
    """The loaded model of one target and horizon.

    Attributes
    ----------
    boosters, calibration
        By step. The calibration of a booster with several outputs holds for all of them.
    schema
        The features in the boosters' order.
    manifest
        Holds ``target``, ``horizon`` and ``outputs``, the names of what `predict` returns.
    fatal
        The bundle of P(fatal), for severity alone.
    sets
        Limits of the sets of answers, for severity alone.
    """

    boosters: Mapping[str, "xgboost.Booster"]
    schema: list[dict[str, Any]]
    calibration: Mapping[str, dict[str, Any]]
    manifest: Mapping[str, Any]
    fatal: bundle.Bundle | None = None
    sets: Mapping[str, Any] | None = None

    @property
    def names(self) -> list[str]:
        """Return the features' names in the boosters' order."""
        return [feature["name"] for feature in self.schema]

    @property
    def outputs(self) -> list[str]:
        """Return the names of what `predict` gives probabilities of."""
        return list(self.manifest["outputs"])

    def predict(self, features: pl.DataFrame) -> pl.DataFrame:
        """Return a probability for each output, by its name, one row for each row of ``features``.

        Parameters
        ----------
        features
            Exactly the columns of the schema, in any order.

        Raises
        ------
        hindcast.model.encode.FeatureError
            A column is missing, unexpected or of the wrong type.
        """
        return self.from_matrix(encode.matrix(features, self.schema))

    def from_matrix(self, matrix: np.ndarray) -> pl.DataFrame:
        """Return what `predict` does, of features encoded already (rows, features)."""
        if not len(matrix):
            return pl.DataFrame(schema=dict.fromkeys(self.outputs, pl.Float64))
        steps = {name: self._step(name, matrix) for name in self.boosters}
        if self.fatal is None:
            (found,) = steps.values()
        else:
            fatal = calibrate.apply(self.fatal.calibration, margin(self.fatal.booster, matrix))
            found = chain.classes(fatal, steps["injured"], steps["serious"])
        return pl.DataFrame(found.reshape(len(matrix), -1), schema=self.outputs, orient="row")

    def answers(self, features: pl.DataFrame, probabilities: pl.DataFrame) -> pl.DataFrame:
        """Return for each output whether it belongs to the row's set of answers.

        Parameters
        ----------
        features
            As `predict` takes them: the limit depends on the kinds of accident among them.
        probabilities
            What `predict` returned for them.

        Raises
        ------
        hindcast.model.bundle.BundleError
            This target has no sets.
        """
        if self.sets is None:
            raise BundleError(f"target {self.manifest['target']!r} has no {SETS}: severity has one")
        held = conformal.members(self.sets, probabilities.to_numpy(), features)
        return pl.DataFrame(held, schema=self.outputs, orient="row")

    def _step(self, name: str, matrix: np.ndarray) -> np.ndarray:
        return calibrate.apply(self.calibration[name], margin(self.boosters[name], matrix))


def margin(booster: "xgboost.Booster", matrix: np.ndarray) -> np.ndarray:
    """Return a booster's log odds, (rows,) or (rows, outputs), of at least one row."""
    return booster.inplace_predict(matrix, predict_type="margin", validate_features=False)


def mark(fatal: bundle.Bundle) -> str:
    """Return a SHA-256 of what P(fatal) comes from: trees and calibration."""
    return fatal.mark


def save(folder: Path, target: Target) -> None:
    """Write a bundle as a whole: the folder appears, or is replaced, when all files are there."""
    with atomic.replacing_folder(folder) as beside:
        _write(beside, target)


def _write(folder: Path, target: Target) -> None:
    for name, booster in target.boosters.items():
        (folder / f"{name}.ubj").write_bytes(booster.save_raw("ubj"))
    papers = (target.schema, target.calibration, target.manifest)
    for name, content in zip(PAPERS, papers, strict=True):
        atomic.write_json(folder / name, content)
    if target.sets is not None:
        atomic.write_json(folder / SETS, target.sets)


def load(
    folder: Path, fatal: bundle.Bundle | None = None, read: boosters.Read = boosters.read
) -> Target:
    """Read the bundle of a target.

    Parameters
    ----------
    folder
        ``models/<target>/<horizon>``.
    fatal
        The bundle of P(fatal) of the horizon, where it is loaded already; severity looks for it in
        ``models/fatal/<horizon>`` otherwise, other targets do without.
    read
        How boosters are read; `boosters.LateBooster` leaves XGBoost alone until it is needed.

    Raises
    ------
    hindcast.model.bundle.BundleError
        A file is missing or not what it should be, or severity was trained beside another P(fatal).
    """
    folder = Path(folder)
    schema, calibration, manifest = (_json(folder / name) for name in PAPERS)
    steps = {step: _booster(folder / f"{step}.ubj", read) for step in calibration}
    if manifest["target"] != "severity":
        return Target(steps, schema, calibration, manifest)
    fatal = fatal or bundle.load(folder.parent.parent / "fatal" / folder.name, read)
    check_fatal(fatal, manifest, folder)
    return Target(steps, schema, calibration, manifest, fatal, _json(folder / SETS))


def check_fatal(fatal: bundle.Bundle, manifest: Mapping[str, Any], folder: Path) -> None:
    """Refuse a P(fatal) other than the one that severity was trained beside.

    Raises
    ------
    hindcast.model.bundle.BundleError
        Trees or calibration differ.
    """
    if (found := mark(fatal)) != manifest["fatal"]:
        raise BundleError(
            f"{folder} was trained beside the bundle `fatal` {manifest['fatal'][:12]}, found "
            f"{found[:12]}: the classes would not fit P(fatal); run the stage `targets` again"
        )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BundleError(
            f"{path.parent} is not a bundle of a target: no {path.name}; the stage `targets` "
            "writes them"
        ) from error
    except json.JSONDecodeError as error:
        raise BundleError(f"{path} is not JSON: {error}; run the stage `targets` again") from error


def _booster(path: Path, read: boosters.Read) -> Any:
    try:
        return read(path)
    except BoosterError as error:
        raise BundleError(f"{error}; run the stage `targets` again") from error

"""One horizon's models, loaded together: P(fatal), the four classes, the families of findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hindcast.model import bundle, calibrate, encode, single
from hindcast.model.bundle import Bundle
from hindcast.model.targets import bundle as targets
from hindcast.model.targets import chain


@dataclass(frozen=True)
class Engine:
    """The models of one horizon and version, ready to answer row by row."""

    horizon: str
    version: str
    fatal: Bundle
    prepared: single.Prepared
    severity: targets.Target

    def encoded(self, inputs: Mapping[str, Any]) -> tuple[list[Any], np.ndarray]:
        """Return the features of one row and their matrix, shape (1, features)."""
        values = self.prepared.features(inputs)
        return values, self.prepared.encoded(values)

    def classes(self, matrix: np.ndarray) -> np.ndarray:
        """Return the probabilities of none, minor, serious and fatal, shape (rows, 4)."""
        steps = (
            calibrate.apply(self.severity.calibration[step], self._margin(step, matrix))
            for step in chain.STEPS
        )
        return chain.classes(self.fatal.probability_of(matrix), *steps)

    def _margin(self, step: str, matrix: np.ndarray) -> np.ndarray:
        return targets.margin(self.severity.boosters[step], matrix)


def load(folder: Path, horizon: str) -> Engine:
    """Read the models of one horizon from a folder as ``models``."""
    fatal = bundle.load(folder / "fatal" / horizon)
    severity = targets.load(folder / "severity" / horizon, fatal)
    version = targets.mark(fatal)[:12]
    return Engine(horizon, version, fatal, single.prepare(fatal), severity)


def load_all(folder: Path) -> dict[str, Engine]:
    """Read the models of every horizon that the folder holds."""
    there = [name for name in encode.HORIZONS if (folder / "fatal" / name).is_dir()]
    return {horizon: load(folder, horizon) for horizon in there}

"""Stored boosters: read by XGBoost at once, or their bytes alone until XGBoost is needed.

A server computes forecasts from the trees themselves (`hindcast.model.quick`): it needs neither
XGBoost, which takes half a second and 40 MB to be imported, nor boosters laid out a second time.
"""

import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hindcast.errors import HindcastError

if TYPE_CHECKING:
    import xgboost

Read = Callable[[Path], Any]
"""Gives the booster of a file: `read`, or `LateBooster`."""


class BoosterError(HindcastError, ValueError):
    """A file is not an XGBoost model."""


def read(path: Path) -> "xgboost.Booster":
    """Return a stored booster, read by XGBoost.

    Raises
    ------
    BoosterError
        The file is none.
    """
    return _read(path, path)


def _read(told: Path | bytearray, path: Path) -> "xgboost.Booster":
    import xgboost

    booster = xgboost.Booster({"nthread": 1})  # a row on many threads waits longer than it works
    try:
        booster.load_model(told)
    except xgboost.core.XGBoostError as error:
        raise BoosterError(f"{path} is not an XGBoost model") from error
    return booster


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BoosterError(f"{path} cannot be read: {error.strerror}") from error


class LateBooster:
    """A stored booster that stands where an ``xgboost.Booster`` is expected.

    Parameters
    ----------
    path
        Of a file that ``save_raw("ubj")`` gave.

    Raises
    ------
    BoosterError
        There is no such file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._digest = path, b""
        self._raw: bytes | None = _bytes(path)

    def save_raw(self, raw_format: str = "ubj") -> bytes:
        """Return the file's bytes: XGBoost would write the same again.

        Raises
        ------
        BoosterError
            They were released, and the file is another by now.
        """
        if raw_format != "ubj":
            return self.whole.save_raw(raw_format)
        if self._raw is not None:
            return self._raw
        raw = _bytes(self._path)
        if hashlib.sha256(raw).digest() != self._digest:
            raise BoosterError(f"{self._path} has changed since it was read")
        return raw

    def release(self) -> None:
        """Hold the bytes no longer; they are read again if they are asked for."""
        if self._raw is not None:
            self._digest, self._raw = hashlib.sha256(self._raw).digest(), None

    def __getattr__(self, name: str) -> Any:
        """Return what a booster has of this name."""
        if name.startswith("__"):  # asked by `copy` and the like, which XGBoost is not needed for
            raise AttributeError(name)
        return getattr(self.whole, name)

    @cached_property
    def whole(self) -> "xgboost.Booster":
        """Return the booster, read by XGBoost.

        Raises
        ------
        BoosterError
            XGBoost cannot read it.
        """
        return _read(bytearray(self.save_raw()), self._path)


def whole(booster: Any) -> "xgboost.Booster":
    """Return a booster as XGBoost's, whether it was read late or not."""
    return booster.whole if isinstance(booster, LateBooster) else booster

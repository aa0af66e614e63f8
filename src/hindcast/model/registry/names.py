"""How a registered model is called: ``fatal/event``, ``fatal/event@champion``, ``fatal/event/3``.

MLflow allows no slash in a name: there the model is ``hindcast-fatal-event``.
"""

import re
from dataclasses import dataclass

from hindcast.model.registry.store import RegistryError

CHAMPION = "champion"
CHALLENGER = "challenger"
PREVIOUS = "previous"
PREFIX = "hindcast"

_SHAPE = re.compile(
    r"(?P<target>[a-z_]+)/(?P<horizon>[a-z_]+)(@(?P<alias>[A-Za-z][\w-]*)|/(?P<version>\d+))?"
)


@dataclass(frozen=True)
class Reference:
    """A registered model, and one of its versions by alias or by number, if any is meant."""

    target: str
    horizon: str
    alias: str | None = None
    version: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read a reference.

        Raises
        ------
        RegistryError
            It has another shape.

        Examples
        --------
        >>> Reference.parse("fatal/event@champion").registered
        'hindcast-fatal-event'
        >>> Reference.parse("fatal/event/3").version
        '3'
        """
        if not (match := _SHAPE.fullmatch(text)):
            raise RegistryError(
                f"{text!r} names no registered model: expected TARGET/HORIZON, "
                "TARGET/HORIZON@ALIAS or TARGET/HORIZON/VERSION, as fatal/event@champion"
            )
        return cls(**match.groupdict())

    @property
    def model(self) -> str:
        """Return target and horizon, without a version."""
        return f"{self.target}/{self.horizon}"

    @property
    def registered(self) -> str:
        """Return the name in MLflow."""
        return f"{PREFIX}-{self.target}-{self.horizon}"


def of_registered(name: str) -> Reference | None:
    """Return the reference of a name in MLflow; None for a model that is not the study's.

    Examples
    --------
    >>> of_registered("hindcast-fatal-event").model
    'fatal/event'
    >>> of_registered("somebody-elses-model")
    """
    prefix, *parts = name.split("-")
    return Reference(*parts) if prefix == PREFIX and len(parts) == 2 else None

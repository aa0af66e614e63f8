"""What the records of this run are, for captions, pages and metrics."""

import json
from dataclasses import dataclass
from pathlib import Path

from hindcast import paths

_NAMES = {"carol": "CAROL", "aviationdata": "AviationData"}


@dataclass(frozen=True)
class SourceFacts:
    """The source of a run, as its inventory tells it.

    Attributes
    ----------
    first, last
        ISO dates of the first and last event.
    fingerprint
        SHA-256 over the input files.
    """

    kind: str
    releases: tuple[str, ...]
    events: int
    first: str | None
    last: str | None
    simulated: bool
    fingerprint: str

    @property
    def years(self) -> str:
        """First to last year, such as '2008-2021'."""
        ends = [day[:4] for day in (self.first, self.last) if day]
        return "-".join(dict.fromkeys(ends)) or "undated"

    @property
    def label(self) -> str:
        """The source line of a figure.

        Examples
        --------
        >>> SourceFacts("eadms_csv", ("avall",), 9, "2008-01-01", "2021-12-31", False, "").label
        'Source: NTSB eADMS avall, 2008-2021'
        >>> SourceFacts("carol", ("x",), 9, "2022-01-01", "2022-12-31", False, "").label
        'Source: NTSB CAROL x, 2022'
        >>> SourceFacts("simulated", ("simulated",), 9, "2008-01-01", "2021-12-31", True, "").label
        'SIMULATED records, 2008-2021'
        """
        if self.simulated:
            return f"SIMULATED records, {self.years}"
        kinds = dict.fromkeys(_NAMES.get(kind, "eADMS") for kind in self.kind.split("+"))
        return f"Source: NTSB {' and '.join(kinds)} {' + '.join(self.releases)}, {self.years}"


def load(inventory: Path | None = None) -> SourceFacts:
    """Read the facts from an inventory, this run's where none is given.

    Raises
    ------
    FileNotFoundError
        There is no inventory yet: the extract stage has not run.
    """
    path = inventory or paths.interim("inventory.json")
    if not path.exists():
        raise FileNotFoundError(f"no {path}: run 'hindcast stage extract' first")
    found = json.loads(path.read_text(encoding="utf-8"))
    return SourceFacts(
        kind=found["kind"],
        releases=tuple(one["release"] for one in found["releases"]),
        events=found["events"],
        first=found["first"],
        last=found["last"],
        simulated=found["simulated"],
        fingerprint=found["fingerprint"],
    )


def label(inventory: Path | None = None) -> str:
    """Return the source line that every figure carries."""
    return load(inventory).label

"""What a feature is called in plain words, with its unit."""

import csv
from dataclasses import dataclass
from functools import cache

from hindcast import paths
from hindcast.features.catalog import FEATURES
from hindcast.serve.forecast import fields

_UNITLESS = ("-", "1")


@dataclass(frozen=True)
class Words:
    """How an answer speaks of a feature.

    Attributes
    ----------
    label
        A short phrase.
    unit
        Its unit, None where it has none.
    is_personal
        Whether it comes from a field that tells of a person: its value is not answered.
    """

    label: str
    unit: str | None
    is_personal: bool


@cache
def labels() -> dict[str, str]:
    """Return the phrases of the reference table, by feature."""
    path = paths.reference() / "feature_words.csv"
    with path.open(encoding="utf-8", newline="") as text:
        return {row["feature"]: row["label"] for row in csv.DictReader(text)}


@cache
def words() -> dict[str, Words]:
    """Return the words of every feature of the catalog, by name.

    Examples
    --------
    >>> words()["visibility_sm"]
    Words(label='Visibility', unit='sm', is_personal=False)
    """
    return {
        feature.name: Words(
            labels()[feature.name],
            None if feature.unit in _UNITLESS else feature.unit,
            not fields.personal().isdisjoint(fields.raw_inputs(feature.inputs)),
        )
        for feature in FEATURES
    }

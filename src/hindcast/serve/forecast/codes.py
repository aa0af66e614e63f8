"""The codes that a coded field may hold, and what they mean."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from hindcast import paths
from hindcast.features.declare import UNKNOWN
from hindcast.serve.forecast import fields

ERAS = ("2008+", "pre-2008")
BY_ERA = ("phase", "occurrence")
FINDING = "finding"
"""Not a list but a form: ten digits."""
_OWN = {
    "era": {"2008+": "2008 and later", "pre-2008": "before 2008"},
    "yes_no": {"YES": "yes", "NO": "no", "UNK": "unknown"},
}


def _rows(table: str) -> list[dict[str, str]]:
    path = paths.reference() / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@cache
def lists() -> dict[str, dict[str, str]]:
    """Return every list of codes: its name to its codes and their meanings.

    Lists of phases and occurrences stand under ``phase:2008+`` and the like.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows("code_lists"):
        found[row["column"]][row["code"]] = row["meaning"]
    for row in _rows("time_zone_codes"):
        found["ev_tmzn"][row["code"]] = row["meaning"]
    for what in BY_ERA:
        key = {"phase": "phase_no", "occurrence": "occurrence_code"}[what]
        for row in _rows(f"{what}_codes"):
            found[f"{what}:{row['era']}"][row[key]] = row[what]
    return {**found, **_OWN}


def meanings(field: fields.Field, era: str = ERAS[0]) -> dict[str, str]:
    """Return the codes of a field and what they mean; none where it is not coded."""
    name = f"{field.codes}:{era}" if field.codes in BY_ERA else field.codes
    return lists().get(name, {})


@cache
def accepted(name: str, era: str) -> frozenset[str]:
    """Return the codes of a field in capitals, where others are answered with "unknown" as well.

    Examples
    --------
    >>> {"091", "91", "UNK"} <= accepted("far_part", "2008+")
    True
    """
    field = fields.declared()[name]
    told, unknown = meanings(field, era), () if field.is_strict else UNKNOWN
    plain = {code.upper() for code in told}
    bare = {code.lstrip("0") for code in plain} if name.endswith("far_part") else set()
    return frozenset((*told, *plain, *bare, *unknown))


@cache
def by_field(era: str, *, is_strict: bool) -> Mapping[str, frozenset[str]]:
    """Return the accepted codes of every field that has a list, strict ones or the others."""
    return {
        name: accepted(name, era)
        for name, field in fields.declared().items()
        if field.is_strict == is_strict and field.codes not in ("", FINDING)
    }


def plain(code: str) -> str:
    """Return a code as the features read it: without blanks around it, in capitals.

    Examples
    --------
    >>> plain("bus ")
    'BUS'
    """
    return code.strip().upper()

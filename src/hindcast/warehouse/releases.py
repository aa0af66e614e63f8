"""Which releases speak of the same records: what a release may withdraw, and what it may not."""

import re
from typing import NamedTuple


class Release(NamedTuple):
    """A release's id, the family whose events it tells, and whether it tells all of them."""

    release: str
    family: str
    is_snapshot: bool


# NTSB's weekly change file of avall: upDDMON.
_CHANGE_FILE = re.compile(r"^up\d{2}[a-z]{3}", re.IGNORECASE)
_AVALL = re.compile(r"^avall([\W_]*\d.*)?$", re.IGNORECASE)
# In these two the digits are the name, not the date of a release.
_OTHER_ERA = re.compile(r"^(pre2008|pre1982)", re.IGNORECASE)
# Two releases of one name are told apart by their folder or file: "old/avall", "avall (avall.mdb)".
_WHERE_FROM = re.compile(r"^.*/| \(.*\)$")
_TRAILING_DATE = re.compile(r"[\W_]*\d[\d\W_]*$")


def release_of(name: str) -> Release:
    """Tell a release's family from its id.

    Releases of one family replace each other; another family's rows are never withdrawn. A weekly
    change file belongs to ``avall`` and lists some of its events, so it withdraws no event.

    Parameters
    ----------
    name
        Release id, as the sources give it.

    Examples
    --------
    >>> release_of("avall_2008_2021")
    Release(release='avall_2008_2021', family='avall', is_snapshot=True)
    >>> release_of("up01FEB")
    Release(release='up01FEB', family='avall', is_snapshot=False)
    >>> release_of("old/avall (avall.mdb)").family
    'avall'
    >>> release_of("avall_full_columns").family, release_of("aviationdata_1982_2007").family
    ('avall_full_columns', 'aviationdata')
    """
    bare = _WHERE_FROM.sub("", name)
    if _CHANGE_FILE.match(bare):
        return Release(name, "avall", False)
    if _AVALL.match(bare):
        return Release(name, "avall", True)
    if era := _OTHER_ERA.match(bare):
        return Release(name, era[1].lower(), True)
    return Release(name, _TRAILING_DATE.sub("", bare).lower() or bare.lower(), True)

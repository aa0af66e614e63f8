"""Find which of NTSB's files lie in a folder, by what is in them."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from hindcast import paths
from hindcast.sources import access, archives, aviationdata, carol, eadms_csv, textfile
from hindcast.sources.base import Source, SourceError

log = logging.getLogger(__name__)

SIMULATED = Source("simulated", "simulated", ())
_ACCESS = (".mdb", ".accdb")
_CSV = (".csv", ".csv.gz")
_RECORDS = (*_ACCESS, *_CSV, ".zip")


def discover(raw: Path) -> list[Source]:
    """Return the sources in ``raw`` and its subfolders (one level); the simulated one if none.

    A file is known by what it holds: an Access file by its first bytes and its events table, a zip
    by the Access files or the CAROL export in it, a CSV by its header. Whatever else lies there is
    left alone, and the log says so. A folder that holds no records at all gives the simulated
    source; a folder whose records nobody can read is an error, because simulated results in the
    place of one's own would go unnoticed.

    Raises
    ------
    SourceError
        The folder does not exist (other than the default one, which a fresh clone has not got),
        or it holds files that look like records but none that can be read.
    """
    if not raw.is_dir():
        if raw.resolve() == (paths.root() / "data" / "raw").resolve():
            return [SIMULATED]
        raise SourceError(f"no folder {raw}: expected one with NTSB's files (avall.zip, ...)")
    folders = [raw, *sorted(path for path in raw.iterdir() if path.is_dir())]
    found = [source for folder in folders for source in _in_folder(folder)]
    if not found:
        _refuse_unreadable(raw, folders)
        return [SIMULATED]
    return _named_apart(found)


def _in_folder(folder: Path) -> list[Source]:
    files = _files(folder)
    named = [path for path in files if _is_csv(path) and eadms_csv.table_of(path)]
    found = [Source("eadms_csv", folder.resolve().name, tuple(named))] if named else []
    for path in files:
        if path not in named:
            found += _from_file(path)
    return found


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))


def _from_file(path: Path) -> Iterable[Source]:
    name = path.name.lower()
    if name.endswith(_ACCESS) or access.is_access(path):
        return _from_access(path)
    if name.endswith(".zip"):
        return _from_zip(path)
    if _is_csv(path):
        return _from_csv(path)
    log.info("%s is not a file of NTSB records: ignored", path.name)
    return []


def _from_access(path: Path) -> list[Source]:
    access.check_file(path)
    names = access.table_names(path)
    if not {"events", access.PRE1982_TABLE.lower()} & {name.lower() for name in names}:
        log.warning("%s has no events table (found %s): ignored", path.name, ", ".join(names))
        return []
    return [Source("access", path.stem, (path,))]


def _from_zip(path: Path) -> list[Source]:
    if (export := carol.member_of(path)) is not None:
        return [Source("carol", path.name.split(".")[0], (path,), member=export)]
    members = archives.databases(path)
    return [Source("access", Path(m).stem, (path,), member=m) for m in members]


def _from_csv(path: Path) -> list[Source]:
    names = textfile.peeked_header(path)
    if aviationdata.is_header(names):
        return [Source("aviationdata", path.name.split(".")[0], (path,))]
    if carol.is_header(names):
        return [Source("carol", path.name.split(".")[0], (path,))]
    log.warning("%s has no header of NTSB records: ignored", path.name)
    return []


def _is_csv(path: Path) -> bool:
    return path.name.lower().endswith(_CSV)


def _refuse_unreadable(raw: Path, folders: list[Path]) -> None:
    """Refuse a folder with files of records' kinds, none of which is one that can be read."""
    looks = [p.name for f in folders for p in _files(f) if p.name.lower().endswith(_RECORDS)]
    if looks:
        raise SourceError(
            f"nothing in {raw} can be read as NTSB records: found {', '.join(looks[:8])}; expected "
            "avall.mdb or avall.zip, a folder of events.csv, aircraft.csv, ..., an "
            "export of CAROL, or AviationData.csv"
        )


def _named_apart(found: list[Source]) -> list[Source]:
    """Give two releases of one name the names of their files, and their folders if need be."""
    for longer in (_file_name, _folder_and_name):
        count = Counter(source.release for source in found)
        found = [longer(s) if count[s.release] > 1 else s for s in found]
    return found


def _file_name(source: Source) -> Source:
    return replace(source, release=f"{source.release} ({source.files[0].name})")


def _folder_and_name(source: Source) -> Source:
    return replace(source, release=f"{source.files[0].parent.name}/{source.release}")

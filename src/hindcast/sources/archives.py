"""Take Access files out of zip archives without trusting what the archive says of itself."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from hindcast.sources.base import SourceError

MAX_BYTES = 2 << 30
"""No Access database can be larger: 2 GiB is the format's own limit."""
MAX_RATIO = 200
"""NTSB's releases shrink about sevenfold; even an Access file of empty pages stays below this."""
SUFFIXES = (".mdb", ".accdb")
_CHUNK = 1 << 20


def databases(path: Path) -> list[str]:
    """Return the names of the Access files in a zip, or say why it is not safe to open.

    Raises
    ------
    SourceError
        It is no zip or a cut-off one, holds no Access file, or a member's path climbs out of it,
        is encrypted, or would unpack to more than an Access file can be.
    """
    if not (named := members(path, SUFFIXES)):
        with _opened(path) as archive:
            found = ", ".join(sorted(archive.namelist())[:5]) or "nothing"
        raise SourceError(
            f"{path.name} holds no Access file: expected a .mdb or .accdb in it, found {found}"
        )
    return named


def members(path: Path, suffixes: tuple[str, ...]) -> list[str]:
    """Return the names of the members with one of the suffixes, in any case, sorted.

    Raises
    ------
    SourceError
        As `databases`, but for a zip that holds none.
    """
    with _opened(path) as archive:
        found = [m for m in archive.infolist() if m.filename.lower().endswith(suffixes)]
    for member in found:
        _check_member(path, member)
    return sorted(member.filename for member in found)


def extracted(path: Path, member: str, folder: Path) -> Path:
    """Unpack one member into ``folder`` under its bare name; return where it is.

    Raises
    ------
    SourceError
        It unpacks to more than the archive said or an Access file can hold, or is damaged.
    """
    target = folder / PurePosixPath(member).name
    with _opened(path) as archive:
        info = archive.getinfo(member)
        _check_member(path, info)
        try:
            with archive.open(info) as packed, target.open("wb") as out:
                written = 0
                while chunk := packed.read(_CHUNK):
                    written += len(chunk)
                    _check_size(path, member, written, info.compress_size)
                    out.write(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise SourceError(f"{path.name}: {member} is damaged ({error}): fetch it") from error
    return target


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{path.name} is no zip archive or is cut off ({error}): fetch it again"
        ) from error


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        raise SourceError(f"{path.name}: the path {name!r} climbs out of the archive; not opened")
    if member.flag_bits & 1:
        raise SourceError(
            f"{path.name}: {name} is protected by a password; unpack it and give the .mdb itself"
        )
    _check_size(path, name, member.file_size, member.compress_size)


def _check_size(path: Path, name: str, unpacked: int, packed: int) -> None:
    if unpacked > MAX_BYTES or unpacked > MAX_RATIO * max(packed, _CHUNK):
        raise SourceError(
            f"{path.name}: {name} unpacks to {unpacked:,} bytes or more from {packed:,}, which no "
            f"release does (limits: {MAX_RATIO} times, {MAX_BYTES:,} bytes); not opened"
        )

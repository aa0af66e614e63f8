"""Fetch NTSB's official archives, going on where a broken transfer stopped."""

import hashlib
import json
import logging
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import quote

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from hindcast import atomic
from hindcast.sources.base import SourceError

log = logging.getLogger(__name__)

ADDRESS = "https://data.ntsb.gov/avdata/FileDirectory/DownloadFile?fileID="
ARCHIVES = ("avall.zip", "Pre2008.zip")
WAITS_SECONDS = (2.0, 8.0)
TIMEOUT_SECONDS = 60
_CHUNK = 1 << 18
_RESUMED, _NO_MORE = 206, 416
_FAILURES = (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError)


class DownloadError(SourceError):
    """An archive could not be fetched; the message is one line that says why and what to do."""


class _CutOffError(ConnectionError):
    """The connection ended before the promised number of bytes."""


def address(archive: str) -> str:
    r"""Return where NTSB keeps an archive: its page names files by their Windows path.

    Examples
    --------
    >>> address("avall.zip").rpartition("fileID=")[2]
    'C%3A%5Cavdata%5Cavall.zip'
    """
    return ADDRESS + quote(f"C:\\avdata\\{archive}", safe="")


def download(
    to: Path,
    archives: tuple[str, ...] = ARCHIVES,
    *,
    where: Callable[[str], str] = address,
    waits: tuple[float, ...] = WAITS_SECONDS,
) -> list[Path]:
    """Fetch archives into ``to``; return where they are. What is there and whole is not fetched.

    Each archive is tried once and once more after each of ``waits`` (seconds). The bytes of a
    broken transfer stay in ``NAME.part`` and are not asked for again; a whole archive is tested
    (every member's checksum), renamed, and described in ``NAME.json`` (size, SHA-256, address).

    Raises
    ------
    DownloadError
        No try succeeded; nothing is left but a ``.part`` where bytes arrived.
    """
    to.mkdir(parents=True, exist_ok=True)
    return [_one(to / name, where(name), waits) for name in archives]


def _one(target: Path, url: str, waits: tuple[float, ...]) -> Path:
    if is_whole(target):
        log.info("%s is there already", target.name)
        return target
    part = target.with_name(f"{target.name}.part")
    for wait in (*waits, None):
        try:
            _fetch(url, part)
            return _accepted(part, target, url)
        except _FAILURES as error:
            _drop_if_empty(part)
            if wait is None or _is_final(error):
                raise DownloadError(_why(target, url, error)) from error
            log.warning("%s: %s; next try in %g s", target.name, error, wait)
            time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def is_whole(target: Path) -> bool:
    """Tell whether an archive is there with the size and SHA-256 that were noted for it."""
    note = target.with_name(f"{target.name}.json")
    if not (target.exists() and note.exists()):
        return False
    noted = json.loads(note.read_text(encoding="utf-8"))
    return noted["bytes"] == target.stat().st_size and noted["sha256"] == _sha256(target)


def _fetch(url: str, part: Path) -> None:
    """Append to ``part`` what is missing of it, or start anew where the server cannot resume."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != _NO_MORE:
            raise
        part.unlink()
        raise _CutOffError(f"the server has no bytes from {have:,} on: starting anew") from error
    with answer:
        start = have if answer.status == _RESUMED else 0
        _save(answer, part, start)


def _save(answer: HTTPResponse, part: Path, start: int) -> None:
    promised = answer.headers.get("Content-Length")
    total = start + int(promised) if promised else None
    with part.open("ab" if start else "wb") as out, _progress() as progress:
        task = progress.add_task(part.stem, total=total, completed=start)
        while chunk := answer.read(_CHUNK):
            out.write(chunk)
            progress.advance(task, len(chunk))
    size = part.stat().st_size
    if total is not None and size < total:
        raise _CutOffError(f"the connection ended after {size:,} of {total:,} bytes")


def _progress() -> Progress:
    shown = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*shown, transient=True)


def _accepted(part: Path, target: Path, url: str) -> Path:
    """Rename a transfer that is a sound zip; throw away one that is not."""
    try:
        with zipfile.ZipFile(part) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        broken = str(error)
    if broken:
        part.unlink()
        raise _CutOffError(f"what arrived is no sound zip archive ({broken})")
    facts = {"bytes": part.stat().st_size, "sha256": _sha256(part), "address": url}
    part.replace(target)
    atomic.write_json(target.with_name(f"{target.name}.json"), facts)
    log.info("%s: %s bytes, SHA-256 %s", target.name, f"{facts['bytes']:,}", facts["sha256"])
    return target


def _drop_if_empty(part: Path) -> None:
    if part.exists() and part.stat().st_size == 0:
        part.unlink()


def _is_final(error: Exception) -> bool:
    """Tell whether another try is no use: the server said that it has no such file, or no."""
    return isinstance(error, urllib.error.HTTPError) and error.code in {401, 403, 404, 410}


def _why(target: Path, url: str, error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return (
        f"{target.name} could not be fetched from {url}: {reason}; download it with a browser "
        f"and put it into {target.parent}, or run again to go on"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Read every source into raw tables with an inventory, all of it or none."""

import errno
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hindcast.sources import (
    access,
    aviationdata,
    carol,
    conflicts,
    eadms_csv,
    inventory,
    merge,
    same_event,
)
from hindcast.sources.base import Kind, Notes, Source, SourceError, UnmappedError
from hindcast.sources.discovery import discover

log = logging.getLogger(__name__)

READERS: dict[Kind, Callable[[Source, Path], Notes]] = {
    "access": access.read,
    "eadms_csv": eadms_csv.read,
    "carol": carol.read,
    "aviationdata": aviationdata.read,
    "simulated": eadms_csv.read,
}


def extract(
    raw: Path,
    out: Path,
    *,
    seed: int,
    simulated_events: int,
    simulated_first_year: int,
    simulated_last_year: int,
) -> dict[str, Any]:
    """Write ``out/raw/<TABLE>.parquet`` and ``out/inventory.json``; return the inventory.

    Everything is written to a scratch folder inside ``out`` and renamed at the end: an error, a
    full disk or Ctrl-C leaves what stood in ``out`` before.

    Parameters
    ----------
    raw
        Folder with NTSB's files as they came; see `discover` for what is looked for.
    out
        Folder to write to.
    seed, simulated_events, simulated_first_year, simulated_last_year
        How the simulated set is made where ``raw`` holds no records.

    Raises
    ------
    SourceError
        A source cannot be read; the message names file, fault and what to do.
    """
    out.mkdir(parents=True, exist_ok=True)
    with _room_in(out), tempfile.TemporaryDirectory(prefix=".extract-", dir=out) as name:
        scratch = Path(name)
        sources = discover(raw)
        if sources[0].kind == "simulated":
            years = (simulated_first_year, simulated_last_year)
            sources = [_simulated(sources[0], scratch, simulated_events, years, seed)]
        taken, unread = _all_read(sources, scratch)
        found = _combined(taken, scratch) | {"not_read": unread}
        inventory.write(scratch / "inventory.json", found)
        _swap(scratch, out)
    log.info("%s events, %s to %s", f"{found['events']:,}", found["first"], found["last"])
    return found


@contextmanager
def _room_in(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise SourceError(
            f"no room to write in {out} ({error.strerror or error}): make some and run again; "
            "nothing was changed"
        ) from error


def _simulated(
    source: Source, scratch: Path, events: int, years: tuple[int, int], seed: int
) -> Source:
    from hindcast.sources import simulated

    folder = scratch / "simulated"
    folder.mkdir()
    simulated.make(folder, events=events, first_year=years[0], last_year=years[1], seed=seed)
    return replace(source, files=tuple(sorted(folder.iterdir())))


def _all_read(
    sources: list[Source], scratch: Path
) -> tuple[list[tuple[merge.Extracted, Notes]], list[str]]:
    taken, unmapped = [], []
    for number, source in enumerate(sources):
        folder = scratch / f"source-{number}"
        folder.mkdir()
        try:
            taken.append((merge.Extracted(source, folder), READERS[source.kind](source, folder)))
        except UnmappedError as error:
            log.warning("%s: left out", error)
            unmapped.append(str(error))
    if not taken:
        raise SourceError(unmapped[0])
    return taken, unmapped


def _combined(taken: list[tuple[merge.Extracted, Notes]], scratch: Path) -> dict[str, Any]:
    notes = {one.source.release: said for one, said in taken}
    ordered = merge.ranked([one for one, _ in taken])
    same_event.adopt_ids(ordered)
    merged: dict[str, Any] = {"precedence": list(merge.PRECEDENCE)}
    merged["conflicts"] = conflicts.count(ordered)
    merged["absent_by_release"] = {one.source.release: one.absent() for one in ordered}
    merged["superseded_rows"] = merge.combine(ordered, scratch / "raw")
    sources = [one.source for one in ordered]
    said = [notes[source.release] for source in sources]
    return inventory.take(scratch / "raw", sources, said, merged)


def _swap(scratch: Path, out: Path) -> None:
    """Put the new tables and inventory where the old ones stood, or the old ones back."""
    old = scratch / "old"
    if (out / "raw").exists():
        (out / "raw").rename(old)
    try:
        (scratch / "raw").rename(out / "raw")
        (scratch / "inventory.json").replace(out / "inventory.json")
    except BaseException:
        shutil.rmtree(out / "raw", ignore_errors=True)
        if old.exists():
            old.rename(out / "raw")
        raise

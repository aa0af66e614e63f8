"""Write a file beside its place and rename it, so that nobody ever reads half of one."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; rename it into place when the block succeeds.

    On any failure the half-written file is removed and what stood at ``path`` stays.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with replacing(target) as beside:
    ...     _ = beside.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``folder`` to fill; put it in place when the block succeeds.

    On any failure what was written is removed and what stood at ``folder`` stays.

    Examples
    --------
    >>> target = Path(tempfile.mkdtemp()) / "bundle"
    >>> for text in ("old", "new"):
    ...     with replacing_folder(target) as beside:
    ...         _ = (beside / f"{text}.txt").write_text(text)
    >>> [path.name for path in target.iterdir()]
    ['new.txt']
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
        beside = Path(scratch) / "new"
        beside.mkdir()
        yield beside
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        beside.rename(folder)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON with a closing newline; NaN is refused, not written."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

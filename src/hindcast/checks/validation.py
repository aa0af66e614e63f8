"""The validate stage: raw tables in, core tables, quarantine and a report out."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars.exceptions import ComputeError

from hindcast import atomic
from hindcast.checks import gate3, gates, report, schema
from hindcast.checks.report import Report
from hindcast.checks.rule import ChecksError


def validate(
    raw_dir: Path,
    out: Path,
    *,
    empty_share_limit: float = 0.3,
    spike_limit: float = 5.0,
    outlier_limit: float = 12.0,
    jump_limit: float = 0.25,
) -> Report:
    """Put the three gates to the raw tables and write what passed.

    Parameters
    ----------
    raw_dir
        Folder with ``<TABLE>.parquet``, every column text, and ``release``.
    out
        Folder that receives ``core/<TABLE>.parquet``, ``quarantine.parquet``, ``blanked.parquet``
        and ``checks.json``; nothing in it changes when the tables cannot be checked.
    empty_share_limit, spike_limit, outlier_limit, jump_limit
        See `hindcast.checks.gate3.Limits`.

    Returns
    -------
    Report
        What each rule hit, what was decided, what was rejected and blanked.

    Raises
    ------
    ChecksError
        No events, a key column missing, a file that is no Parquet, or a row lost on the way.
    """
    raw = read_raw(raw_dir)
    limits = gate3.Limits(empty_share_limit, spike_limit, outlier_limit, jump_limit)
    core, ledger, decided = gates.run(raw, limits)
    found = report.of(ledger, decided.temperature, decided.injuries)
    _write(out, core, found)
    return found


def read_raw(raw_dir: Path) -> dict[str, pl.DataFrame]:
    """Return the raw tables in ``raw_dir`` by name.

    Raises
    ------
    ChecksError
        The folder is missing, or a file in it cannot be read as Parquet.
    """
    if not raw_dir.is_dir():
        raise ChecksError(
            f"no raw tables: expected a folder {raw_dir}; run the extract stage first"
        )
    named = {table: raw_dir / f"{table}.parquet" for table in schema.TABLES}
    return {table: _read(path) for table, path in named.items() if path.is_file()}


def emptiness(core_dir: Path, table: str) -> pl.DataFrame:
    """Return the share of missing values of each column of a core table, by year of the event.

    Returns
    -------
    pl.DataFrame
        table, column, year, rows, missing_share (0 to 1); columns the source lacks are not there.
    """
    tables = {name: _read(core_dir / f"{name}.parquet") for name in {"events", table}}
    return gate3.emptiness(tables, table)


def _read(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except ComputeError as error:
        raise ChecksError(
            f"{path.name} is no Parquet file ({error}); run the extract stage again"
        ) from error


def _write(out: Path, core: Mapping[str, pl.DataFrame], found: Report) -> None:
    """Write beside, then put in place: core as a whole, so that no stale table stays in it."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".checks.") as scratch:
        beside = Path(scratch)
        (beside / "core").mkdir()
        for table, frame in core.items():
            frame.write_parquet(beside / "core" / f"{table}.parquet", compression="zstd")
        found.quarantine.write_parquet(beside / "quarantine.parquet", compression="zstd")
        found.blanked.write_parquet(beside / "blanked.parquet", compression="zstd")
        atomic.write_json(beside / "checks.json", found.as_dict())
        _replace_folder(beside / "core", out / "core", beside / "old")
        for name in ("quarantine.parquet", "blanked.parquet", "checks.json"):
            (beside / name).replace(out / name)


def _replace_folder(new: Path, target: Path, aside: Path) -> None:
    if target.exists():
        target.replace(aside)
    new.replace(target)
    shutil.rmtree(aside, ignore_errors=True)

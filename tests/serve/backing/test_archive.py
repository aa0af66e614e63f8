"""Predictions moved to Parquet and back: the same rows."""

import datetime as dt

import polars as pl
import pytest
from typer.testing import CliRunner

from hindcast import cli
from hindcast.serve import clock
from hindcast.serve.store import archive, frame, opening, retention
from hindcast.serve.store.rows import PredictionRow


def rows(first, n_days, per_day=3):
    """Invent predictions of some days, each with a shadow, gaps and odd letters."""
    for day in range(n_days):
        for number in range(per_day):
            at = f"{dt.date.fromisoformat(first) + dt.timedelta(day)}T{number:02}:30:00.000Z"
            one = PredictionRow(
                f"{first}-{day}-{number}", at, "r", None if number else "k", "severity", "event",
                "v1", "champion", True, "ab", "é\u2028\\" if number else None,
                None if number == 1 else day / 7, '{"none": 0.1}', 1.25,
            )  # fmt: skip
            yield one
            yield one._replace(version="v0", role="shadow", is_answered=False)


@pytest.fixture
def filled(stored):
    """A store with predictions of two months, some with outcomes."""
    with opening.connected(stored) as database:
        database.log([*rows("2026-01-29", 5), *rows("2026-03-01", 1)])
        for day in (0, 2, 4):
            database.outcome(f"2026-01-29-{day}-0", "fatal", "2026-06-01", False)
    return stored


def test_archived_deleted_and_restored_is_what_it_was(filled, tmp_path):
    before = frame.read_predictions(filled)
    with opening.connected(filled) as database:
        done = list(archive.archive(database, tmp_path, "2026-02-02"))
        assert [(one.file.name, one.moved, one.rows) for one in done] == [
            ("predictions-2026-01.parquet", 18, 18),
            ("predictions-2026-02.parquet", 6, 6),
        ]
        left = frame.frame(database)
        assert left["at"].min() == "2026-02-02T00:30:00.000Z"
        assert database.fetch("SELECT count(*) FROM outcomes") == [(1,)]
        for one in done:
            assert archive.restore(database, one.file) == one.rows
            archive.restore(database, one.file)
    assert frame.read_predictions(filled).equals(before)


def test_a_month_archived_in_parts_is_one_file(filled, tmp_path):
    before = frame.read_predictions(filled)
    with opening.connected(filled) as database:
        list(archive.archive(database, tmp_path, "2026-01-30"))
        (second,) = archive.archive(database, tmp_path, "2026-01-31")
        assert (second.moved, second.rows) == (6, 12)
        assert list(archive.archive(database, tmp_path, "2026-01-31")) == []
        archive.restore(database, second.file)
    assert frame.read_predictions(filled).equals(before)


def test_a_late_outcome_of_an_archived_and_restored_row_is_archived_again(filled, tmp_path):
    with opening.connected(filled) as database:
        (done,) = archive.archive(database, tmp_path, "2026-01-30")
        archive.restore(database, done.file)
        database.outcome("2026-01-29-0-1", "minor", "2026-07-01", False)
        list(archive.archive(database, tmp_path, "2026-01-30"))
    told = archive.read(done.file).filter(prediction_id="2026-01-29-0-1")
    assert told["injury"].to_list() == ["minor", "minor"]


def test_nothing_is_deleted_where_an_outcome_comes_while_it_is_archived(
    filled, tmp_path, monkeypatch
):
    write = archive._write

    def slowly(file, told):
        write(file, told)
        with opening.connected(filled) as other:
            other.outcome("2026-01-29-0-2", "none", "2026-06-02", False)

    monkeypatch.setattr(archive, "_write", slowly)
    with opening.connected(filled) as database:
        with pytest.raises(archive.ArchiveError, match="archive again"):
            list(archive.archive(database, tmp_path, "2026-01-30"))
        assert frame.frame(database).height == 36
        monkeypatch.setattr(archive, "_write", write)
        (done,) = archive.archive(database, tmp_path, "2026-01-30")
    assert archive.read(done.file).filter(prediction_id="2026-01-29-0-2")["injury"][0] == "none"


def test_nothing_is_deleted_where_the_file_is_not_what_was_written(filled, tmp_path, monkeypatch):
    def half(file, told):
        told[:-1].write_parquet(file, metadata={archive._CHECKSUM: archive._checksum(told[:-1])})

    monkeypatch.setattr(archive, "_write", half)
    with opening.connected(filled) as database:
        with pytest.raises(archive.ArchiveError, match="nothing was deleted"):
            list(archive.archive(database, tmp_path, "2026-01-30"))
        assert frame.frame(database).height == 36


@pytest.mark.parametrize("how", ["torn", "changed", "foreign"])
def test_a_damaged_archive_is_refused(filled, tmp_path, how):
    with opening.connected(filled) as database:
        (done,) = archive.archive(database, tmp_path, "2026-01-30")
        whole = done.file.read_bytes()
        if how == "torn":
            done.file.write_bytes(whole[: len(whole) // 2])
        elif how == "changed":
            told = pl.read_parquet_metadata(done.file)
            changed = pl.read_parquet(done.file).with_columns(fatal=pl.lit(0.5))
            changed.write_parquet(done.file, metadata={archive._CHECKSUM: told[archive._CHECKSUM]})
        else:
            pl.DataFrame({"a": [1]}).write_parquet(done.file)
        with pytest.raises(archive.ArchiveError, match=r"cannot be read|damaged"):
            archive.restore(database, done.file)
        assert frame.frame(database).height == 30


def test_what_is_pruned_is_gone_with_its_outcomes(filled):
    with opening.connected(filled) as database:
        assert retention.prune(database, "2026-02-02") == 24
        assert retention.prune(database, "2026-02-02") == 0
        assert frame.frame(database).height == 12
        assert database.fetch("SELECT count(*) FROM outcomes") == [(1,)]


def test_retention_is_counted_from_today(sqlite_store, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 31, 1, tzinfo=dt.UTC))
    kept = sqlite_store.model_copy(update={"retention_days": 30})
    assert retention.until(kept) == "2026-03-01"
    assert retention.until(kept, dt.date(2026, 2, 1)) == "2026-02-01"
    with pytest.raises(retention.RetentionError, match="HINDCAST_RETENTION_DAYS"):
        retention.until(sqlite_store)
    with pytest.raises(retention.RetentionError, match="future"):
        retention.until(kept, dt.date(2026, 4, 1))


def test_the_command_line_moves_and_restores(sqlite_store, tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_STORE", str(sqlite_store.store_file))
    with opening.connected(sqlite_store) as database:
        database.log([*rows("2026-01-29", 2)])
    before = frame.read_predictions(sqlite_store)
    run = CliRunner().invoke
    moved = run(cli.app, ["log", "archive", str(tmp_path), "--before", "2026-02-01"])
    assert "12 moved" in moved.stderr
    assert frame.read_predictions(sqlite_store).is_empty()
    file = tmp_path / "predictions-2026-01.parquet"
    assert run(cli.app, ["log", "restore", str(file)]).exit_code == 0
    assert frame.read_predictions(sqlite_store).equals(before)
    monkeypatch.setenv("COLUMNS", "120")
    assert "2026-01" in run(cli.app, ["log", "stats"]).stdout
    assert "12 predictions" in run(cli.app, ["log", "prune", "--before", "2026-02-01"]).stderr
    assert frame.read_predictions(sqlite_store).is_empty()

"""Keys, predictions and outcomes, in SQLite and in PostgreSQL alike."""

import asyncio
import sqlite3
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from hindcast.serve import clock, keys
from hindcast.serve.store import frame, migrate, opening
from hindcast.serve.store.errors import OutcomeError, StoreError
from hindcast.serve.store.group import GroupCommit
from hindcast.serve.store.rows import PredictionRow, UsageRow
from hindcast.serve.store.service import Store

ODD = 'ümlaut " \\ \u2028 \U0001f6e9 \t {"a": "\\u0000"}'


def row(**changed):
    """Return an invented prediction."""
    told = PredictionRow(
        uuid.uuid4().hex, clock.stamp(), "request", None, "severity", "event", "v1", "champion",
        True, "ab12", '{"acft_make": "CESSNA"}', 0.25, '{"fatal": 0.25}', 1.5,
    )  # fmt: skip
    return told._replace(**changed)


def run(settings, ask):
    """Run ``await ask(store)`` with the store open."""

    async def live():
        store = Store.open(settings)
        try:
            return await ask(store)
        finally:
            await store.close()

    return asyncio.run(live())


def test_a_prediction_comes_back_as_it_went(stored):
    rows = [
        row(), row(inputs=None, fatal=None, key_id="0" * 12), row(inputs=ODD, is_answered=False),
        row(fatal=0.1 + 0.2, latency_ms=1e-9),
    ]  # fmt: skip

    async def ask(store):
        assert await store.log(*rows)
        return [await store.prediction(one.prediction_id) for one in rows]

    assert run(stored, ask) == rows


def test_a_shadow_shares_the_id_and_the_answer_is_found(stored):
    answered = row()
    shadow = answered._replace(version="v0", role="shadow", is_answered=False)

    async def ask(store):
        await store.log(shadow)
        await store.log(answered)
        await store.outcome(answered.prediction_id, "fatal", "2026-03-01")
        return await store.prediction(answered.prediction_id), await store.prediction("none")

    assert run(stored, ask) == (answered, None)
    assert frame.read_predictions(stored)["injury"].to_list() == ["fatal", "fatal"]


def test_one_bad_row_of_a_group_takes_no_other_with_it(stored):
    good, twice = row(), row()

    async def ask(store):
        await store.log(twice)
        told = await asyncio.gather(
            store.log(good), store.log(twice), store.log(row()), return_exceptions=True
        )
        assert told[0] is True
        assert isinstance(told[1], Exception)
        assert told[2] is True

    run(stored, ask)
    assert frame.read_predictions(stored).height == 3


def test_rows_given_together_are_all_kept_or_none(stored):
    twice = row()

    async def ask(store):
        await store.log(twice)
        with pytest.raises(Exception, match=r"(?i)unique"):
            await store.log(row(), twice)

    run(stored, ask)
    assert frame.read_predictions(stored).height == 1


def test_an_outcome_stands_until_it_is_replaced(stored):
    told = row()

    async def ask(store):
        await store.log(told)
        given = (told.prediction_id, "serious", "2026-03-01")
        first = await store.outcome(*given)
        assert first[:3] == given
        assert (await store.outcome(*given))[:3] == given
        with pytest.raises(OutcomeError, match="serious as of 2026-03-01 stands") as stands:
            await store.outcome(told.prediction_id, "fatal", "2026-03-20")
        assert stands.value.status == 409
        after = await store.outcome(told.prediction_id, "fatal", "2026-03-20", replace=True)
        assert (after.injury, after.as_of) == ("fatal", "2026-03-20")
        with pytest.raises(OutcomeError) as unknown:
            await store.outcome("none", "fatal", "2026-03-20")
        assert unknown.value.status == 404

    run(stored, ask)


def test_the_frame_has_what_lies_between_two_times(stored):
    rows = [row(at=f"2026-01-0{day}T12:00:00.000Z") for day in (1, 2, 3)]

    async def ask(store):
        await store.log(*rows)
        await store.outcome(rows[1].prediction_id, "none", "2026-02-01")

    run(stored, ask)
    found = frame.read_predictions(stored, "2026-01-02", "2026-01-03")
    assert found.schema == frame.SCHEMA
    assert found.row(0)[:14] == rows[1]
    assert found["injury"].to_list() == ["none"]
    assert frame.read_predictions(stored).height == 3
    assert frame.read_predictions(stored, "2027").schema == frame.SCHEMA


def test_keys_and_their_use_add_up(stored):
    _, kept = keys.make("a", ["read"])
    use = [
        UsageRow(kept.key_id, "2026-01-01", 5, 1, "2026-01-01T10:00:00.000Z"),
        UsageRow(kept.key_id, "2026-01-01", 2, 0, "2026-01-01T09:00:00.000Z"),
        UsageRow(kept.key_id, "2026-01-02", 3, 0, "2026-01-02T09:00:00.000Z"),
    ]
    with opening.connected(stored) as database:
        database.add_key(kept)
        assert database.key(kept.key_id) == kept
        assert database.keys()[0].requests == 0
        for one in use:
            database.used([one])
        assert database.keys()[0][-2:] == (10, "2026-01-02T09:00:00.000Z")
        assert database.usage("2026-01-01")[0] == use[0]._replace(requests=7)
        assert database.revoke(kept.key_id)
        revoked = database.key(kept.key_id).revoked_at
        assert database.revoke(kept.key_id)
        assert database.key(kept.key_id).revoked_at == revoked
        assert not database.revoke("none")


def test_a_fact_is_kept_once(stored):
    with opening.connected(stored) as database:
        assert [database.fact("salt", value) for value in "ab"] == ["a", "a"]


def first_version(settings):
    """Make a store as the first version of its tables had it, with a key and a prediction."""
    if settings.database_url:
        from hindcast.serve.store.postgres import DIALECT, Postgres

        database = Postgres(settings.database_url)
    else:
        from hindcast.serve.store.sqlite import DIALECT, SQLite

        database = SQLite(settings.store_file)
    migrate.migrate(database, DIALECT, until=1)
    database.log([row()])
    database.add_key(keys.make("old", ["read"])[1])
    return database, DIALECT


def test_an_older_store_is_brought_up_to_date_with_what_it_holds(stored):
    database, _ = first_version(stored)
    with pytest.raises(Exception, match="usage"):
        database.fetch("SELECT * FROM usage")
    database.close()
    with opening.connected(stored) as database:
        assert database.keys()[0].name == "old"
        assert database.fetch("SELECT max(number) FROM schema_version") == [(2,)]
    assert frame.read_predictions(stored).height == 1


def test_a_newer_store_is_refused(stored):
    database, dialect = first_version(stored)
    database.fetch("INSERT INTO schema_version VALUES (99, 'later')")
    with closing(database), pytest.raises(StoreError, match="version 99"):
        migrate.migrate(database, dialect)


def test_a_step_that_fails_leaves_the_store_as_it_was(stored, monkeypatch, tmp_path):
    database, dialect = first_version(stored)
    (tmp_path / "0002_bad.sql").write_text("CREATE TABLE half (a text); CREATE TABLE half (a text)")
    steps = {1: tmp_path / "0002_bad.sql", 2: tmp_path / "0002_bad.sql"}
    monkeypatch.setattr(migrate, "_steps", lambda dialect: steps)
    with closing(database):
        with pytest.raises(Exception, match="half"):
            migrate.migrate(database, dialect)
        assert database.fetch("SELECT max(number) FROM schema_version") == [(1,)]
        with pytest.raises(Exception, match="half"):
            database.fetch("SELECT * FROM half")


def test_many_workers_that_start_together_make_one_store(stored):
    def start(_):
        with opening.connected(stored) as database:
            return database.fetch("SELECT count(*) FROM schema_version")[0][0]

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(start, range(6))) == {2}


def test_sqlite_keeps_what_it_says_about_durability(sqlite_store):
    with opening.connected(sqlite_store) as database:
        found = [database.fetch(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous")]
        assert (found, database.fetch("PRAGMA foreign_keys")) == (["wal", 1], [(1,)])


def test_a_file_that_is_no_store_is_left_alone(sqlite_store):
    sqlite_store.store_file.write_bytes(b"something else" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(sqlite_store)
    assert sqlite_store.store_file.read_bytes() == b"something else" * 100


def test_a_group_is_one_write_and_one_alone_does_not_wait():
    written = []

    async def write(rows):
        written.append(len(rows))
        await asyncio.sleep(0.01)

    async def live():
        group = GroupCommit(write)
        await group.add([(1,)])
        await asyncio.gather(*[group.add([(number,)]) for number in range(50)])
        gone = group.add([(1,)])
        gone.cancel()
        await group.finish()

    asyncio.run(live())
    assert written == [1, 50, 1]


def test_plain_sqlite_reads_the_store(sqlite_store):
    run(sqlite_store, lambda store: store.log(row(fatal=0.5)))
    with closing(sqlite3.connect(sqlite_store.store_file)) as plain:
        assert plain.execute("SELECT fatal, typeof(is_answered) FROM predictions").fetchall() == [
            (0.5, "integer")
        ]


def test_no_key_waits_for_a_long_question(stored):
    async def ask(store):
        may_end = threading.Event()
        long = asyncio.ensure_future(store.read(lambda database: may_end.wait(20)))
        async with asyncio.timeout(10):
            assert await store.key("none") is None
            assert await store.log(row())
        may_end.set()
        assert await long

    run(stored, ask)

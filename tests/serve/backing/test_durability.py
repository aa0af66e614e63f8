"""What is answered is on disk: processes killed, several at once, a full disk, a file gone."""

import asyncio
import signal
import subprocess
import sys
import uuid

import pytest

from hindcast.serve import clock
from hindcast.serve.settings import Settings
from hindcast.serve.store import frame
from hindcast.serve.store.errors import StoreError
from hindcast.serve.store.rows import PredictionRow
from hindcast.serve.store.service import Store

WRITER = """
import asyncio, resource, sys, uuid
from pathlib import Path
from hindcast.serve import clock
from hindcast.serve.settings import Settings
from hindcast.serve.store.errors import StoreError
from hindcast.serve.store.rows import PredictionRow
from hindcast.serve.store.service import Store

def row():
    return PredictionRow(uuid.uuid4().hex, clock.stamp(), "r", None, "severity", "event", "v1",
                         "champion", True, "ab", None, 0.5, "{}", 1.0)

async def answer(store, n):
    for _ in range(n):
        told = row()
        await store.log(told)
        print(told.prediction_id, flush=True)

async def many(store, n_clients, n_each):
    await asyncio.gather(*[answer(store, n_each) for _ in range(n_clients)])

async def full(store):
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        await answer(store, 100_000)
    except StoreError as error:
        print("refused", error.status, await store.ready() is not None, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await answer(store, 3)
    print("again", await store.ready(), flush=True)

async def main():
    store = Store.open(Settings(store=Path(sys.argv[1])))
    await eval(sys.argv[2])
    await store.close()

asyncio.run(main())
"""


def writer(settings, what):
    """Start a process that writes and prints the id of each prediction once it is committed."""
    run = [sys.executable, "-c", WRITER, str(settings.store_file), what]
    return subprocess.Popen(run, stdout=subprocess.PIPE, text=True)


def kept(settings):
    return frame.read_predictions(settings)["prediction_id"].to_list()


def test_a_process_killed_under_load_loses_nothing_that_it_answered(sqlite_store):
    process = writer(sqlite_store, "many(store, 30, 100_000)")
    answered = [process.stdout.readline().strip() for _ in range(400)]
    process.send_signal(signal.SIGKILL)
    # the last line may be cut in the middle
    answered += [line for line in process.stdout.read().split("\n")[:-1] if len(line) == 32]
    process.wait()
    found = kept(sqlite_store)
    assert len(answered) >= 400
    assert not set(answered) - set(found)
    assert len(found) == len(set(found))


def test_two_processes_write_one_file_without_losing_or_refusing(sqlite_store):
    processes = [writer(sqlite_store, "many(store, 20, 15)") for _ in range(2)]
    told = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [len(ids) for ids in told] == [300, 300]
    assert set(kept(sqlite_store)) == {*told[0], *told[1]}


def test_a_full_disk_is_told_and_what_was_answered_stays(sqlite_store):
    process = writer(sqlite_store, "full(store)")
    lines = process.communicate(timeout=60)[0].splitlines()
    refused = lines.index("refused 503 True")
    assert refused > 5
    assert lines[-1] == "again None"
    answered = lines[:refused] + lines[refused + 1 : -1]
    assert len(answered) == refused + 3
    assert set(kept(sqlite_store)) == set(answered)


def row():
    return PredictionRow(
        uuid.uuid4().hex, clock.stamp(), "r", None, "severity", "event", "v1", "champion", True,
        "ab", None, 0.5, "{}", 1.0,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_goes_away_is_told_and_found_again(sqlite_store, how):
    file = sqlite_store.store_file
    aside = file.with_name("aside.sqlite")

    async def live():
        store = Store.open(sqlite_store)
        await store.log(row())
        for part in file.parent.glob("store.sqlite*"):
            part.rename(part.with_name(part.name.replace("store", "aside")))
        if how == "replaced":
            Store.open(sqlite_store)
        with pytest.raises(StoreError):
            await store.log(row())
        assert await store.ready() is not None
        if how == "deleted":
            assert not file.exists()
            for part in file.parent.glob("aside.sqlite*"):
                part.rename(part.with_name(part.name.replace("aside", "store")))
        assert await store.log(row())
        assert await store.ready() is None
        await store.close()

    asyncio.run(live())
    assert len(kept(sqlite_store)) == (2 if how == "deleted" else 1)
    assert aside.exists() == (how == "replaced")


def test_where_a_record_is_not_required_the_answer_says_so(sqlite_store):
    free = sqlite_store.model_copy(update={"log_required": False})

    async def live():
        store = Store.open(free)
        assert await store.log(row()) is True
        free.store_file.unlink()
        told = await store.log(row())
        await store.close()
        return told

    assert asyncio.run(live()) is False


END_THE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'hindcast' AND pid <> pg_backend_pid()"""


def test_a_database_server_that_ends_is_told_and_found_again(postgres_store):
    async def live():
        store = Store.open(postgres_store)
        await store.log(row())
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        await store.read(
            lambda database: database.fetch(f"{end}'hindcast' AND pid <> pg_backend_pid()")
        )
        with pytest.raises(StoreError) as told:
            await store.log(row())
        assert "127.0.0.1" not in told.value.detail
        assert await store.log(row())
        await store.close()

    asyncio.run(live())
    assert len(kept(postgres_store)) == 2


def test_a_database_out_of_reach_stops_the_start():
    with pytest.raises(StoreError, match="PostgreSQL"):
        Store.open(Settings(database_url="postgresql://hindcast:secret@127.0.0.1:1/none"))

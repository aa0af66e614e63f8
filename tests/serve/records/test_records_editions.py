"""The warehouse is replaced, written, damaged or gone while the server answers."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from hindcast.serve.problems import Problem
from hindcast.serve.records import child, edition, texts
from hindcast.serve.settings import Settings
from hindcast.serve.warehouse import Warehouse

ALL = {"population": "all"}
COUNT = "/api/v1/stats/summary"


def wait_for(asked, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


def held(client) -> Warehouse:
    return client.app._app.state.services.warehouse


def counted(client) -> int:
    return client.get(COUNT, params=ALL).json()["n_events"]


def test_a_replaced_warehouse_is_taken_up_without_an_error(started, record_settings, few_records):
    statuses, stop = [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            statuses.append(started.get(COUNT, params=ALL).status_code)

    asker = threading.Thread(target=ask)
    asker.start()
    tag = started.get(COUNT, params=ALL).headers["etag"]
    beside = record_settings.warehouse.with_name("beside.duckdb")
    shutil.copy(few_records, beside)
    beside.replace(record_settings.warehouse)
    wait_for(lambda: counted(started) == 60)
    stop.set()
    asker.join()
    assert set(statuses) == {200}
    again = started.get(COUNT, params=ALL, headers={"If-None-Match": tag})
    assert again.status_code == 200 and again.headers["etag"] != tag


def test_a_load_in_place_is_not_blocked_and_is_taken_up(started, record_settings, load_records):
    def n() -> int:
        return started.get("/api/v1/search", params={"q": "pilot", **ALL}).json().get("n_matching")

    assert counted(started) == 120
    wait_for(lambda: n() == 60)
    load_records(record_settings.warehouse, 20)
    wait_for(lambda: counted(started) == 20)
    wait_for(lambda: n() == 10)
    for kind in ("texts-*", "records-*.duckdb", "records-*.sqlite"):
        wait_for(lambda kind=kind: len(list(record_settings.records_folder.glob(kind))) == 1)


WRITER = """
import sys, duckdb
c = duckdb.connect(sys.argv[1])
c.execute("BEGIN; CREATE TABLE extra AS SELECT range AS a FROM range(200000)")
print("writing", flush=True)
sys.stdin.readline()
c.execute("COMMIT" if sys.argv[2] == "commit" else "ROLLBACK")
"""


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_server_starts_while_the_pipeline_writes(serving, record_settings, end):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(record_settings.warehouse), end],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert writer.stdout.readline() == "writing\n"
        with serving(record_settings) as client:
            wait_for(lambda: held(client).ready() is None)
            assert counted(client) == 120
            writer.communicate("end\n")
            assert writer.returncode == 0
            assert counted(client) == 120
    finally:
        writer.kill()
        writer.communicate()


def test_a_load_that_was_killed_leaves_a_log_that_is_read(record_settings, tmp_path):
    kill = (
        "import os, sys, duckdb; c = duckdb.connect(sys.argv[1]); "
        "c.execute('PRAGMA disable_checkpoint_on_shutdown'); "
        "c.execute(\"UPDATE fact_accidents SET inj_tot_f = 40 WHERE ev_id = '2018X00001'\"); "
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", kill, str(record_settings.warehouse)], check=False)
    log = record_settings.warehouse.with_name("hindcast.duckdb.wal")
    before = log.read_bytes()
    edition.make(record_settings.warehouse, tmp_path / "made.duckdb")
    with duckdb.connect(str(tmp_path / "made.duckdb"), read_only=True) as made:
        asked = "SELECT n_deaths FROM event WHERE ev_id = '2018X00001'"
        assert made.execute(asked).fetchone() == (40,)
    assert log.read_bytes() == before
    assert not list(tmp_path.glob(".warehouse*"))


def test_without_a_warehouse_the_server_starts_and_says_what_to_do(
    serving, tmp_path, loaded_records
):
    settings = Settings(
        warehouse=tmp_path / "none.duckdb",
        store=tmp_path / "s.sqlite",
        warehouse_check_seconds=0.05,
    )
    with serving(settings) as client:
        for path in (
            "/events",
            "/events/x/crew",
            "/stats/yearly",
            "/analytics/clusters",
            "/search?q=a",
        ):
            refused = client.get(f"/api/v1{path}")
            assert refused.status_code == 503, path
            assert refused.headers["retry-after"] == "2"
        wait_for(lambda: "make run" in client.get("/api/v1/events").json()["detail"])
        assert held(client).ready() is None
        assert "make run" in held(client).degraded()
        shutil.copy(loaded_records, settings.warehouse)
        wait_for(lambda: client.get("/api/v1/events").status_code == 200)
        assert held(client).degraded() is None
        settings.warehouse.unlink()
        wait_for(lambda: "make run" in (held(client).degraded() or ""))
        assert client.get("/api/v1/events").status_code == 200
        shutil.copy(loaded_records, settings.warehouse)
        wait_for(lambda: held(client).degraded() is None)


def test_records_that_are_being_read_are_not_ready_and_texts_are_told_of(
    serving, record_settings, monkeypatch
):
    made, run = threading.Event(), child.run

    async def run_later(module: str, *given: str) -> str | None:
        while module == texts.__name__ and not made.is_set():
            await asyncio.sleep(0.01)
        return await run(module, *given)

    monkeypatch.setattr(child, "run", run_later)
    with serving(record_settings) as client:
        search = client.app._app.state.services.search
        assert "being read" in held(client).ready() and search.degraded() is None
        wait_for(lambda: held(client).ready() is None)
        assert "being made" in search.degraded()
        refused = client.get("/api/v1/search?q=pilot")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert "being made" in refused.json()["detail"]
        made.set()
        wait_for(lambda: search.degraded() is None)
        assert client.get("/api/v1/search?q=pilot").status_code == 200


def test_an_index_that_cannot_be_made_is_told(serving, record_settings, monkeypatch):
    run = child.run

    async def fails(module: str, *given: str) -> str | None:
        return "no space" if module == texts.__name__ else await run(module, *given)

    monkeypatch.setattr(child, "run", fails)
    with serving(record_settings) as client:
        search = client.app._app.state.services.search
        wait_for(lambda: "cannot be made" in (search.degraded() or ""))
        assert "cannot be made" in client.get("/api/v1/search?q=pilot").json()["detail"]
        assert held(client).ready() is None


def test_a_damaged_warehouse_is_told_and_leaves_nothing_behind(serving, tmp_path):
    damaged = tmp_path / "hindcast.duckdb"
    damaged.write_bytes(b"no database" * 5000)
    settings = Settings(warehouse=damaged, store=tmp_path / "served" / "s.sqlite")
    with serving(settings) as client:
        wait_for(lambda: "log says why" in client.get("/api/v1/events").json()["detail"])
    assert [file.name for file in (tmp_path / "served").iterdir()] == ["records.lock"]
    with pytest.raises(edition.EditionError, match="damaged or no DuckDB file"):
        edition.make(damaged, tmp_path / "made.duckdb")


def test_what_stands_is_opened_at_once_at_the_next_start(started, record_settings):
    async def again() -> str | None:
        warehouse = Warehouse.open(record_settings)
        try:
            return warehouse.ready()
        finally:
            await warehouse.close()

    assert asyncio.run(again()) is None


def test_the_same_records_have_the_same_fingerprint(record_settings, tmp_path, few_records):
    def fingerprint(warehouse: Path, name: str) -> str:
        edition.make(warehouse, tmp_path / name)
        with duckdb.connect(str(tmp_path / name), read_only=True) as made:
            return made.execute("SELECT fingerprint FROM about").fetchone()[0]

    first = fingerprint(record_settings.warehouse, "a.duckdb")
    os.utime(record_settings.warehouse)
    assert fingerprint(record_settings.warehouse, "b.duckdb") == first
    assert fingerprint(few_records, "c.duckdb") != first


def test_an_edition_is_made_once_by_many_workers(record_settings, tmp_path):
    target = tmp_path / "served" / "records-x.duckdb"
    target.parent.mkdir()
    asked = [sys.executable, "-m", edition.__name__, str(record_settings.warehouse), str(target)]
    workers = [subprocess.Popen(asked) for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    made = target.stat().st_mtime_ns
    edition.make(record_settings.warehouse, target)
    texts.make(target, tmp_path / "served" / "texts-x.sqlite")
    assert target.stat().st_mtime_ns == made
    assert {file.name for file in target.parent.iterdir()} == {
        "records-x.duckdb", "records-x.sqlite", "texts-x.sqlite", "records.lock", "texts.lock",
    }  # fmt: skip


SLOW = "SELECT count(*) AS n FROM range(100000000000) a"


def warehouse_of(settings: Settings, ask):
    """Run ``ask(warehouse)`` over the records."""

    async def run():
        warehouse = Warehouse.open(settings)
        while warehouse.ready():
            await asyncio.sleep(0.02)
        try:
            return await ask(warehouse)
        finally:
            await warehouse.close()

    return asyncio.run(run())


def test_a_long_query_is_stopped_and_the_thread_is_free_again(record_settings):
    quick = record_settings.model_copy(update={"query_seconds": 0.2, "query_threads": 1})

    async def ask(warehouse):
        with pytest.raises(Problem, match=r"longer than 0.2 s") as refused:
            await warehouse.ask("test", SLOW)
        assert refused.value.status == 503 and refused.value.headers == {"Retry-After": "5"}
        return await warehouse.ask("test", "SELECT 1 AS one")

    assert warehouse_of(quick, ask) == [{"one": 1}]


def test_a_query_nobody_waits_for_is_stopped(record_settings):
    quick = record_settings.model_copy(update={"query_seconds": 60, "query_threads": 1})

    async def ask(warehouse):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(warehouse.ask("test", SLOW), 0.2)
        return await asyncio.wait_for(warehouse.ask("test", "SELECT 1 AS one"), 10)

    assert warehouse_of(quick, ask) == [{"one": 1}]


def test_more_queries_than_may_wait_are_refused(record_settings):
    async def ask(warehouse):
        asked = [warehouse.ask("test", "SELECT 1 AS one") for _ in range(80)]
        return await asyncio.gather(*asked, return_exceptions=True)

    found = warehouse_of(record_settings, ask)
    refused = [one for one in found if isinstance(one, Problem)]
    assert len(refused) == 16 and {one.status for one in refused} == {503}
    assert [one for one in found if not isinstance(one, Problem)] == [[{"one": 1}]] * 64


QUERY = """
import sys
from hindcast.serve import lean
lean.forbid("pandas")
import duckdb
assert duckdb.connect().execute("SELECT ? + 1", [1]).fetchone() == (2,)
print(*{*sys.modules}.intersection({"pyarrow", "polars", "numpy"}), sys.modules["pandas"])
"""


def test_a_query_of_a_worker_imports_no_pandas():
    done = subprocess.run([sys.executable, "-c", QUERY], capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"

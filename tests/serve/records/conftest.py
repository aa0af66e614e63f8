"""A warehouse of invented records, and a server of records alone over it: no models, no keys."""

import shutil
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from hindcast import warehouse as pipeline
from hindcast.serve import problems
from hindcast.serve.cache import Cache
from hindcast.serve.keys import Caller
from hindcast.serve.records.memory import Memory
from hindcast.serve.routes import RECORD_ROUTERS
from hindcast.serve.search import Search
from hindcast.serve.settings import Settings
from hindcast.serve.warehouse import Warehouse
from hindcast.warehouse import sql

N = 120
PERSONAL = {
    "regis_no": "N1234Z",
    "acft_serial_no": "SERIALNUMBER",
    "oper_name": "INVENTED OPERATOR",
    "oper_street": "1 INVENTED STREET",
    "owner_acft": "INVENTED OWNER",
    "oper_individual_name": "INVENTED PERSON",
}
CITY, AIRPORT, RESIDENCE = "INVENTEDVILLE", "INVENTED FIELD", "RESIDENCETOWN"
CAUSES = (
    "The pilot's loss of control in gusty crosswinds, which resulted in a ground loop.",
    "A total loss of engine power due to fuel exhaustion; N4567B had flown 5 hours.",
    "The pilot's continued flight into <b>instrument</b> conditions & low ceilings.",
    None,
)


def _events(n: int) -> pl.DataFrame:
    draw = np.random.default_rng(4)
    day = [datetime(2018, 1, 1) + timedelta(days=int(k)) for k in draw.integers(0, 900, n)]
    fatal = draw.random(n) < 0.25
    return pl.DataFrame(
        {
            "ev_id": [f"2018X{k:05d}" for k in range(n)],
            "ev_date": [None if k == 7 else one for k, one in enumerate(day)],
            "ev_time": [int(k) * 100 for k in draw.integers(0, 24, n)],
            "ev_type": ["INC" if k % 11 == 0 else "ACC" for k in range(n)],
            "ev_country": ["AL" if k % 13 == 0 else "USA" for k in range(n)],
            "ev_state": [("AK", "TX", "CA", None)[k % 4] for k in range(n)],
            "ev_city": [CITY] * n,
            "apt_name": [AIRPORT] * n,
            "ev_highest_injury": [
                None if k % 17 == 0 else ("FATL" if f else ("NONE", "MINR", "SERS")[k % 3])
                for k, f in enumerate(fatal)
            ],
            "inj_tot_f": [int(f) * (1 + k % 3) for k, f in enumerate(fatal)],
            "ev_nr_apt_loc": [("ONAP", "OFAP", None)[k % 3] for k in range(n)],
            "dec_latitude": [None if k % 9 == 0 else 61.179123 - (k % 30) for k in range(n)],
            "dec_longitude": [
                None if k % 9 == 0 else (179.987 if k % 10 == 1 else -149.991234 + (k % 40))
                for k in range(n)
            ],
            "wx_cond_basic": [("VMC", "IMC", "VMC")[k % 3] for k in range(n)],
            "light_cond": [("DAYL", "NITE")[k % 2] for k in range(n)],
            "vis_sm": [float(10 - (k % 5)) for k in range(n)],
            "era": ["2008+"] * n,
        }
    )


def _tables(n: int) -> dict[str, pl.DataFrame]:
    ids = [f"2018X{k:05d}" for k in range(n)]
    makes = ("CESSNA", "PIPER", "VANS")
    alone = {"ev_id": ids, "Aircraft_Key": [1] * n}
    return {
        "events": _events(n),
        "aircraft": pl.DataFrame(
            {
                **{key: [*told, told[3]] for key, told in alone.items()},
                "acft_category": ["AIR"] * (n + 1),
                "acft_make": [*(makes[k % 3] for k in range(n)), "RARE PERSON"],
                "acft_model": [*(f"{170 + k % 3}" for k in range(n)), "RARE PERSONAL 1"],
                "homebuilt": ["N"] * n + ["Y"],
                "far_part": ["091"] * (n + 1),
                "type_fly": ["PERS"] * (n + 1),
                "damage": ["SUBS"] * (n + 1),
                **{name: [told] * (n + 1) for name, told in PERSONAL.items()},
            }
        ).with_columns(Aircraft_Key=pl.int_range(pl.len()).over("ev_id") + 1),
        "Flight_Crew": pl.DataFrame(
            {
                **alone,
                "crew_no": [1] * n,
                "crew_category": ["PLT"] * n,
                "crew_age": [77] * n,
                "crew_sex": ["F"] * n,
                "crew_city": [RESIDENCE] * n,
                "med_certf": ["CL2"] * n,
            }
        ),
        "flight_time": pl.DataFrame(
            {
                **alone,
                "crew_no": [1] * n,
                "flight_type": ["TOTL"] * n,
                "flight_craft": ["ALL"] * n,
                "flight_hours": [float(99 + k) for k in range(n)],
            }
        ),
        "Findings": pl.DataFrame(
            {
                **alone,
                "finding_no": [1] * n,
                "finding_code": ["0206304044"] * n,
                "Cause_Factor": ["C"] * n,
            }
        ),
        "Events_Sequence": pl.DataFrame(
            {
                **alone,
                "Occurrence_No": [1] * n,
                "phase_no": [("400", "550")[k % 2] for k in range(n)],
                "eventsoe_no": ["240"] * n,
                "Defining_ev": [True] * n,
            }
        ),
        "narratives": pl.DataFrame({**alone, "narr_cause": [CAUSES[k % 4] for k in range(n)]}),
    }


def load(target: Path, n: int = N) -> Path:
    """Load ``n`` invented events into a warehouse, as the pipeline does."""
    core = target.parent / f"core_{n}"
    core.mkdir(parents=True, exist_ok=True)
    for name, table in _tables(n).items():
        table.with_columns(release=pl.lit("avall_2018_2020")).write_parquet(
            core / f"{name}.parquet"
        )
    pipeline.load(core, target, rare_make_events=5)
    return target


@pytest.fixture(scope="session")
def loaded_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded warehouse, to be read only."""
    return load(tmp_path_factory.mktemp("warehouse") / "hindcast.duckdb")


@pytest.fixture(scope="session")
def few_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another loaded warehouse, of 60 events, to be read only."""
    return load(tmp_path_factory.mktemp("few") / "hindcast.duckdb", 60)


@pytest.fixture
def record_settings(loaded_records: Path, tmp_path: Path) -> Settings:
    """Settings over a warehouse of the test's own."""
    own = tmp_path / "warehouse" / "hindcast.duckdb"
    own.parent.mkdir()
    shutil.copy(loaded_records, own)
    return Settings(
        warehouse=own, store=tmp_path / "served" / "store.sqlite", warehouse_check_seconds=0.05
    )


def record_app(settings: Settings) -> FastAPI:
    """Return a server of records that lets everybody in."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        held = SimpleNamespace(settings=settings, cache=Cache(Memory(settings.cache_entries)))
        held.warehouse = Warehouse.open(settings)
        held.search = Search.open(settings, held.warehouse)
        app.state.services = held
        yield
        await held.search.close()
        await held.warehouse.close()

    app = FastAPI(lifespan=lifespan)
    problems.install(app)
    for router in RECORD_ROUTERS:
        app.include_router(router)
    return app


class LetIn:
    """Every request comes from a reader."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            caller = Caller("reader", "reader", frozenset({"read"}), "free")
            scope["state"] = {**scope.get("state", {}), "caller": caller}
        await self._app(scope, receive, send)


def wait_for(asked: Any, seconds: float = 20) -> None:
    """Wait until ``asked()`` is true."""
    until = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def serving() -> Any:
    """``with serving(settings) as client``: a server that may not have read its records yet."""
    return lambda settings: TestClient(LetIn(record_app(settings)), raise_server_exceptions=False)


@pytest.fixture
def started(record_settings: Settings) -> Iterator[TestClient]:
    """A client of a server whose records are read."""
    app = record_app(record_settings)
    with TestClient(LetIn(app), raise_server_exceptions=False) as client:
        wait_for(lambda: app.state.services.warehouse.ready() is None)
        yield client


@pytest.fixture(scope="session")
def reading(loaded_records: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client shared by tests that change nothing."""
    folder = tmp_path_factory.mktemp("reading")
    app = record_app(Settings(warehouse=loaded_records, store=folder / "store.sqlite"))
    with TestClient(LetIn(app), raise_server_exceptions=False) as client:
        wait_for(lambda: app.state.services.warehouse.ready() is None)
        yield client


@pytest.fixture(scope="session")
def searching(reading: TestClient) -> TestClient:
    """The shared client, its index of texts made."""
    wait_for(lambda: reading.get("/api/v1/search", params={"q": "a"}).status_code == 200)
    return reading


@pytest.fixture(scope="session")
def record_files(searching: TestClient) -> list[Path]:
    """The files that the shared server answers from."""
    folder = searching.app._app.state.services.settings.records_folder
    return [file for kind in ("records-*", "texts-*") for file in folder.glob(kind)]


@pytest.fixture(scope="session")
def masks() -> Iterator[Any]:
    """What stands in an edition where a text was told."""
    told = sql.text("served/tables", warehouse="unused")
    macro = told[told.index("CREATE TEMP MACRO without_marks") :]
    with duckdb.connect() as connection:
        connection.execute(macro[: macro.index(";")])
        yield lambda text: connection.execute("SELECT without_marks(?)", [text]).fetchone()[0]


@pytest.fixture(scope="session")
def load_records() -> Any:
    """``load_records(warehouse, n)`` loads n invented events, as the pipeline does."""
    return load

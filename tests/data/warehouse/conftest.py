"""Tiny checked tables, invented, and a folder to load them from."""

import shutil
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from hindcast import warehouse

RARE_MAKE_EVENTS = 1
EVENTS = {
    "ev_id": ["20200101X00001", "20200202X00002", "20200303X00003", "20201231X00004"],
    "ev_date": [
        datetime(2020, 1, 1),
        datetime(2020, 2, 2),
        datetime(2020, 3, 3),
        datetime(2020, 12, 31),
    ],
    "ev_time": [730, 1405, None, 2359],
    "ev_type": ["ACC", "ACC", "ACC", "INC"],
    "ev_country": ["USA", "USA", "AL", "USA"],
    "ev_state": ["AK", "AL", "AL", "TX"],
    "ev_city": ["Northbay", "Pinehill", "Harbour", "Flatfield"],
    "ev_highest_injury": ["FATL", "NONE", None, "MINR"],
    "inj_tot_f": [2, 0, None, 0],
    "wx_cond_basic": ["IMC", "VMC", None, "VMC"],
    "vis_sm": [0.5, 10.0, None, 7.0],
    "era": ["2008+"] * 4,
}
AIRCRAFT = {
    "ev_id": [*EVENTS["ev_id"], "20200202X00002"],
    "Aircraft_Key": [1, 1, 1, 1, 2],
    "acft_make": ["CESSNA", "Robinson Helicopter Co, Inc.", "PIPER", "SOMEBODY NAME", "CESSNA"],
    "acft_model": ["172", "R44", "PA28", "SPECIAL", "152"],
    "damage": ["DEST", "SUBS", "SUBS", None, "MINR"],
    "far_part": ["91", "091", "NUSN", "091", "091"],
    "regis_no": ["N00TEST1", "N00TEST2", "N00TEST3", "N00TEST4", "N00TEST5"],
    "oper_name": ["Invented Operator"] * 5,
}
FINDINGS = {
    "ev_id": ["20200101X00001", "20200101X00001", "20200202X00002"],
    "Aircraft_Key": [1, 1, 2],
    "finding_no": [1, 2, 1],
    "finding_code": ["0206304044", "0303404586", None],
    "Cause_Factor": ["C", "F", None],
}
SEQUENCE = {
    "ev_id": ["20200101X00001", "20200101X00001", "20200202X00002"],
    "Aircraft_Key": [1, 1, 1],
    "Occurrence_No": [1, 2, 1],
    "phase_no": ["400", "500", "550"],
    "eventsoe_no": ["401", "240", "092"],
    "Defining_ev": [None, True, True],
}
CREW = {
    "ev_id": ["20200101X00001", "20200101X00001", "20200202X00002"],
    "Aircraft_Key": [1, 1, 1],
    "crew_no": [1, 2, 1],
    "crew_category": ["CPLT", "PLT", "PLT"],
    "crew_age": [33, 57, None],
    "med_certf": ["CL2", "CL3", None],
}
HOURS = {
    "ev_id": ["20200101X00001"] * 3,
    "Aircraft_Key": [1, 1, 1],
    "crew_no": [2, 2, 1],
    "flight_type": ["TOTL", "L90D", "TOTL"],
    "flight_craft": ["ALL", "ALL", "ALL"],
    "flight_hours": [612.0, 20.0, 3000.0],
}
TABLES = {
    "events": EVENTS,
    "aircraft": AIRCRAFT,
    "Findings": FINDINGS,
    "Events_Sequence": SEQUENCE,
    "Flight_Crew": CREW,
    "flight_time": HOURS,
}


class Records:
    """A folder of checked tables that a test changes between loads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frames = {name: pl.DataFrame(table) for name, table in TABLES.items()}

    def change(self, table: str, change) -> "Records":
        self.frames[table] = change(self.frames[table])
        return self

    def without_events(self, *ids: str) -> "Records":
        for name, frame in self.frames.items():
            self.frames[name] = frame.filter(~pl.col("ev_id").is_in(ids))
        return self

    def only_events(self, *ids: str) -> "Records":
        for name, frame in self.frames.items():
            self.frames[name] = frame.filter(pl.col("ev_id").is_in(ids))
        return self

    def write(self, release: str = "avall_2020_2020") -> Path:
        core = self.folder / f"core_{len(list(self.folder.iterdir()))}"
        core.mkdir()
        for name, frame in self.frames.items():
            frame.with_columns(release=pl.lit(release)).write_parquet(core / f"{name}.parquet")
        return core


@pytest.fixture
def records(tmp_path) -> Records:
    folder = tmp_path / "records"
    folder.mkdir()
    return Records(folder)


@pytest.fixture
def database(tmp_path) -> Path:
    return tmp_path / "warehouse" / "hindcast.duckdb"


@pytest.fixture(scope="session")
def _loaded_once(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    records = folder / "records"
    records.mkdir()
    warehouse.load(
        Records(records).write(), folder / "hindcast.duckdb", rare_make_events=RARE_MAKE_EVENTS
    )
    return folder / "hindcast.duckdb"


@pytest.fixture
def loaded(_loaded_once, database) -> Path:
    """A warehouse of one's own that holds the untouched records."""
    database.parent.mkdir(parents=True)
    shutil.copy(_loaded_once, database)
    return database

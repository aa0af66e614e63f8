"""Nothing that names a person, an aircraft or an operator is in any answer."""

import re
import sqlite3

import pytest

from hindcast.warehouse.tables import all_tables

GETS = (
    "/events?limit=500&population=all",
    "/events.geojson?limit=5000&population=all",
    *(f"/events/2018X{k:05d}" for k in range(0, 120, 7)),
    *(f"/events/2018X{k:05d}/{part}" for k in (3, 4) for part in ("aircraft", "crew", "findings")),
    "/search?q=the&limit=100&population=all",
    "/search?q=N4567B",
    *(f"/stats/{one}?population=all" for one in ("summary", "yearly", "by-state", "by-phase")),
    *(f"/stats/by-aircraft?population=all&by={one}" for one in ("make", "model", "category")),
    *(f"/analytics/{one}?population=all" for one in ("time-series", "clusters", "correlations")),
)
FORBIDDEN_NAME = re.compile(
    r"regis|serial|oper_|owner|street|zip|dprt|dest_|city|apt_name|apt_id|crew_age|age_band|_sex|"
    r"crew_city|crew_res|inj_level|tox|lchg|ntsb_no|docket|metar|userid"
)
FORBIDDEN_VALUES = (
    "N1234Z", "N4567B", "SERIALNUMBER", "INVENTED", "RESIDENCETOWN", "RARE PERSON", "77",
)  # fmt: skip


def names(told) -> set[str]:
    if isinstance(told, dict):
        return set(told) | {name for one in told.values() for name in names(one)}
    return {name for one in told for name in names(one)} if isinstance(told, list) else set()


def values(told) -> list[str]:
    if isinstance(told, dict):
        return [one for value in told.values() for one in values(value)]
    if isinstance(told, list):
        return [one for value in told for one in values(value)]
    return [told] if isinstance(told, str) else []


@pytest.mark.parametrize("path", GETS)
def test_no_answer_has_a_personal_name_or_value(searching, path):
    answer = searching.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert not [name for name in names(told) if FORBIDDEN_NAME.search(name)]
    found = " ".join(values(told)).upper()
    assert not [value for value in FORBIDDEN_VALUES[:-1] if value in found]
    assert "77" not in values(told)


def test_the_pattern_knows_the_personal_columns_of_the_tables():
    columns = {name for table in all_tables() for name in table.columns}
    personal = {"regis_no", "acft_serial_no", "oper_name", "owner_street", "crew_age", "crew_city"}
    assert personal <= columns
    assert all(FORBIDDEN_NAME.search(name) for name in personal)


def test_the_files_that_are_answered_from_hold_nothing_personal(searching, record_files):
    assert len(record_files) == 3
    for file in record_files:
        held = file.read_bytes()
        for value in (b"N1234Z", b"N4567B", b"SERIALNUMBER", b"INVENTEDVILLE", b"RESIDENCETOWN"):
            assert value not in held, (file.name, value)


@pytest.mark.parametrize(
    ("told", "masked"),
    [
        ("N123AB hit N9", "[registration] hit N9"),
        ("N1 speed, N2 speed", "N1 speed, N2 speed"),
        ("(N54321)", "([registration])"),
        ("N12A and N1AB", "[registration] and [registration]"),
        ("C-GABC, VH-XYZ, RA-12345", "[registration], [registration], [registration]"),
        ("VFR-only, F-16, DC-10, PA-28-181", "VFR-only, F-16, DC-10, PA-28-181"),
        ("10NM from N", "10NM from N"),
    ],
)
def test_registration_marks_are_masked(masks, told, masked):
    assert masks(told) == masked


def test_sqlite_has_full_text():
    assert sqlite3.connect(":memory:").execute(
        "SELECT sqlite_compileoption_used('ENABLE_FTS5')"
    ).fetchone() == (1,)

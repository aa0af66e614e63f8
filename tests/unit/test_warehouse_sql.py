"""The statements by themselves: they parse, and the macros give known values."""

import re
from importlib import resources

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from hindcast.warehouse import sql, star
from hindcast.warehouse.releases import release_of
from hindcast.warehouse.tables import all_tables

FOLDER = resources.files(sql.__name__)
FILES = sorted(str(file.relative_to(FOLDER)).removesuffix(".sql") for file in FOLDER.rglob("*.sql"))


@pytest.fixture(scope="module")
def macros():
    with duckdb.connect() as connection:
        sql.run(connection, "macros")
        yield connection


@pytest.mark.parametrize("name", FILES)
def test_every_statement_parses(name):
    source = FOLDER.joinpath(f"{name}.sql").read_text()
    places = dict.fromkeys(re.findall(r"\$\{(\w+)\}", source), "a_name")
    filled = sql.text(name, **(places | ({"columns": "a INTEGER"} if "columns" in places else {})))
    assert duckdb.extract_statements(filled)


def test_every_step_of_the_star_has_its_file_and_every_file_its_step():
    assert {f"star/{step}" for step in star.STEPS} == {n for n in FILES if n.startswith("star/")}


def test_a_name_that_is_not_given_is_an_error():
    with pytest.raises(KeyError, match="table"):
        sql.text("merge/compare")


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_the_wilson_of_statsmodels(macros, case):
    asked = "SELECT wilson_low($1, $2), wilson_high($1, $2)"
    found = macros.execute(asked, case).fetchone()
    assert found == pytest.approx(proportion_confint(*case, method="wilson"), abs=1e-12)


def test_no_cases_have_no_interval(macros):
    asked = "SELECT wilson_low(0, 0), wilson_high(0, 0), share(0, 0)"
    assert macros.execute(asked).fetchone() == (None, None, None)


@pytest.mark.parametrize(
    ("told", "make"),
    [
        ("ROBINSON HELICOPTER CO, INC.", "ROBINSON"),
        ("Cirrus Design Corp", "CIRRUS"),
        ("  Van's  Aircraft, Inc. ", "VANS"),
        ("AVIATION", "AVIATION"),
        (None, None),
        ("  ", None),
    ],
)
def test_spellings_of_a_make(macros, told, make):
    assert macros.execute("SELECT plain_make($1)", [told]).fetchone() == (make,)


@given(st.lists(st.text(), min_size=2, max_size=2), st.lists(st.text(), min_size=2, max_size=2))
def test_two_records_hash_alike_only_if_they_are(macros, one, other):
    asked = "SELECT concat_ws(chr(31), field_text('a', ?), field_text('b', ?))"
    first, second = (macros.execute(asked, pair).fetchone() for pair in (one, other))
    assert (first == second) == (one == other)


@pytest.mark.parametrize(
    ("name", "family", "is_snapshot"),
    [
        ("avall", "avall", True),
        ("avall_2008_2021", "avall", True),
        ("avall_full_columns", "avall_full_columns", True),
        ("up22DEC", "avall", False),
        ("Pre2008", "pre2008", True),
        ("PRE1982", "pre1982", True),
        ("aviationdata_1982_2007", "aviationdata", True),
        ("aviationdata_1982_2023", "aviationdata", True),
        ("simulated", "simulated", True),
        ("2021", "2021", True),
    ],
)
def test_releases_and_their_families(name, family, is_snapshot):
    assert release_of(name) == (name, family, is_snapshot)


def test_every_table_has_a_key_that_begins_with_the_event():
    assert all(table.key[0] == "ev_id" for table in all_tables())

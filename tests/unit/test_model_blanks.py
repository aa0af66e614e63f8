import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hindcast.model import blanks

SCHEMA = [
    {"inputs": ["crew_age"], "source": "Flight_Crew.crew_age", "group": "crew"},
    {"inputs": ["crew_age", "bfr"], "source": "Flight_Crew.bfr", "group": "crew"},
    {"inputs": ["wx_temp", "era"], "source": "events.wx_temp", "group": "weather"},
    {"inputs": ["ev_date"], "source": "events.ev_date", "group": "calendar"},
]


def test_features_that_share_an_input_a_table_or_a_group_can_be_lost_together():
    lost = {(unit.weight, unit.columns) for unit in blanks.units(SCHEMA)}
    assert (1.0, (0, 1)) in lost  # crew_age
    assert (1.0, (1,)) in lost  # bfr
    assert (blanks.JOINT, (2, 3)) in lost  # the table events
    assert (blanks.JOINT, (3,)) in lost  # the calendar as a group


def test_the_day_and_its_period_are_never_lost_alone():
    assert not any(unit.columns == (3,) and unit.weight == 1 for unit in blanks.units(SCHEMA))


@given(st.floats(0, 0.5), st.integers(0, 10_000))
def test_values_are_only_ever_taken_away(share, seed):
    matrix = np.arange(40, dtype=np.float32).reshape(10, 4)
    generator = np.random.default_rng(seed)
    found = blanks.blanked(matrix, blanks.units(SCHEMA), share, generator)
    assert np.all(np.isnan(found) | (found == matrix))
    assert not np.isnan(matrix).any()


def test_about_the_share_asked_for_is_taken():
    matrix = np.zeros((20_000, 1), dtype=np.float32)
    lost = [blanks.Unit(1.0, (0,))]
    found = blanks.blanked(matrix, lost, 0.2, np.random.default_rng(1))
    assert abs(np.isnan(found).mean() - 0.2) < 0.01


@given(st.floats(0, 1), st.integers(0, 10_000))
def test_only_the_chosen_share_of_rows_loses_anything(rows, seed):
    matrix = np.ones((400, 4), dtype=np.float32)
    found = blanks.thinned(matrix, SCHEMA, rows, 0.5, np.random.default_rng(seed))
    assert found.shape == matrix.shape
    assert np.isnan(found).any(axis=1).mean() <= rows + 0.15
    assert not np.isnan(matrix).any()


def test_some_rows_stay_whole_and_some_do_not():
    matrix = np.ones((400, 4), dtype=np.float32)
    lost = np.isnan(blanks.thinned(matrix, SCHEMA, 0.5, 0.3, np.random.default_rng(1))).any(axis=1)
    assert 0.1 < lost.mean() < 0.5

"""One row without a frame comes to what the way through frames comes to, whatever is given."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hindcast.features import catalog, derive
from hindcast.features.history import COLUMNS, history, state_at
from hindcast.features.inputs import InputError
from hindcast.features.onerow import given as givens
from hindcast.features.onerow.features import RowFeatures
from hindcast.features.onerow.past import RowHistory
from hindcast.features.onerow.plan import plan
from hindcast.features.onerow.sources import sources

UNTIL = dt.date(2019, 12, 31)
READ = sorted({i for feature in catalog.FEATURES for i in feature.inputs} & {*givens.types()})
CODES = """
    Y N U YES NO none UNK FATL PERS INST BUS IMC VMC DAYL NITE NDRK BKN OVC CLR HELI AIR OFAP ONAP
    RETR LBS HP REC TP PLT FLTI DSTU CL1 CL3 WWL SCHD IFR VFR LOCL DEST GRD 550 500 300 350 240 341
    170 180 230 2008+ pre-2008 UTC EST AKST USA CO AK CA HI PR
"""
WORDS = (
    *CODES.split(),
    *("Cessna Aircraft Co.", "PIPER", "Van's", "T210N", "PA-28-140", "RV-7A", "206B", "SR22"),
    *("O-320-H2AD", "TSIO-520", "PT6A", "Lycoming Engines", "091 ", "0121", "PUBU", "35R", "09"),
    *("SCHD, NSCH", "0206304044", "0303401000", "0106202022", "must wear lenses", "", " ", "\x1f"),
    *("bus\u00a0", "\u2003x", "ß", "İ", "12\n", "a\nb", "0", "000", "Unknown", "N/A", "Kitfox IV"),
)  # fmt: skip

texts = st.sampled_from(WORDS) | st.text(max_size=6)
numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 3.0, 29.92, 60.0, 100.0, 200.0, 365.0, 1000.0, 30000.0]),
    st.floats(-100, 1000),
    st.floats(-1e9, 1e9),
)
integers = st.sampled_from([0, 1, 2, 730, 1275, 2359, 2460, 1980, -30]) | st.integers(-3000, 3000)
moments = st.datetimes(dt.datetime(1982, 1, 1), dt.datetime(2030, 1, 1)) | st.dates(
    dt.date(2019, 12, 1), dt.date(2021, 1, 31)
)
STRATEGIES = {
    pl.String(): texts,
    pl.Int64(): integers,
    pl.Float64(): numbers,
    pl.Boolean(): st.booleans(),
    pl.Datetime("us"): moments,
    pl.List(pl.String()): st.lists(texts | st.none(), max_size=4),
}
LIKELY = {
    "dec_latitude": st.floats(-90, 90), "dec_longitude": st.floats(-180, 180),
    "ev_date": moments, "ev_time": integers, "ev_state": st.sampled_from(["CO", "TX", "FL", "ZZ"]),
    "acft_make": st.sampled_from(["CESSNA", "Cessna Aircraft Co.", "Somebody"]),
    "homebuilt": st.sampled_from(["Y", "N"]), "light_cond": texts,
}  # fmt: skip


@st.composite
def rows(draw):
    """A request: some columns are lacking, some values unknown, the rest likely or not at all."""
    names = draw(st.lists(st.sampled_from(READ), unique=True, max_size=len(READ)))
    names = [*dict.fromkeys([*names, *draw(st.sampled_from([(), tuple(LIKELY), tuple(READ)]))])]
    kinds = {name: LIKELY.get(name, STRATEGIES[givens.types()[name]]) for name in names}
    return draw(st.fixed_dictionaries({name: st.none() | kind for name, kind in kinds.items()}))


def past(n=400):
    """Made-up accidents up to the end of 2019, and somewhat beyond."""
    random = np.random.default_rng(5)
    days = random.integers(0, 900, n)
    return pl.DataFrame({
        "ev_date": [dt.date(2020, 2, 1) - dt.timedelta(days=int(day)) for day in days],
        "ev_type": random.choice(["ACC", "INC"], n, p=[0.9, 0.1]),
        "ev_country": "USA",
        "ev_highest_injury": pl.Series(random.choice(["FATL", "NONE", ""], n)),
        "ev_state": pl.Series(random.choice(["CO", "TX", "TX "], n)),
        "dec_latitude": pl.Series(random.choice([39.5, 39.9, np.nan], n)).fill_nan(None),
        "dec_longitude": random.choice([-104.8, -105.2], n),
        "acft_make": random.choice(["CESSNA", "Piper", "Somebody"], n),
        "acft_model": random.choice(["172", "PA-28"], n),
        "homebuilt": random.choice(["Y", "N"], n),
        "far_part": random.choice(["091", "135"], n),
        "type_fly": random.choice(["PERS", "INST"], n),
    })  # fmt: skip


STATE = state_at(past(), UNTIL)
PAST = RowHistory(STATE)
ROW_FEATURES = RowFeatures(catalog.FEATURES, PAST)
MADE = tuple(sorted(givens.DERIVED - {"nearest_airport_row"}))
ROW_INPUTS = plan([pl.col(name) for name in MADE], {}, sources(PAST))
NAMES = [feature.name for feature in catalog.FEATURES]


def alike(one, other):
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-6) or (
            one != one and other != other
        )
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def differing(expected, got):
    return {
        name: (value, got[name]) for name, value in expected.items() if not alike(value, got[name])
    }


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the fault names the feature as it is
)
@given(rows())
def test_every_feature_of_a_row_is_that_of_the_catalog(row):
    if row:
        expected = by_frames(row)
        given = givens.checked(row)
        assert not differing(expected, dict(zip(NAMES, ROW_FEATURES(given), strict=True)))


def by_frames(row):
    enriched = derive.enrich(givens.frame([row]), STATE)
    return catalog.compute(enriched).row(0, named=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
@given(rows())
def test_every_derived_input_of_a_row_is_that_of_a_frame(row):
    if row:
        enriched = derive.enrich(givens.frame([row]), STATE)
        expected = enriched.select(givens.DERIVED & {*enriched.columns}).row(0, named=True)
        assert not differing(expected, derived(row))


def derived(row):
    given = givens.checked(row)
    era = given.get("era") or ("pre-2008" if was_before_2008(given) else "2008+")
    return dict(zip(MADE, ROW_INPUTS(given.get, era), strict=True))


def was_before_2008(given):
    return given.get("ev_date") is not None and given["ev_date"].year < 2008


@settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
@given(rows())
def test_what_a_request_leaves_out_is_unknown(row):
    given = {name: value for name, value in givens.checked(row).items() if value is not None}
    unknown = dict.fromkeys(givens.types().keys() - {"era"})
    told = ROW_FEATURES({"ev_date": None, **unknown, **given})
    assert list(map(str, ROW_FEATURES.where_unknown(given))) == list(map(str, told))


def test_a_row_is_the_same_when_asked_again_and_among_others():
    """Answers kept for one row's codes are not another's."""
    later = [row for row in past(200).to_dicts() if row["ev_date"] > UNTIL]
    fresh = [RowFeatures(catalog.FEATURES, PAST)(givens.checked(row)) for row in later]
    kept = [ROW_FEATURES(givens.checked(row)) for row in (*later, *reversed(later))]
    assert fresh == kept[: len(later)] == kept[len(later) :][::-1]


def test_no_input_at_all_is_no_feature_at_all():
    assert set(ROW_FEATURES({})) == {None}


def test_the_past_of_a_row_is_that_of_the_row_among_others():
    later = past().filter(pl.col("ev_date") > UNTIL)
    assert later.height > 5
    for row in later.to_dicts():
        alone = history(givens.frame([row]), STATE).select(COLUMNS).row(0, named=True)
        assert not differing(alone, derived(row))
    assert any(value is not None for value in alone.values())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"vis_sm": "ten"}, "vis_sm is str , expected a finite number"),
        ({"vis_sm": float("nan")}, "vis_sm is float nan, expected a finite number"),
        ({"vis_sm": True}, "vis_sm is bool True"),
        ({"num_eng": 1.5}, "num_eng is float 1.5, expected a whole number"),
        ({"num_eng": 2**60}, "num_eng is int"),
        ({"ev_date": "2015-07-04"}, "ev_date is str , expected a date"),
        ({"ev_date": dt.datetime(2015, 7, 4, tzinfo=dt.UTC)}, "or a date and time without zone"),
        ({"unmanned": 1}, "unmanned is int 1, expected true or false"),
        ({"crew_categories": "PLT"}, "crew_categories is str , expected a list of text"),
        ({"crew_categories": [1]}, "crew_categories is list , expected a list of text"),
        ({"ev_state": 5}, "ev_state is int 5, expected text"),
        ({"wx_vis": 10.0}, "there is no input 'wx_vis'"),
        ({"n_make_past": 3.0}, "n_make_past is derived"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_on_both_ways(given, told):
    faulty = {"ev_state": "CO", **given}
    for read in (givens.checked, lambda row: givens.frame([row])):
        with pytest.raises(InputError, match=told):
            read(faulty)


def test_every_fault_is_named_at_once():
    with pytest.raises(InputError, match=r"vis_sm is .*; there is no input 'wx_vis'"):
        givens.checked({"vis_sm": "a", "wx_vis": 1})

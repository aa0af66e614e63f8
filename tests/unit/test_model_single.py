"""One accident's forecast without frames is the bundle's, and its SHAP values the booster's."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import xgboost

from hindcast.features import catalog, derive
from hindcast.features.history import state_at
from hindcast.features.inputs import InputError
from hindcast.features.onerow import given as givens
from hindcast.model import bundle as bundles
from hindcast.model import encode, fit, single

UNTIL = dt.date(2019, 12, 31)
NAMES = (
    "state",
    "make",
    "aircraft_age_years",
    "is_off_airport",
    "fatal_share_make_past",
    "hour_sin",
)


def drawn(n=300):
    random = np.random.default_rng(3)
    return [
        {
            "ev_date": UNTIL + dt.timedelta(days=int(random.integers(-400, 60))),
            "ev_time": int(random.integers(0, 24)) * 100,
            "ev_state": str(random.choice(["CO", "TX", "AK", "never seen before"])),
            "acft_make": str(random.choice(["CESSNA", "Piper", "Beech"])),
            "homebuilt": "N" if random.random() < 0.9 else None,
            "acft_year": int(random.integers(1950, 2015)) if random.random() < 0.8 else None,
            "ev_nr_apt_loc": str(random.choice(["ONAP", "OFAP", "UNK"])),
            "ev_type": "ACC",
            "ev_country": "USA",
            "ev_highest_injury": str(random.choice(["FATL", "NONE"])),
        }
        for _ in range(n)
    ]


ROWS = drawn()
STATE = state_at(givens.frame(ROWS), UNTIL)


def by_frames(rows, names=NAMES):
    declared = {feature.name: feature for feature in catalog.FEATURES}
    return catalog.compute(derive.enrich(rows, STATE), [declared[name] for name in names])


@pytest.fixture(scope="module")
def made():
    table = by_frames(givens.frame(ROWS))
    declared = {feature.name: feature for feature in catalog.FEATURES}
    told = [
        {"name": name, "kind": declared[name].kind, "known_at": declared[name].known_at.label}
        for name in NAMES
    ]
    schema = encode.learn(table, told, min_rows=60)
    fatal = np.random.default_rng(4).integers(0, 2, table.height)
    matrix = fit.dmatrix(encode.matrix(table, schema), schema, fatal)
    settings = {"objective": "binary:logistic", "max_depth": 5, "nthread": 1, "seed": 1}
    booster = xgboost.train(settings, matrix, 30)
    calibration = {"method": "platt", "slope": 0.9, "intercept": -0.1}
    history = STATE.model_dump_json()
    return bundles.Bundle(booster, schema, calibration, {"horizon": "event"}, history)


@pytest.fixture(scope="module")
def prepared(made):
    return single.prepare(made)


LATER = [row for row in ROWS if row["ev_date"] > UNTIL][:25]


@pytest.mark.parametrize("row", [*LATER, {}, {"ev_state": "CO"}, dict.fromkeys(ROWS[0])])
def test_the_forecast_of_a_row_is_the_bundles(made, prepared, row):
    rows = givens.frame([row]) if row else pl.DataFrame({"ev_id": ["made up"]})
    expected = made.predict(by_frames(rows))[0]
    assert prepared.predict(row) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("row", LATER[:8])
def test_shares_are_the_boosters_largest_and_add_up_to_the_margin(made, prepared, row):
    told = prepared.explain(row, top=3)
    table = by_frames(givens.frame([row]))
    own = made.booster.predict(fit.dmatrix(made.matrix(table), made.schema), pred_contribs=True)[0]
    assert told.base_value == pytest.approx(own[-1], abs=1e-5)
    margin = told.base_value + told.rest + sum(share.contribution for share in told.shares)
    assert margin == pytest.approx(made.margin(table)[0], abs=1e-5)
    largest = sorted(zip(np.abs(own[:-1]), made.names, own, strict=False), reverse=True)[:3]
    assert [share.feature for share in told.shares] == [name for _, name, _ in largest]
    expected = [value for _, _, value in largest]
    assert [share.contribution for share in told.shares] == pytest.approx(expected, abs=1e-5)
    assert {s.feature: s.value for s in told.shares}.items() <= table.row(0, named=True).items()


def test_what_cannot_be_read_is_named(prepared):
    for ask in (prepared.predict, prepared.explain):
        with pytest.raises(InputError, match="acft_year is str , expected a whole number"):
            ask({"acft_year": "1980"})


def test_a_bundle_of_another_catalog_is_refused(made):
    other = replace(made, schema=[*made.schema, {"name": "phlogiston", "kind": "number"}])
    with pytest.raises(bundles.BundleError, match="declares no phlogiston"):
        single.prepare(other)


def test_many_rows_on_all_cores_are_the_rows_one_part_at_a_time(made):
    random = np.random.default_rng(2)
    matrix = random.uniform(0, 3, (2 * bundles.PART_ROWS + 3, len(NAMES))).astype(np.float32)
    parts = [made.margin_of(matrix[start : start + 999]) for start in range(0, len(matrix), 999)]
    assert np.array_equal(made.margin_of(matrix), np.concatenate(parts))

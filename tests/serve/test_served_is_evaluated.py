"""What is served for a record is what the notebooks evaluated, for real records too."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
import xgboost

from hindcast import paths
from hindcast.features import catalog, derive
from hindcast.features.history import state_at
from hindcast.features.onerow import given
from hindcast.model import encode, fit, single
from hindcast.model.bundle import Bundle
from hindcast.serve.forecast import engine, fields, many

pytestmark = pytest.mark.real

UNTIL = date(2019, 6, 30)
RECORDS = 1000
FEW = 40
"""So few rows of one frame do not tell their release's clock."""


@pytest.fixture(scope="module")
def records(real_records):
    """Events with their first aircraft, as inputs: of 2014 and later."""
    folder = real_records / "ntsb" / "avall_2008_2021"
    told = [
        pl.read_csv(folder / f"{table}.csv.gz", infer_schema_length=0)
        for table in ("events", "aircraft")
    ]
    first = told[1].filter(pl.col("Aircraft_Key") == "1").drop("ntsb_no").unique("ev_id")
    rows = told[0].join(first, on="ev_id", how="left", validate="1:1", maintain_order="left")
    types = given.types()
    rows = rows.select(name for name in rows.columns if name in types)
    typed = rows.with_columns(
        _read(name, types[name]) for name in rows.columns if types[name] != pl.String
    )
    return typed.filter(pl.col("ev_date").dt.year() >= 2014, pl.col("ev_type") == "ACC")


def _read(name, of):
    if of == pl.Datetime("us"):
        return pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    if of == pl.Boolean:
        return pl.col(name).replace_strict({"Y": True, "N": False}, default=None, return_dtype=of)
    return pl.col(name).cast(of, strict=False)


@pytest.fixture(scope="module")
def model(records):
    """A model of P(fatal) of the records until the middle of 2019, by every feature they have."""
    state = state_at(records.with_columns(pl.col("ev_date").cast(pl.Date)), UNTIL)
    past = records.filter(pl.col("ev_date") <= UNTIL)
    features = [f for f in catalog.FEATURES if f.known_at <= catalog.Horizon.SCENE]
    table = catalog.compute(
        derive.enrich(past.with_columns(pl.col("ev_date").cast(pl.Date))), features
    )
    told = [{"name": f.name, "kind": f.kind, "known_at": f.known_at.label} for f in features]
    schema = encode.learn(table, told, min_rows=20)
    matrix = fit.dmatrix(
        encode.matrix(table, schema),
        schema,
        past["ev_highest_injury"].eq_missing("FATL").to_numpy(),
    )
    asked = {"objective": "binary:logistic", "max_depth": 5, "nthread": 1, "seed": 1}
    calibration = {"method": "platt", "slope": 1.1, "intercept": -0.1}
    booster = xgboost.train(asked, matrix, 60)
    return Bundle(booster, schema, calibration, {}, state.model_dump_json())


@pytest.fixture(scope="module")
def later(records):
    """The thousand records that follow."""
    rows = records.filter(pl.col("ev_date") > UNTIL + timedelta(days=1)).sort("ev_date")
    return [fields.filled(row) for row in rows.head(RECORDS).drop("ev_type").to_dicts()]


@pytest.fixture(scope="module")
def evaluated(model, later):
    """The way of the notebooks: frames, the past up to the end of training."""
    prepared = many.ManyRows(model)
    parts = [
        catalog.compute(
            derive.enrich(given.frame(later[start : start + FEW]), prepared.state),
            prepared.declared,
        )
        for start in range(0, len(later), FEW)
    ]
    return pl.concat(parts)


def test_a_record_alone_gets_the_probability_of_the_frames(model, later, evaluated):
    prepared = single.prepare(model)
    served = np.array([prepared.predict(row) for row in later])
    expected = model.predict(evaluated)
    assert len(served) == RECORDS
    assert expected.std() > 0.1
    assert np.abs(served - expected).max() < 1e-6


def test_a_thousand_records_at_once_get_the_same(model, later, evaluated):
    found = many.ManyRows(model).features(later)
    assert found.equals(evaluated)


def test_their_shares_are_xgboosts(model, evaluated):
    matrix = model.matrix(evaluated.head(200))
    own = model.booster.predict(fit.dmatrix(matrix, model.schema), pred_contribs=True)
    prepared = single.prepare(model)
    served = np.stack([prepared.contributions(row[None]) for row in matrix])
    assert np.abs(served - own).max() < 1e-5


@pytest.fixture(scope="module")
def trained():
    """The folders of a finished run, where `HINDCAST_HOME` holds one."""
    written = paths.processed("predictions.parquet")
    if not (written.is_file() and paths.models("severity").is_dir()):
        pytest.skip(f"no finished run in {paths.root()}: set HINDCAST_HOME to a folder of one")
    return written


@pytest.mark.parametrize("horizon", encode.HORIZONS)
def test_the_trained_engine_says_what_the_notebooks_wrote(trained, horizon):
    held = engine.load(paths.models(), horizon)
    rows = pl.read_parquet(trained).filter(
        pl.col("horizon") == horizon, pl.col("model") == "xgboost", pl.col("part") == "test"
    )
    rows = rows.sort("ev_id").head(RECORDS)
    features = pl.read_parquet(paths.processed("features.parquet"))
    table = rows.select("ev_id").join(features, on="ev_id", maintain_order="left", validate="1:1")
    matrix = held.fatal.matrix(table.select(held.names))
    alone = np.concatenate([held.classes(row[None]) for row in matrix])
    assert np.abs(alone[:, 3] - rows["probability"].to_numpy()).max() < 1e-6
    assert np.abs(held.classes(matrix) - alone).max() < 1e-6
    four = _written(horizon, "severity", rows["ev_id"])
    assert np.abs(alone - four["probability"]).max() < 1e-6
    sets = [held.answers(*row) for row in zip(alone, table.select(held.names).rows(), strict=True)]
    names = np.array(held.severity.outputs)
    assert sets == [names[inside].tolist() for inside in four["in_set"]]


def _written(horizon, target, events):
    """Return what the stage `targets` wrote of events, each (events, outputs)."""
    told = pl.read_parquet(paths.processed("targets.parquet")).filter(
        pl.col("target") == target, pl.col("horizon") == horizon, pl.col("model") == "xgboost",
        pl.col("part") == "test", pl.col("ev_id").is_in(events.implode()),
    )  # fmt: skip
    ordered = events.to_frame().join(told, on="ev_id", how="left", maintain_order="left_right")
    return {
        name: ordered[name].to_numpy().reshape(len(events), -1)
        for name in ("probability", "in_set")
    }

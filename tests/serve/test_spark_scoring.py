"""A registered model scores a Spark frame; runs where PySpark and Java are, skipped elsewhere."""

import importlib.util
import os
import shutil
import sys

import polars as pl
import pytest

NUMBERS, FLAGS, TEXTS = (1.0, None, 900.0), (True, None, False), ("091", None, "135")


@pytest.fixture(scope="module")
def spark():
    """Spark on this machine alone, without its page."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("no PySpark here: install the extra `spark`")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("no Java here, which Spark runs on: install a JRE, 17 or later")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = (
            SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate()
        )
        yield session
        session.stop()


@pytest.fixture(scope="module")
def store(spark, tmp_path_factory):
    """A store with one model of a number, a whole number, a flag and a category."""
    import numpy as np
    import xgboost

    from hindcast.model import bundle as bundles
    from hindcast.model import encode, fit, registry

    folder = tmp_path_factory.mktemp("spark")
    kinds = {"hours": "number", "engines": "number", "has_fire": "flag", "far_part": "category"}
    features = [{"name": name, "kind": kind, "known_at": "event"} for name, kind in kinds.items()]
    train = pl.DataFrame(
        {
            "hours": [5.0, None, 300.0, 4000.0] * 15,
            "engines": [1.0, 2.0, None] * 20,
            "has_fire": [True, False, None, False, False] * 12,
            "far_part": ["091", "135", None] * 20,
        }
    )
    schema = encode.learn(train, features, min_rows=2)
    fatal = train["has_fire"].fill_null(value=False).to_numpy().astype(float)
    matrix = fit.dmatrix(
        encode.matrix(train, schema), schema, np.abs(fatal - (np.arange(60) % 9 == 0))
    )
    told = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1}
    manifest = {
        "target": "fatal",
        "horizon": "event",
        "estimand": "P(fatal | an accident happened)",
        "fingerprint": "0" * 64,
        "features_version": "v1",
        "split": {"validation_until": "2019-06-30"},
        "recipe": {},
    }
    booster = xgboost.train(told, matrix, 10)
    made = bundles.Bundle(booster, schema, {"method": "none"}, manifest, "{}")
    bundles.save(folder / "fatal" / "event", made)
    store = registry.Store(f"sqlite:///{folder / 'mlflow.db'}", folder / "mlartifacts")
    registry.open_experiment(store)
    registry.record(store, folder / "fatal" / "event", {}, {})
    return store


def rows() -> list[tuple]:
    """Every combination of a value and a gap in every kind of column."""
    return [(h, e, f, p) for h in NUMBERS for e in (1, None, 4) for f in FLAGS for p in TEXTS]


def expected(given: list[tuple], store):
    from hindcast.model import registry

    types = {
        "hours": pl.Float64,
        "engines": pl.Float64,
        "has_fire": pl.Boolean,
        "far_part": pl.String,
    }
    frame = pl.DataFrame(given, schema=types, orient="row")
    return registry.load("fatal/event@champion", store).predict(frame).tolist()


def forecasts(frame) -> list[float]:
    return [row["probability"] for row in frame.collect()]


@pytest.mark.parametrize("kept", ["all", "without gaps", "gaps alone"])
def test_gaps_survive_spark_pandas_and_polars(spark, store, kept):
    from hindcast.model.registry import on_spark

    given = {
        "all": rows(),
        "without gaps": [row for row in rows() if None not in row],
        "gaps alone": [(None, None, None, None)] * 3,
    }[kept]
    types = "hours double, engines bigint, has_fire boolean, far_part string"
    frame = spark.createDataFrame(given, types).coalesce(1)
    scored = on_spark.forecast(frame, "fatal/event@champion", store)
    assert forecasts(scored) == expected(given, store)
    assert len(set(forecasts(scored))) > 1 or kept == "gaps alone"


def test_mlflows_own_spark_udf_scores_the_registered_model(spark, store):
    import mlflow

    types = "hours double, engines double, has_fire boolean, far_part string"
    given = [(h, None if e is None else float(e), f, p) for h, e, f, p in rows()]
    frame = spark.createDataFrame(given, types).coalesce(1)
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)
    score = mlflow.pyfunc.spark_udf(
        spark, "models:/hindcast-fatal-event@champion", "double", env_manager="local"
    )
    assert forecasts(frame.withColumn("probability", score())) == expected(given, store)


def test_a_frame_without_a_feature_is_refused_by_name(spark, store):
    from hindcast.model.encode import FeatureError
    from hindcast.model.registry import on_spark

    frame = spark.createDataFrame([(1.0, True)], "hours double, has_fire boolean")
    with pytest.raises(FeatureError, match="lacks engines, far_part: fatal/event/1 reads 4"):
        on_spark.forecast(frame, "fatal/event/1", store)

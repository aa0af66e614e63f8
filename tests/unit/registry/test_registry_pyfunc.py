"""A registered model scores through MLflow's own pyfunc, gaps in every kind of column included."""

import mlflow
import numpy as np
import pandas as pd
import polars as pl
import pytest
from mlflow.exceptions import MlflowException

from hindcast.model import bundle as bundles
from hindcast.model import registry
from hindcast.model.encode import FeatureError
from hindcast.model.registry import pyfunc

FRAME = pl.DataFrame(
    {
        "hours": [12.0, None, 900.0, None],
        "has_fire": [True, None, False, None],
        "far_part": ["091", None, "never seen", None],
    }
)


@pytest.fixture
def model(keep, store):
    """The champion, as MLflow opens it."""
    keep()
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_registry_uri(store.uri)
    return mlflow.pyfunc.load_model("models:/hindcast-fatal-dispatch@champion")


def test_it_forecasts_as_the_bundle_and_says_what_it_takes(model):
    expected = registry.load("fatal/dispatch@champion").predict(FRAME)
    assert np.array_equal(model.predict(FRAME.to_pandas()).to_numpy(), expected)
    declared = {one.name: str(one.type) for one in model.metadata.get_input_schema().inputs}
    assert declared == {
        "hours": "DataType.double",
        "has_fire": "DataType.boolean",
        "far_part": "DataType.string",
    }
    assert model.metadata.get_output_schema().input_names() == ["probability"]
    given = FRAME.to_pandas().set_index(pd.Index([7, 5, 3, 1]))
    assert model.predict(given).index.tolist() == [7, 5, 3, 1]
    with pytest.raises(MlflowException, match=r"missing.*has_fire"):
        model.predict(FRAME.drop("has_fire").to_pandas())
    with pytest.raises(MlflowException, match="far_part"):
        model.predict(FRAME.with_columns(far_part=pl.lit(91.5)).to_pandas())


@pytest.fixture
def forecaster(make):
    return pyfunc.Forecaster(bundles.load(make()))


@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [1, 3], [0], [0, 2], []])
def test_gaps_are_gaps_whatever_pandas_makes_of_them(forecaster, rows):
    frame = FRAME[rows]
    expected = forecaster.bundle.predict(frame)
    plain = frame.to_pandas()
    objects = pd.DataFrame(
        {name: pd.Series(frame[name].to_list(), dtype=object) for name in frame.columns}
    )
    nullable = plain.astype({"hours": "Float64", "has_fire": "boolean", "far_part": "string"})
    for given in (plain, objects, nullable):
        assert np.array_equal(forecaster.predict(given).to_numpy(), expected)


def test_whole_numbers_and_flags_as_numbers_are_taken(forecaster):
    given = pd.DataFrame({"hours": [12, 900], "has_fire": [1, 0], "far_part": ["091", None]})
    expected = forecaster.bundle.predict(
        pl.DataFrame({"hours": [12.0, 900.0], "has_fire": [True, False], "far_part": ["091", None]})
    )
    assert np.array_equal(forecaster.predict(given).to_numpy(), expected)
    gaps = given.astype({"hours": "Int64", "has_fire": "Int8"}).astype({"far_part": "category"})
    assert np.array_equal(forecaster.predict(gaps).to_numpy(), expected)


def test_a_column_of_several_types_is_named(forecaster):
    mixed = pd.Series([True, "yes"], dtype=object)
    given = pd.DataFrame({"hours": [1.0, 2.0], "has_fire": mixed, "far_part": ["091", "135"]})
    with pytest.raises(FeatureError, match="has_fire mixes bool, str"):
        forecaster.predict(given)

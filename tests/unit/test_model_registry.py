import logging

import numpy as np
import polars as pl
import pytest
import xgboost

from hindcast.model import bundle as bundles
from hindcast.model import encode, fit, registry
from hindcast.model.registry import RegistryError, Store

FRAME = pl.DataFrame({"hours": [1.0, None, 250.0, 3.0] * 20})
FEATURES = [{"name": "hours", "kind": "number", "known_at": "dispatch", "absent": False}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    schema = encode.learn(FRAME, FEATURES, min_rows=2)
    matrix = fit.dmatrix(encode.matrix(FRAME, schema), schema, np.array([1, 0, 0, 1] * 20))
    booster = xgboost.train({"objective": "binary:logistic"}, matrix, 2)
    manifest = {"horizon": "dispatch", "estimand": "P(fatal | an accident)", "fingerprint": "ab"}
    made = bundles.Bundle(booster, schema, {"method": "none"}, manifest, "{}")
    path = tmp_path_factory.mktemp("models") / "dispatch"
    bundles.save(path, made)
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    root = tmp_path_factory.mktemp("store")
    return Store(f"sqlite:///{root / 'mlflow.db'}", root / "mlartifacts")


def test_a_run_is_kept_and_its_bundle_becomes_the_champion(folder, store, caplog):
    import mlflow

    registry.open_experiment(store)
    with caplog.at_level(logging.INFO):
        versions = [registry.record(store, folder, {"jobs": 2}, {"auc": 0.5}) for _ in range(2)]
    assert versions == ["1", "2"] or versions == [1, 2]
    assert {record.name for record in caplog.records} == {"hindcast.model.registry"}
    client = mlflow.MlflowClient(store.uri, store.uri)
    champion = client.get_model_version_by_alias("hindcast-fatal-dispatch", "champion")
    assert champion.version == versions[-1]
    run = client.get_run(champion.run_id)
    assert run.data.params == {"jobs": "2", "data_fingerprint": "ab"}
    assert run.data.metrics == {"auc": 0.5}
    assert "feature_schema.json" in {entry.path for entry in client.list_artifacts(run.info.run_id)}


def test_the_champion_predicts_as_the_bundle_and_holds_no_pickle(folder, store):
    import mlflow

    registry.open_experiment(store)
    registry.record(store, folder, {}, {})
    mlflow.set_registry_uri(store.uri)
    model = mlflow.pyfunc.load_model("models:/hindcast-fatal-dispatch@champion")
    expected = bundles.load(folder).predict(FRAME)
    assert np.array_equal(model.predict(FRAME.to_pandas()).to_numpy(), expected)
    kept = {path.suffix for path in store.artifacts.rglob("*") if path.is_file()}
    assert not kept & {".pkl", ".pickle", ".joblib"}


def test_a_store_that_is_no_database_stops_before_training(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"not a database" * 100)
    with pytest.raises(RegistryError, match=r"mlflow\.db cannot be opened .*nothing was trained"):
        registry.open_experiment(Store(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path))


def test_a_folder_that_cannot_be_made_stops_before_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RegistryError, match="cannot be opened"):
        registry.open_experiment(Store(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}", tmp_path))

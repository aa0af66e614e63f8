"""From the files of the stages before to the table, on invented accidents."""

import json
import shutil

import numpy as np
import polars as pl
import pytest
import yaml

from hindcast import params, paths
from hindcast.model import material
from hindcast.model.levers import run, tables
from hindcast.model.levers.lever import Lever

DAYS = {
    "train_until": "2012-12-31",
    "validation_until": "2013-12-31",
    "test_until": "2014-12-31",
    "min_level_events": 5,
    "max_rounds": 30,
    "early_stopping_rounds": 5,
}
KEPT = ("base", "all_features", "terrain", "logistic", "served", "blend")


@pytest.fixture
def home(tmp_path, events, monkeypatch):
    """A project folder in which `features` and `train` seem to have run."""
    given = yaml.safe_load((paths.root() / "params.yaml").read_text())
    given["train"] |= DAYS
    shutil.copytree(paths.reference(), tmp_path / "data" / "reference")
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(given))
    processed = tmp_path / "data" / "processed"
    processed.mkdir()
    events.frame.drop("part").write_parquet(processed / "features.parquet")
    schema = {"version": "v1", "features": events.features}
    (processed / "feature_schema.json").write_text(json.dumps(schema))
    (processed / "population.json").write_text(json.dumps({"as_of": "2016-12-31"}))
    (tmp_path / "data" / "interim").mkdir()
    inventory = json.dumps({"fingerprint": "ab" * 32, "simulated": True})
    (tmp_path / "data" / "interim" / "inventory.json").write_text(inventory)
    forecasts(events).write_parquet(processed / "predictions.parquet")
    base, later = tmp_path / "data" / "reference" / "base_features.csv", "feature_levers.csv"
    names = [one["name"] for one in events.features if one["name"] != "terrain_slope"]
    pl.DataFrame({"feature": names}).write_csv(base)
    pl.DataFrame({"lever": "terrain", "pattern": "terrain_.*", "what": "ground"}).write_csv(
        base.with_name(later)
    )
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    monkeypatch.setattr(material, "past", lambda until: "{}")
    return tmp_path


def forecasts(events) -> pl.DataFrame:
    rows = events.frame.filter(pl.col("part") != "train").select("ev_id", "part", "is_fatal")
    said = np.where(rows["is_fatal"], 0.6, 0.2) + np.linspace(-0.1, 0.1, rows.height)
    models = {"xgboost": said, "logistic": said[::-1], "majority": np.full(rows.height, 0.25)}
    models["random_forest"] = models["logistic"]
    return pl.concat(
        rows.with_columns(
            horizon=pl.lit(horizon),
            model=pl.lit(model),
            probability=pl.Series(values),
            margin=pl.lit(None, pl.Float64),
        )
        for horizon in ("dispatch", "event", "scene", "investigation")
        for model, values in models.items()
    )


def measure(**changed):
    benches = run.read(["dispatch", "scene"], 1)
    settings = params.section("levers") | {"bootstrap_rounds": 20, "jobs": 1}
    del settings["horizons"], settings["n_boosters"]
    return run.measure(benches, **settings | changed)


def dropped() -> list[str]:
    from hindcast.model.levers import challengers, groups, listed

    budget = challengers.Budget(1, 1, 0.1)
    levers = listed.levers(["terrain"], groups.read(), budget, (1, 0.2))
    return [lever.name for lever in levers if lever.name not in KEPT]


def test_files_of_the_stages_before_become_the_table(home):
    mine = Lever("mine", "features", "one more row", against="base")
    rows = measure(without=dropped(), added=[mine])
    told = run.told(rows, "roc_auc", bootstrap_rounds=20, seed=7)
    tables.write(told)
    table = pl.read_csv(home / "reports" / "what_helped.csv")
    assert set(table["lever"]) == {*KEPT, "mine"}
    assert table.height == 2 * len(KEPT) + 2
    by_name = {(row["horizon"], row["lever"]): row for row in rows}
    assert by_name["scene", "terrain"]["verdict"] == "helps"
    assert by_name["scene", "mine"]["test"] == by_name["scene", "all_features"]["test"]
    assert by_name["scene", "served"]["test"]["roc_auc"]["value"] == 1
    written = json.loads((home / "data" / "processed" / "metrics" / "levers.json").read_text())
    assert set(written) == {"metric", "bootstrap", "rows", "aims", "tuned"}
    every = {"dispatch", "event", "scene", "investigation"}
    assert {aim["horizon"] for aim in written["aims"]} == every


def test_a_lever_left_out_that_another_stands_against_is_named(home):
    with pytest.raises(ValueError, match="stands against 'all_features', which is not measured"):
        measure(without=["all_features"])

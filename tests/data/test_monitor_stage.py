"""The notebook of the monitor, cell by cell, on an invented run."""

import json
from datetime import date, timedelta

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import polars as pl
import pytest
import xgboost

from hindcast import params, paths
from hindcast.model import bundle, encode, fit
from hindcast.monitor import reference

N = 3000
FIRST = date(2012, 1, 1)
DECLARED = {
    "speed_kts": ("aircraft", "number"),
    "far_part": ("operation", "category"),
    "is_dark": ("weather", "flag"),
    "fatal_share_past": ("history", "number"),
}
NOTEBOOK = paths.root() / "notebooks" / "11_monitor.ipynb"


def accidents() -> pl.DataFrame:
    """Invent accidents of eight years: speed kills; in the last two it is another speed."""
    draw = np.random.default_rng(5)
    days = np.sort(draw.integers(0, 8 * 365, N))
    later = days > 6 * 365
    speed = draw.normal(100, 30, N) + 40 * later
    fatal = draw.random(N) < 1 / (1 + np.exp(-(speed - 140) / 20))
    return pl.DataFrame(
        {
            "ev_id": [f"e{at:05d}" for at in range(N)],
            "ev_date": [FIRST + timedelta(days=int(day)) for day in days],
            "ev_state": ["AK"] * N,
            "is_fatal": fatal,
            "speed_kts": speed,
            "far_part": draw.choice(["091", "135"], N),
            "is_dark": draw.random(N) < 0.3,
            "fatal_share_past": days / 3000,
            "part": np.where(days < 1500, "train", np.where(later, "test", "validation")),
        }
    )


def schema() -> list[dict]:
    entry = {
        "known_at": "dispatch",
        "dtype": "",
        "unit": "",
        "source": "",
        "why": "",
        "absent": False,
    }
    return [
        entry | {"name": name, "group": group, "kind": kind, "inputs": [name]}
        for name, (group, kind) in DECLARED.items()
    ]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Write a run of one horizon as the stages before leave it."""
    told, frame = schema(), accidents()
    train = frame.filter(pl.col("part") == "train")
    learned = encode.learn(train.select(*DECLARED), told, 5)
    matrix = encode.matrix(train.select(*DECLARED), learned)
    asked = {"objective": "binary:logistic", "max_depth": 2, "nthread": 1, "seed": 1}
    booster = xgboost.train(asked, fit.dmatrix(matrix, learned, train["is_fatal"].to_numpy()), 20)
    manifest = {"learned_until": "2017-12-30", "recipe": {}}
    made = bundle.Bundle(booster, learned, {"method": "none"}, manifest, "{}")
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    bundle.save(paths.models("fatal", "dispatch"), made)
    paths.processed("metrics").mkdir(parents=True)
    frame.drop("part").write_parquet(paths.processed("features.parquet"))
    frame.select("ev_id", "part").write_parquet(paths.processed("split.parquet"))
    foreseen = frame.select("ev_id", "ev_date", "part", "is_fatal").with_columns(
        horizon=pl.lit("dispatch"),
        model=pl.lit("xgboost"),
        probability=pl.Series(made.predict(frame.select(*DECLARED)), dtype=pl.Float64),
    )
    foreseen.filter(pl.col("part") != "train").write_parquet(paths.processed("predictions.parquet"))
    paths.processed("feature_schema.json").write_text(json.dumps({"features": told}))
    paths.interim().mkdir(parents=True)
    facts = {"kind": "simulated", "releases": [], "events": N, "first": None, "last": None}
    paths.interim("inventory.json").write_text(
        json.dumps(facts | {"simulated": True, "fingerprint": "invented"})
    )
    return tmp_path


def test_every_cell_runs_and_what_moved_is_found(home):
    given = params.section("monitor", params.load(NOTEBOOK.parents[1] / "params.yaml"))
    told = dict(given, horizon="dispatch", false_alarm_rounds=8, bootstrap_rounds=10)
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    for cell in cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            exec(compile(cell.source, cell.id, "exec"), told)
    plt.close("all")
    known = reference.read(paths.processed("monitor_reference.json"))
    assert [one.name for one in known.features] == ["speed_kts", "far_part", "is_dark"]
    assert known.horizons["dispatch"].gain["speed_kts"] > 0.8
    said = told["said"]
    assert not said.filter("is_learned")["input_drift"].any()
    assert said.filter(~pl.col("is_learned"))["input_drift"].all()
    assert said.filter(~pl.col("is_learned"))["score_drift"].any()
    written = json.loads(paths.processed("metrics", "monitor.json").read_text())
    assert {one["feature"] for one in written["tests"] if one["what"] == "input"} == {"speed_kts"}
    assert len(written["spoken"]) == said.height


def test_a_run_without_bundles_says_which_stage_is_missing(tmp_path, monkeypatch):
    from hindcast.monitor import study

    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    with pytest.raises(reference.MonitorError, match="hindcast stage train"):
        study.read()

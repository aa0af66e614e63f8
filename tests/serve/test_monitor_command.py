"""From requests through the log to the monitor's verdict, its gauges and its exit code."""

import asyncio
import datetime as dt
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from hindcast import cli
from hindcast.model import bundle, single
from hindcast.monitor import kept, reference
from hindcast.monitor import log as logged
from hindcast.monitor.reference import Limits, Reference, Scores
from hindcast.serve import metrics, monitored
from hindcast.serve.forecast import fields
from hindcast.serve.store.frame import read_predictions
from hindcast.serve.store.rows import PredictionRow
from hindcast.serve.store.service import Store

LIMITS = Limits(
    false_discoveries=0.05,
    psi_limit=0.1,
    missing_limit=0.1,
    drifted_gain=0.15,
    least_rows=50,
    least_outcomes=100,
    least_fatal=10,
    least_share_in=0.9,
    auc_loss=0.05,
    ratio_limit=1.25,
)


def rows(n: int, inputs: str | None = None, version: str = "v1", fatal: float = 0.3):
    return [
        PredictionRow(
            f"{number:032x}",
            f"2024-0{1 + number % 6}-10T12:00:00.000Z",
            "request",
            None,
            "severity",
            "dispatch",
            version,
            "champion",
            True,
            "hash",
            inputs,
            min(0.99, fatal * (0.5 + (number * 7919 % n) / n)),
            "{}",
            1.0,
        )
        for number in range(n)
    ]


def fill(settings, predictions, deaths=lambda number: None):
    async def filled():
        store = Store.open(settings)
        for number, row in enumerate(predictions):
            await store.log(row)
            if (injury := deaths(number)) is not None:
                await store.outcome(row.prediction_id, injury, "2024-09-01")
        await store.close()

    asyncio.run(filled())


def referred(scores: pl.Series, path) -> Reference:
    frame = pl.DataFrame(
        {"ev_date": pl.Series(["2024-01-10"] * len(scores)).str.to_date(), "probability": scores}
    )
    made, counts = reference.scores(frame, 10)
    own = Scores(
        version="v1",
        learned_until="2019-12-31",
        bins=made,
        counts=counts.tolist(),
        roc_auc=0.8,
        brier=0.1,
        gain={"state": 1.0},
    )
    states = pl.DataFrame({"ev_date": frame["ev_date"], "state": ["CO", "TX"] * (len(scores) // 2)})
    features, told = reference.learned(states, ["state"], n_bins=5, n_levels=5)
    found = Reference(
        fingerprint="invented",
        since="2018-01-01",
        until="2019-12-31",
        limits=LIMITS,
        features=features,
        counts=told.tolist(),
        horizons={"dispatch": own},
    )
    reference.write(found, path)
    return found


@pytest.fixture
def home(settings, monkeypatch, tmp_path):
    """Let the command line use the settings of the test."""
    monkeypatch.setenv("HINDCAST_STORE", str(settings.store_file))
    monkeypatch.setenv("HINDCAST_MODELS", str(settings.models_folder))
    monkeypatch.setenv("HINDCAST_MONITOR_REFERENCE", str(tmp_path / "reference.json"))
    referred(pl.Series([row.fatal for row in rows(600)]), tmp_path / "reference.json")
    return settings


def monitor(*options: str):
    return CliRunner().invoke(cli.app, ["monitor", *options])


def test_an_empty_log_ends_with_2(home):
    fill(home, [])
    done = monitor()
    assert done.exit_code == 2, done.output
    assert json.loads(home.monitor_file.read_text())["conditions"] == []


def test_a_quiet_log_ends_with_0_and_shows_gauges(home, tmp_path):
    fill(home, rows(600), lambda number: "fatal" if number * 7919 % 600 > 400 else "none")
    done = monitor("--json", str(tmp_path / "found.json"))
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "found.json").read_text())
    assert told == json.loads(home.monitor_file.read_text())
    assert told["models"][0]["outcomes"]["share_in"] == 1.0
    found = {
        one.name: one
        for one in monitored.Found(home.monitor_file, {"dispatch": "2019-12-31"}).collect()
    }
    assert set(found) <= set(metrics.MONITORED)
    (age,) = found["hindcast_model_learned_until_timestamp_seconds"].samples
    assert age.value == 1577750400
    assert {one.value for one in found["hindcast_condition"].samples} == {0.0}
    assert {one.labels["state"]: one.value for one in found["hindcast_outcomes"].samples} == {
        "in": 600,
        "open": 0,
    }


def test_forecasts_that_moved_end_with_1_and_the_window_decides(home):
    fill(home, rows(600, fatal=0.6))
    assert monitor().exit_code == 1
    assert monitor("--since", "2025").exit_code == 2
    assert json.loads(home.monitor_file.read_text())["since"] == "2025"


def test_without_reference_it_ends_with_3_and_says_what_to_run(home, monkeypatch, tmp_path):
    monkeypatch.setenv("HINDCAST_MONITOR_REFERENCE", str(tmp_path / "absent.json"))
    fill(home, [])
    assert monitor().exit_code == 3
    assert not home.monitor_file.exists()


def test_kept_inputs_are_watched_without_persons(home, accident):
    given_fields = {name: value for name, value in accident.items() if name != "crew_age"}
    fill(home, rows(200, inputs=json.dumps(given_fields, default=str)))
    assert monitor().exit_code == 1
    told = json.loads(home.monitor_file.read_text())
    (state,) = [one for one in told["drift"] if one["what"] == "input"]
    assert state["is_drifted"], "all ask about one state"
    assert told["inputs"][0]["drifted_gain"] == 1.0


def test_features_of_persons_cannot_be_watched():
    assert kept.watchable(["pilot_age_years", "state", "no such feature"]) == ["state"]


def test_features_of_kept_inputs_are_those_that_answered(models_folder, accident):
    own = bundle.load(models_folder / "fatal" / "dispatch")
    prepared = single.prepare(own)
    log = pl.DataFrame({"inputs": [json.dumps(accident, default=str), None, '{"vis_sm": "far"}']})
    found = kept.features(log, prepared, own.names)
    day = dt.datetime.fromisoformat(str(accident["ev_date"]))
    values = prepared.features(fields.filled({**accident, "ev_date": day}))
    assert found.rows() == [(day, *values)]


def test_the_stores_log_is_read_as_it_is(home):
    fill(home, rows(5), lambda number: "fatal" if number == 0 else None)
    made = logged.prepared(read_predictions(home))
    assert made["is_fatal"].to_list().count(True) == 1
    assert made["is_fatal"].null_count() == 4


@pytest.mark.parametrize("content", ["", "{", "[]", None])
def test_a_monitor_that_never_ran_or_was_cut_off_shows_nothing(tmp_path, content):
    file = tmp_path / "monitor.json"
    if content is not None:
        file.write_text(content)
    assert list(monitored.Found(file, {"event": None}).collect()) == []

"""metrics.json: its shape, what it says of tiny invented predictions, and what it refuses."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from hindcast.model import (
    calibrate,
    evaluate,
    groups,
    metrics,
    tables,
    thresholds,
)

N = 60
SOURCE = {
    "kind": "eadms_csv",
    "releases": [{"release": "invented", "kind": "eadms_csv", "files": []}],
    "tables": {},
    "events": 100,
    "first": "2019-01-01",
    "last": "2020-12-31",
    "simulated": False,
    "fingerprint": "f" * 64,
}
SPLIT = {"train_until": "2018-12-31", "rows": {"train": 500, "validation": N, "test": N}}
STEPS = [["events", 100], ["accidents", 80]]


def predictions_of(model: str, horizon: str, part: str, skill: float) -> pl.DataFrame:
    generator = np.random.default_rng(len(model + horizon + part))
    fatal = np.arange(N) % 4 == 0
    noise = generator.random(N)
    return pl.DataFrame(
        {
            "ev_id": [f"invented-{part}-{row:03d}" for row in range(N)],
            "ev_date": [date(2019 + row % 2, 6, 1) for row in range(N)],
            "ev_state": ["TX"] * N,
            "part": [part] * N,
            "is_fatal": fatal,
            "horizon": [horizon] * N,
            "model": [model] * N,
            "probability": skill * (0.1 + 0.8 * fatal) + (1 - skill) * noise,
        }
    )


@pytest.fixture(scope="module")
def predictions() -> pl.DataFrame:
    frames = [
        predictions_of("xgboost", horizon, part, skill)
        for horizon, skill in (("dispatch", 0.2), ("event", 0.6))
        for part in ("validation", "test")
    ]
    frames += [predictions_of(model, "event", "test", 0.3) for model in evaluate.BASELINES]
    frames += [predictions_of(model, "event", "test", 0.1) for model in evaluate.BESIDE.values()]
    frames.append(predictions_of(evaluate.RANDOM_SPLIT, "event", "random_test", 0.7))
    return pl.concat(frames)


def assemble(predictions: pl.DataFrame, **changed):
    given = {"rounds": 50, "seed": 1, "n_features": {"event": 9, "dispatch": 5}} | changed
    return evaluate.assemble(
        predictions, evaluate.source_facts(SOURCE), STEPS, SPLIT, given.pop("n_features"), **given
    )


@pytest.fixture(scope="module")
def judged(predictions):
    kinds = (
        predictions.select("ev_id")
        .unique()
        .with_columns(
            kind=pl.when(pl.col("ev_id").str.ends_with("0"))
            .then(pl.lit("rare"))
            .otherwise(pl.lit("common"))
        )
    )
    return assemble(predictions, kinds=kinds, smallest_group=10)


def test_the_shape_is_the_one_agreed(judged):
    assert set(judged["source"]) == {
        "kind", "releases", "events", "first", "last", "simulated", "fingerprint",
    }  # fmt: skip
    assert judged["source"]["releases"] == ["invented"]
    assert judged["population"] == {"steps": STEPS}
    assert list(judged["fatal"]) == ["dispatch", "event"]
    event = judged["fatal"]["event"]
    assert {"n_features", "n_train", "n_validation", "n_test", "majority_accuracy"} <= set(event)
    assert {name for metric in metrics.NAMES for name in (metric, f"{metric}_ci")} <= set(event)
    assert set(event["baselines"]) == set(evaluate.BASELINES)
    assert set(metrics.NAMES) <= set(event["baselines"]["logistic"])


def test_it_is_json_without_nan(judged):
    json.dumps(judged, allow_nan=False)


def test_counts_and_the_majority_class(judged):
    event = judged["fatal"]["event"]
    assert (event["n_features"], event["n_train"], event["n_test"]) == (9, 500, N)
    assert event["majority_accuracy"] == 0.75


def test_only_the_test_part_is_judged(judged, predictions):
    test = evaluate.tested(predictions, "event")
    auc = metrics.roc_auc(test["is_fatal"].to_numpy(), test["probability"].to_numpy())
    assert set(test["part"]) == {"test"}
    assert judged["fatal"]["event"]["roc_auc"] == pytest.approx(float(auc), abs=1e-6)


def test_the_threshold_comes_from_validation(predictions):
    lower = predictions.with_columns(
        pl.when(pl.col("part") == "validation")
        .then(pl.col("probability") / 2)
        .otherwise("probability")
        .alias("probability")
    )
    assert assemble(lower)["fatal"]["event"]["best_threshold"] == pytest.approx(
        assemble(predictions)["fatal"]["event"]["best_threshold"] / 2, abs=1e-5
    )


def test_a_threshold_can_be_given_where_there_is_no_validation(predictions):
    test = predictions.filter(pl.col("part") == "test")
    assert assemble(test)["fatal"]["event"]["best_threshold"] is None
    given = assemble(test, thresholds={"event": 0.5})["fatal"]["event"]
    assert given["f1_best_threshold"] == given["f1"]


def test_calls_are_judged_at_every_threshold_of_validation(judged):
    event = judged["fatal"]["event"]
    assert list(event["thresholds"]) == ["half", *thresholds.NAMES]
    assert event["thresholds"]["f1"]["f1"] == event["f1_best_threshold"]
    assert event["thresholds"]["half"]["f1_weighted"] == event["f1_weighted"]
    assert event["miss_cost"] == thresholds.MISS_COST


def test_thresholds_of_the_bundles_come_first(predictions):
    papers = {"event": {"thresholds": {"cost": 0.11}, "miss_cost": 9.0}}
    event = assemble(predictions, manifests=papers)["fatal"]["event"]
    assert {name: of["threshold"] for name, of in event["thresholds"].items()} == {
        "half": 0.5,
        "cost": 0.11,
    }
    assert event["miss_cost"] == 9.0


def test_the_calibration_error_stands_beside_that_of_chance(judged):
    event = judged["fatal"]["event"]
    low, high = event["ece_expected_by_chance_ci"]
    assert 0 < low < event["ece_expected_by_chance"] < high
    assert 0 <= event["ece_chance_share"] <= 1
    assert {"ece", "ece_expected_by_chance"} <= set(event["by_year"][0])


def test_methods_are_learned_on_validation_and_judged_on_the_test(predictions):
    margins = predictions.with_columns(
        margin=(pl.col("probability") / (1 - pl.col("probability"))).log()
    )
    used = {horizon: {"method": "none"} for horizon in ("dispatch", "event")}
    lacking = margins.with_columns(pl.when(pl.col("margin") < 0).then("margin"))
    assert "calibration" not in assemble(lacking, calibrations=used)["fatal"]["event"]
    event = assemble(margins, calibrations=used)["fatal"]["event"]
    found = {row["method"]: row for row in event["calibration"]["by_method"]}
    assert list(found) == list(calibrate.METHODS)
    assert found["none"]["brier"] == event["brier"]
    own = margins.filter(pl.col("model") == "xgboost", pl.col("horizon") == "event")
    on_validation = own.filter(pl.col("part") == "validation")
    learned = calibrate.learn(
        "platt", on_validation["margin"].to_numpy(), on_validation["is_fatal"].to_numpy()
    )
    test = own.filter(pl.col("part") == "test")
    probability = calibrate.apply(learned, test["margin"].to_numpy())
    brier = metrics.brier(test["is_fatal"].to_numpy(), probability)
    assert found["platt"]["brier"] == pytest.approx(float(brier), abs=1e-6)
    json.dumps(event, allow_nan=False)


def test_beside_the_model_stand_the_others_where_they_were_made(judged):
    event, dispatch = judged["fatal"]["event"], judged["fatal"]["dispatch"]
    assert {"random_split", "masked", "missing_only"} <= set(event)
    assert dispatch["baselines"] == {}
    assert "random_split" not in dispatch


def test_a_random_split_is_compared_on_shared_events_too(predictions):
    half = predictions.filter(pl.col("part") == "test", pl.col("model") == "xgboost").head(40)
    drawn = half.with_columns(
        model=pl.lit(evaluate.RANDOM_SPLIT), part=pl.lit("random_test"), probability="is_fatal"
    ).with_columns(pl.col("probability").cast(pl.Float64))
    own = predictions.filter(pl.col("model") != evaluate.RANDOM_SPLIT)
    judged = assemble(pl.concat([own, drawn.select(own.columns)]))
    shared = judged["fatal"]["dispatch"]["random_split_on_shared_events"]
    test = evaluate.tested(own, "dispatch").head(40)
    auc = metrics.roc_auc(test["is_fatal"].to_numpy(), test["probability"].to_numpy())
    assert shared["n_test"] == 40
    assert shared["roc_auc"] == pytest.approx(1 - float(auc), abs=1e-6)
    assert tables.shared(judged).height == 2


def test_gains_are_paired(judged):
    (gain,) = judged["gains"]
    fatal = judged["fatal"]
    assert (gain["over"], gain["horizon"]) == ("dispatch", "event")
    assert gain["roc_auc"] == pytest.approx(
        fatal["event"]["roc_auc"] - fatal["dispatch"]["roc_auc"], abs=2e-6
    )
    assert gain["roc_auc_ci"][0] <= gain["roc_auc"] <= gain["roc_auc_ci"][1]


def test_years_and_kinds_add_up(judged):
    event = judged["fatal"]["event"]
    assert [year["group"] for year in event["by_year"]] == ["2019", "2020"]
    assert sum(year["n"] for year in event["by_year"]) == N
    assert {(kind["group"], kind["n"]) for kind in event["by_group"]} == {
        ("common", 54),
        (groups.OTHERS, 6),
    }


def test_a_kind_with_too_few_accidents_has_a_count_and_a_reason(judged):
    (rare,) = [k for k in judged["fatal"]["event"]["by_group"] if k["group"] == groups.OTHERS]
    assert rare["undefined"] == {"all": "fewer than 10 events"}
    assert "roc_auc" not in rare


def test_the_order_of_rows_does_not_matter(predictions, judged):
    shuffled = assemble(predictions.sample(fraction=1, shuffle=True, seed=4))
    assert shuffled["fatal"]["event"]["roc_auc_ci"] == judged["fatal"]["event"]["roc_auc_ci"]


def test_one_class_gives_null_with_a_reason(predictions):
    nobody = predictions.with_columns(is_fatal=pl.lit(value=False))
    event = assemble(nobody)["fatal"]["event"]
    assert event["roc_auc"] is None
    assert event["undefined"]["roc_auc"] == "all accidents have the same outcome"
    json.dumps(event, allow_nan=False)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: p.drop("probability"), "lack probability"),
        (lambda p: pl.concat([p, p.head(1)]), "2 predictions repeat an event"),
        (lambda p: p.with_columns(probability=pl.lit(None, pl.Float64)), "missing value"),
        (lambda p: p.with_columns(probability=pl.lit(float("nan"))), "missing value"),
        (lambda p: p.with_columns(probability=pl.lit(1.2)), "outside 0 to 1"),
        (lambda p: p.filter(pl.col("model") != "xgboost"), "no test predictions of xgboost"),
        (
            lambda p: p.filter(
                (pl.col("horizon") != "dispatch") | (pl.col("ev_id") != "invented-test-001")
            ),
            "different events",
        ),
    ],
)
def test_what_would_give_a_wrong_number_is_refused(predictions, spoil, message):
    with pytest.raises(evaluate.EvaluationError, match=message):
        assemble(spoil(predictions))


def test_tables_say_what_the_metrics_say(judged):
    event = judged["fatal"]["event"]
    ladder = tables.ladder(judged)
    assert ladder["horizon"].to_list() == ["dispatch", "event"]
    assert ladder["roc_auc"][1] == event["roc_auc"]
    long = tables.long(judged).filter(pl.col("horizon") == "event", pl.col("metric") == "brier")
    assert set(long["model"]) == {"xgboost", *evaluate.BASELINES, *tables.BESIDE}
    assert tables.beside(judged).columns == ["model", "dispatch", "event"]
    assert tables.gains(judged).height == 2
    choices = tables.choices(judged).filter(pl.col("horizon") == "event")
    assert choices["f1"][1] == event["f1_best_threshold"]
    assert choices["alarms_per_100"][0] == event["thresholds"]["half"]["alarms_per_100"]
    assert tables.calibration(judged)["ece"][1] == event["ece"]
    assert tables.calibration_years(judged, "event")["year"].to_list() == ["2019", "2020"]
    assert tables.calibrations(judged).is_empty()
    assert tables.kinds(judged, "event").height == 2


def test_homebuilt_and_far_part_are_told_as_text():
    features = pl.DataFrame({"ev_id": ["a", "b"], "is_homebuilt": [True, None], "n": [1, 2]})
    kinds = groups.kinds(features, ["is_homebuilt", "far_part"])
    assert kinds.to_dict(as_series=False) == {"ev_id": ["a", "b"], "is_homebuilt": ["yes", None]}

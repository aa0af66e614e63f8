from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hindcast.model import baselines, calibrate, compare, encode, fit, learned, metrics

FEATURES = [
    {"name": "phase", "kind": "category", "known_at": "event", "absent": False},
    {"name": "hours", "kind": "number", "known_at": "dispatch", "absent": False},
    {"name": "is_imc", "kind": "flag", "known_at": "dispatch", "absent": False},
]
RECIPE = fit.Recipe(
    seed=3,
    min_level_events=5,
    n_boosters=3,
    max_rounds=60,
    early_stopping_rounds=5,
    jobs=2,
    calibration="platt",
    booster={"max_depth": 3, "learning_rate": 0.2, "subsample": 0.8},
)


def labelled(rows: int, seed: int) -> fit.Labelled:
    """Deaths that come with cruise and IMC; hours say nothing and are often missing."""
    draw = np.random.default_rng(seed)
    phase = draw.choice(["taxi", "cruise", "landing"], rows)
    imc = draw.random(rows) < 0.3
    log_odds = -2.5 + 2.5 * (phase == "cruise") + 2.0 * imc
    fatal = draw.random(rows) < 1 / (1 + np.exp(-log_odds))
    hours = pl.Series("hours", draw.lognormal(5, 1, rows))
    frame = pl.DataFrame({"phase": phase, "hours": hours, "is_imc": imc})
    gap = pl.when(pl.Series(draw.random(rows) < 0.2)).then(None).otherwise(pl.col("hours"))
    return fit.Labelled(frame.with_columns(gap.alias("hours")), fatal.astype(np.float32))


@pytest.fixture(scope="module")
def parts() -> dict[str, fit.Labelled]:
    return {"train": labelled(900, 1), "validation": labelled(400, 2), "test": labelled(400, 3)}


@pytest.fixture(scope="module")
def fitted(parts) -> fit.Fitted:
    return fit.fit(parts["train"], parts["validation"], FEATURES, RECIPE)


def test_two_fits_give_the_same_bytes_whatever_the_number_of_jobs(parts, fitted):
    alone = fit.Recipe(**RECIPE.as_json() | {"jobs": 1})
    again = fit.fit(parts["train"], parts["validation"], FEATURES, alone)
    assert again.booster.save_raw("ubj") == fitted.booster.save_raw("ubj")


def test_another_seed_gives_another_model(parts, fitted):
    other = fit.Recipe(**RECIPE.as_json() | {"seed": 99})
    again = fit.fit(parts["train"], parts["validation"], FEATURES, other)
    assert again.booster.save_raw("ubj") != fitted.booster.save_raw("ubj")


def test_the_joined_booster_has_the_mean_margin_of_its_members(parts):
    schema = encode.learn(parts["train"].features, FEATURES, 5)
    matrix = parts["train"].dmatrix(schema)
    import xgboost

    members = [xgboost.train(RECIPE.xgboost(n), matrix, 5 + n) for n in range(3)]
    mean = np.mean([one.predict(matrix, output_margin=True) for one in members], axis=0)
    joined = fit.average(members)
    np.testing.assert_allclose(joined.predict(matrix, output_margin=True), mean, atol=1e-5)
    assert joined.num_boosted_rounds() == 5 + 6 + 7


def test_boosters_of_different_rows_are_not_joined(parts):
    import xgboost

    schema = encode.learn(parts["train"].features, FEATURES, 5)
    members = [
        xgboost.train(RECIPE.xgboost(0), parts[part].dmatrix(schema), 2)
        for part in ("train", "validation")
    ]
    with pytest.raises(ValueError, match="different rows"):
        fit.average(members)


def test_each_booster_stops_at_its_lowest_validation_loss(fitted):
    lowest = (
        fitted.curves.filter(pl.col("part") == "validation")
        .sort("booster", "log_loss", "round")
        .group_by("booster", maintain_order=True)
        .first()
    )
    assert fitted.rounds == lowest["round"].to_list()
    assert fitted.booster.num_boosted_rounds() == sum(fitted.rounds)
    assert all(rounds < RECIPE.max_rounds for rounds in fitted.rounds)


def test_the_model_finds_what_is_there(parts, fitted):
    bundle = learned.calibrated(fitted, parts["validation"], "platt")
    test = parts["test"]
    assert metrics.roc_auc(test.is_fatal, bundle.predict(test.features)) > 0.75
    probe = pl.DataFrame(
        {"phase": ["cruise", "taxi"], "hours": [100.0] * 2, "is_imc": [True, False]}
    )
    worst, best = bundle.predict(probe)
    assert worst > 0.5 > 0.2 > best


@pytest.mark.parametrize("name", baselines.NAMES)
def test_a_baseline_gives_probabilities_and_the_same_ones_again(parts, fitted, name):
    train, test = (encode.matrix(parts[p].features, fitted.schema) for p in ("train", "test"))
    first, second = (
        baselines.predict(
            baselines.build(name, fitted.schema, seed=3, n_jobs=jobs).fit(
                train, parts["train"].is_fatal
            ),
            test,
        )
        for jobs in (2, 1)
    )
    assert np.array_equal(first, second)
    assert ((first >= 0) & (first <= 1)).all()
    if name == "majority":
        assert first == pytest.approx(parts["train"].is_fatal.mean())
    else:
        assert metrics.roc_auc(parts["test"].is_fatal, first) > 0.7


@pytest.mark.parametrize("method", calibrate.METHODS)
def test_a_calibration_keeps_the_order(method):
    draw = np.random.default_rng(1)
    margin = draw.normal(size=500)
    fatal = draw.random(500) < 1 / (1 + np.exp(-(0.5 * margin - 1)))
    learned = calibrate.learn(method, margin, fatal)
    probability = calibrate.apply(learned, np.sort(margin))
    assert (np.diff(probability) >= 0).all()
    assert ((probability > 0) & (probability < 1)).all()


def test_platt_finds_the_curve_that_made_the_outcomes():
    draw = np.random.default_rng(2)
    margin = draw.normal(scale=2, size=40_000)
    fatal = draw.random(40_000) < 1 / (1 + np.exp(-(0.5 * margin - 1)))
    learned = calibrate.learn("platt", margin, fatal)
    assert learned["slope"] == pytest.approx(0.5, abs=0.03)
    assert learned["intercept"] == pytest.approx(-1, abs=0.05)
    compared = {row["method"]: row["ece"] for row in calibrate.compare(margin, fatal).to_dicts()}
    assert compared["platt"] < 0.01 < compared["none"]


def test_a_validation_part_without_a_death_cannot_calibrate():
    with pytest.raises(ValueError, match="0 of 3 validation events are fatal"):
        calibrate.learn("platt", np.zeros(3), np.zeros(3))


def test_an_unknown_calibration_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="'spline': expected one of none, shrunk, platt"):
        calibrate.learn("spline", np.zeros(2), np.array([0, 1]))


def test_filled_gaps_come_from_training_values_and_leave_known_ones(parts):
    train, test = parts["train"].features, parts["test"].features
    full = compare.filled(test, train, seed=5)
    gaps = test["hours"].is_null()
    assert full["hours"].null_count() == 0
    assert full.filter(~gaps)["hours"].equals(test.filter(~gaps)["hours"])
    assert full.filter(gaps)["hours"].is_in(train["hours"].drop_nulls().implode()).all()
    assert full.equals(compare.filled(test, train, seed=5))


def test_flags_of_missing_values_are_all_that_is_left(parts):
    flags = compare.flagged(parts)["test"].features
    assert flags["hours"].to_list() == parts["test"].features["hours"].is_null().to_list()
    assert not flags["phase"].any()
    assert {entry["kind"] for entry in compare.as_flags(FEATURES)} == {"flag"}


def test_a_refit_learns_from_both_parts_with_more_trees(parts, fitted):
    again = fit.refit(parts["train"], parts["validation"], fitted, RECIPE)
    assert again.schema == fitted.schema
    assert again.rounds == [round(trees * 1300 / 900) for trees in fitted.rounds]
    assert again.booster.save_raw("ubj") != fitted.booster.save_raw("ubj")


def test_what_is_served_has_the_calibration_of_boosters_that_have_not_seen_validation(parts):
    own = learned.learn(parts, FEATURES, RECIPE)
    assert own.served.calibration == own.judge.calibration
    margins, forecasts = own.margins(parts), own.forecasts(parts)
    for part in ("validation", "test"):
        said = calibrate.apply(own.judge.calibration, margins[part])
        np.testing.assert_allclose(said, forecasts[part])
    np.testing.assert_allclose(forecasts["test"], own.served.predict(parts["test"].features))


def test_which_values_are_taken_depends_on_seed_and_booster_alone(parts):
    asked = [feature | {"inputs": [feature["name"]]} for feature in FEATURES]
    schema = encode.learn(parts["train"].features, asked, 5)
    recipe = replace(RECIPE, blanked_rows=0.5, blanked_share=0.3)
    known = [parts["train"].dmatrix(schema, recipe, n).num_nonmissing() for n in (0, 0, 1)]
    whole = parts["train"].dmatrix(schema)
    assert known[0] == known[1] != known[2]
    assert known[0] < whole.num_nonmissing()
    assert parts["train"].dmatrix(schema, recipe).num_row() == whole.num_row()


def test_weights_of_rows_are_kept_when_parts_are_joined(parts):
    light = replace(parts["train"], weight=np.full(900, 0.1))
    assert light.with_rows(parts["validation"]).weights().sum() == pytest.approx(90 + 400)

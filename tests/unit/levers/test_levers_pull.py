"""Levers are pulled on the same rows, and judged against the row they stand against."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hindcast.model.levers import challengers, groups, judge, listed, run, stack
from hindcast.model.levers.groups import Groups, LeverError
from hindcast.model.levers.lever import ALL, Bench, Lever, boosted
from hindcast.model.levers.pull import check, pull, waves

DECLARED = Groups(
    frozenset({"phase", "hours", "is_destroyed"}),
    (("terrain", "terrain_.*", "the ground"), ("noise", "noise_.*", "nothing")),
)
BUDGET = challengers.Budget(rounds=40, early_stopping_rounds=5, learning_rate=0.2)
BOOSTER = {"max_depth": 2, "learning_rate": 0.3}


@pytest.fixture(scope="module")
def known(bench) -> Bench:
    """The bench with what two baselines said: one that knows nothing, one that knows a lot."""
    keen = {p: 6.0 * bench.parts[p].is_fatal - 3 for p in ("validation", "test")}
    said = {
        "xgboost": keen,
        "logistic": {p: np.zeros(len(bench.parts[p].is_fatal)) for p in ("validation", "test")},
        "random_forest": {p: 2.0 * bench.parts[p].is_fatal - 2 for p in ("validation", "test")},
    }
    return replace(bench, known=said)


@pytest.fixture(scope="module")
def rows(known):
    """Return every row of the table, on invented accidents."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listed.tune, "best", lambda horizon: BOOSTER)
        levers = listed.levers(["terrain", "noise"], DECLARED, BUDGET, (1, 0.2))
        benches = {"scene": known}
        done = pull(benches, levers, jobs=2)
        return {
            row["lever"]: row
            for row in run.judged(done, benches, "roc_auc", {"rounds": 40, "seed": 1}, jobs=1)
        }


def test_every_kind_of_lever_has_a_row_with_all_metrics_on_both_parts(rows):
    kinds = {"features", "learning", "rows", "challenger", "all"}
    assert {row["kind"] for row in rows.values()} == kinds
    for row in rows.values():
        assert set(row["validation"]) == set(row["test"]) == set(judge.NAMES)


def test_a_lever_that_tells_deaths_helps_and_noise_does_not(rows):
    assert rows["terrain"]["verdict"] == "helps"
    assert rows["terrain"]["test"]["roc_auc"]["gain"] > 0.02
    assert rows["noise"]["verdict"] == "within noise"


def test_a_model_that_knows_nothing_hurts(rows):
    assert rows["logistic"]["verdict"] == "hurts"
    assert rows["logistic"]["test"]["roc_auc"]["value"] == pytest.approx(0.5, abs=0.01)


def test_the_base_is_the_reference_and_gains_nothing(rows):
    assert rows["base"]["verdict"] == "reference"
    assert rows["base"]["test"]["brier"]["gain"] == 0


def test_another_seed_is_another_model_and_two_are_averaged(rows):
    one, other, both = (rows[n]["test"]["log_loss"] for n in (ALL, "other_seed", "more_seeds"))
    assert one["value"] != other["value"] != both["value"]


def test_learning_again_from_validation_changes_the_test_alone(rows):
    assert rows["refit"]["verdict"] == "no change here"
    assert rows["refit"]["test"]["log_loss"]["gain"] != 0


def test_a_model_of_accidents_that_lost_inputs_is_another_one(rows):
    assert rows["blanked"]["test"]["log_loss"]["gain"] != 0


def test_the_served_model_is_the_train_stages(rows):
    assert rows["served"]["test"]["roc_auc"]["value"] == 1


def test_a_blend_leans_on_the_model_that_knows(rows):
    assert rows["blend"]["test"]["roc_auc"]["value"] > rows[ALL]["test"]["roc_auc"]["value"]


def test_a_gain_is_the_difference_of_the_two_rows(rows):
    gain = rows["terrain"]["test"]["average_precision"]["gain"]
    values = [rows[name]["test"]["average_precision"]["value"] for name in ("terrain", "base")]
    assert gain == pytest.approx(values[0] - values[1], abs=2e-6)


def test_a_lever_gives_the_same_twice_whatever_the_number_of_jobs(bench):
    levers = [Lever("base", "features", "as it is", ""), Lever("again", "learning", "the same")]
    twice = [pull({"scene": bench}, levers, jobs) for jobs in (1, 2)]
    for one, other in zip(*twice, strict=True):
        assert np.array_equal(one.margins["test"], other.margins["test"])


def test_a_row_of_one_s_own_is_a_few_lines(bench):
    """Rows of the training part are changed, here halved; the judged ones are not."""

    def halved(bench: Bench) -> Bench:
        train = bench.parts["train"]
        half = replace(train, features=train.features[::2], is_fatal=train.is_fatal[::2])
        return replace(bench, parts=bench.parts | {"train": half})

    base = Lever("base", "features", "as it is", "")
    less = Lever("half", "rows", "half of the training rows", change=halved)
    done = pull({"scene": bench}, [base, less], jobs=1)
    assert len(done[1].probabilities["test"]) == len(bench.parts["test"].is_fatal)
    assert not np.array_equal(done[0].margins["test"], done[1].margins["test"])


def test_a_library_that_does_not_load_costs_its_own_row(bench, monkeypatch):
    def broken(name):
        raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(challengers, "import_module", broken)
    levers = [
        Lever("base", "features", "as it is", ""),
        Lever("lightgbm", "challenger", "LightGBM", learner=challengers.lightgbm(BUDGET)),
    ]
    benches = {"scene": bench}
    base, row = run.judged(
        pull(benches, levers, 1), benches, "roc_auc", {"rounds": 10, "seed": 1}, jobs=1
    )
    assert base["verdict"] == "reference"
    assert row["verdict"] == "not measured"
    assert "libgomp" in row["reason"]


def test_a_lever_against_a_row_that_is_not_there_is_refused_before_anything_is_fitted():
    with pytest.raises(LeverError, match="'more' stands against 'base', which is not measured"):
        check([Lever("more", "learning", "more", "base")])


def test_a_lever_comes_after_what_it_is_made_of():
    plain = Lever("base", "features", "as it is", "")
    then = Lever("then", "learning", "an average", after=("base",))
    last = Lever("last", "learning", "of the average", after=("then", "nobody"))
    groups_of = [[lever.name for lever in wave] for wave in waves([last, then, plain])]
    assert groups_of == [["base"], ["then"], ["last"]]
    ring = replace(then, after=("last",))
    with pytest.raises(LeverError, match="wait for each other: last, then"):
        list(waves([last, ring]))


def test_a_lever_without_a_feature_here_says_what_the_base_says(bench):
    less = bench.with_features([f for f in bench.features if f["name"] != "noise_level"])
    levers = listed.levers(["noise"], DECLARED, BUDGET, (1, 0.2))
    two = [lever for lever in levers if lever.name in ("base", "noise")]
    base, noise = pull({"scene": less}, two, jobs=1)
    assert noise.margins is base.margins


def test_two_levers_of_one_name_are_refused():
    one = Lever("base", "features", "as it is", "")
    with pytest.raises(LeverError, match="two levers of one name: base"):
        check([one, one])


def test_a_model_nobody_measured_is_named(bench):
    lonely = Lever("blend", "challenger", "of nothing", after=("lightgbm",))
    with pytest.raises(LeverError, match="none of lightgbm was measured at scene"):
        lonely.pull(bench)


def test_older_rows_are_those_that_weigh_less(bench):
    train = bench.parts["train"]
    weight = np.where(np.arange(len(train.is_fatal)) < 100, 0.1, 1.0)
    both = replace(bench, parts=bench.parts | {"train": replace(train, weight=weight)})
    left = listed.recent(both).parts["train"]
    assert left.features.equals(train.features[100:])
    assert np.array_equal(left.is_fatal, train.is_fatal[100:])
    names = [one.name for one in listed.levers([], DECLARED, BUDGET, (1, 0.2), older=True)]
    assert "recent_only" in names
    assert "recent_only" not in [one.name for one in listed.levers([], DECLARED, BUDGET, (1, 0.2))]


@pytest.mark.parametrize("learner", [challengers.lightgbm, challengers.catboost])
def test_a_challenger_minds_the_weights(bench, learner):
    """Where only accidents without a steep slope weigh, slope is no sign of death."""
    train = bench.parts["train"]
    flat = (train.features["terrain_slope"].abs() < 0.1).to_numpy() * 1.0 + 1e-6
    weighed = replace(bench, parts=bench.parts | {"train": replace(train, weight=flat)})
    slope = bench.parts["test"].features["terrain_slope"].to_numpy()
    plain, blind = (learner(BUDGET)(one)["test"] for one in (bench, weighed))
    assert np.corrcoef(plain, slope)[0, 1] > np.corrcoef(blind, slope)[0, 1] + 0.1


def test_features_are_taken_away_from_all_parts(bench):
    less = bench.with_features(groups.only(bench.features, ["base"], DECLARED))
    assert [f["name"] for f in less.features] == ["phase", "hours", "is_destroyed"]
    assert less.parts["test"].features.columns == ["phase", "hours", "is_destroyed"]
    assert boosted(less)["test"].shape == (len(bench.parts["test"].is_fatal),)


def test_forecasts_of_another_run_are_refused(events, bench):
    forecasts = events.frame.filter(part="test").select(
        "ev_id",
        "part",
        horizon=pl.lit("scene"),
        model=pl.lit("xgboost"),
        probability="noise_level",
        margin="hours",
    )
    with pytest.raises(LeverError, match="have no prediction of the train stage"):
        run.bench(events, "scene", bench.recipe, forecasts)


def test_weights_are_not_negative_and_find_the_informed_model():
    draw = np.random.default_rng(4)
    told = draw.normal(0, 1, 4000)
    fatal = (draw.random(4000) < 1 / (1 + np.exp(-(1.5 * told - 1)))).astype(float)
    against = -told + draw.normal(0, 1, 4000)
    found = stack.weights(np.column_stack([told, against]), fatal)
    assert found[0] == pytest.approx(1.5, abs=0.15)
    assert found[1] == 0
    assert found[2] == pytest.approx(-1, abs=0.15)


def test_what_is_learned_on_a_fold_does_not_judge_it():
    """A learner that remembers its rows forecasts none of them when crossed."""

    def remember(rows, outcomes):
        seen = set(rows.tolist())
        return lambda given: np.array([float(row in seen) for row in given])

    rows = np.arange(20.0)
    assert stack.cross_fitted(remember, rows, np.zeros(20)).sum() == 0

"""A search is seeded, ordered in time, blind to the test, and kept only if it gains."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from hindcast import params
from hindcast.model import encode, registry
from hindcast.model.tune import TuneError, best, folds, found, run, score, search
from hindcast.model.tune.logged import PARENT

BUDGET = score.Budget(
    trials=4,
    startup_trials=2,
    folds=2,
    max_rounds=25,
    early_stopping_rounds=5,
    check_seeds=1,
    seed=3,
    jobs=1,
)
TODAY = {"max_depth": 3, "learning_rate": 0.1, "min_child_weight": 5.0, "subsample": 0.8}


@pytest.fixture(scope="module")
def told(events):
    return search.search(events, "scene", TODAY, BUDGET, 5)


def test_a_fold_learns_from_the_past_alone_and_the_test_is_in_none(events):
    made = folds.make(events, "scene", 2, 5)
    before_test = events.frame.filter(pl.col("part") != "test")["ev_date"]
    assert made[-1].until == before_test.max()
    for fold in made:
        assert fold.train.num_row() == (before_test <= fold.after).sum()
        assert (
            fold.held.num_row()
            == before_test.is_between(fold.after, fold.until, closed="right").sum()
        )
    assert made[0].until == made[1].after


def test_what_the_test_holds_changes_nothing(events, told):
    turned = events.frame.with_columns(
        is_fatal=pl.when(pl.col("part") == "test")
        .then(~pl.col("is_fatal"))
        .otherwise(pl.col("is_fatal"))
    )
    again = search.search(replace(events, frame=turned), "scene", TODAY, BUDGET, 5)
    assert again == told


def test_the_same_whatever_the_number_of_jobs(events, told):
    assert search.search(events, "scene", TODAY, replace(BUDGET, jobs=2), 5) == told


def test_the_first_trial_is_todays_recipe_so_that_the_winner_is_no_worse_on_the_folds(told):
    assert told["score"] <= told["today"]["score"]
    assert told["today"]["booster"] == TODAY
    assert told["provenance"]["trials"] == BUDGET.trials
    assert set(told["winner"]) >= {*search.RANGES, *search.SHARES, *search.WHOLE, "rounds"}


def test_a_winner_that_does_not_gain_under_fresh_seeds_is_not_kept(events, monkeypatch):
    lost = {"log_loss": {"mean": -0.001}, "roc_auc": {"mean": 0.1}}
    monkeypatch.setattr(search, "gain", lambda *_: lost)
    told = search.search(events, "scene", TODAY, replace(BUDGET, trials=2), 5)
    assert told["kept"] == "today's"
    assert told["booster"] == TODAY


def test_a_gain_has_a_number_for_each_year_and_nothing_to_gain_over_oneself(events):
    made = folds.make(events, "scene", 2, 5)
    none = search.gain(TODAY, TODAY, made, BUDGET)
    assert none["log_loss"]["by_fold"] == [0, 0]
    stump = TODAY | {"max_depth": 1, "learning_rate": 0.001}
    won = search.gain(TODAY, stump, made, BUDGET)
    assert won["log_loss"]["mean"] == pytest.approx(np.mean(won["log_loss"]["by_fold"]), abs=1e-6)
    assert won["log_loss"]["mean"] > 0.01


def test_one_number_of_trees_serves_all_years(events):
    made = folds.make(events, "scene", 2, 5)
    judged = [one for some in score.walk(TODAY, made, BUDGET, 3) for one in some]
    value, rounds = score.common(judged, made)
    sizes = [fold.held.num_row() for fold in made]
    by_hand = np.average([one.losses[rounds - 1] for one in judged], weights=sizes)
    assert value == pytest.approx(by_hand)
    years = score.by_fold(judged, made, rounds)
    assert np.average([year["log_loss"] for year in years], weights=sizes) == pytest.approx(
        value, abs=1e-5
    )


def test_a_past_without_a_death_is_refused(events):
    late = pl.col("ev_date").dt.year() > 2011
    none = events.frame.with_columns(is_fatal=pl.col("is_fatal") & late)
    with pytest.raises(TuneError, match=r"the past before 2011-12-31.*tune\.folds fewer years"):
        folds.make(replace(events, frame=none), "scene", 2, 5)


def test_an_event_on_two_rows_is_refused(events):
    twice = pl.concat([events.frame, events.frame.head(1)])
    with pytest.raises(TuneError, match="2 rows repeat an event"):
        folds.make(replace(events, frame=twice), "scene", 2, 5)


def test_a_leap_day_has_a_year_before_it():
    assert folds.years(date(2020, 2, 29), 1) == [(date(2019, 2, 28), date(2020, 2, 29))]


def test_what_is_found_is_kept_beside_the_others(tmp_path, told):
    path = tmp_path / "tuned.json"
    found.keep("event", {"booster": {"max_depth": 2}}, path)
    found.keep("scene", told, path)
    assert best("event", path) == {"max_depth": 2}
    assert best("scene", path) == told["booster"]
    with pytest.raises(TuneError, match=r"no tuned parameters of 'dispatch'.*event, scene"):
        best("dispatch", path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TuneError, match=r"no .*tuned\.json: expected the committed result"):
        best("event", tmp_path / "tuned.json")


def test_what_is_committed_says_where_it_comes_from():
    committed = found.committed()
    assert set(committed) <= set(encode.HORIZONS)
    for told in committed.values():
        assert told["score"] <= told["today"]["score"]
        assert len(told["provenance"]["fingerprint"]) == 64
        assert len(told["gain"]["roc_auc"]["by_fold"]) == told["provenance"]["folds"]
        gained = told["gain"]["log_loss"]["mean"] > 0
        assert told["kept"] == ("found" if gained else "today's")
        expected = told["winner"] if gained else told["today"]["booster"]
        assert told["booster"] == {k: v for k, v in expected.items() if k != "rounds"}


def test_trials_are_runs_under_one_parent(events, tmp_path):
    store = registry.Store(f"sqlite:///{tmp_path / 'runs.db'}", tmp_path / "files")
    given = params.load()
    tune = given.tune.model_copy(
        update={"trials": 3, "folds": 2, "max_rounds": 10, "check_seeds": 1, "enabled": True}
    )
    given = given.model_copy(update={"tune": tune})
    ((horizon, told),) = run.searches(events, given, store, ["scene"])
    client = store.client()
    (experiment,) = client.search_experiments(filter_string="name = 'tune'")
    runs = client.search_runs([experiment.experiment_id])
    (parent,) = [one for one in runs if PARENT not in one.data.tags]
    trials = [one for one in runs if one.data.tags.get(PARENT) == parent.info.run_id]
    assert horizon == parent.data.tags["horizon"] == "scene"
    assert len(trials) == told["provenance"]["trials"] == 3
    assert all("learning_rate" in one.data.params for one in trials)
    assert parent.data.metrics["log_loss"] == told["score"]
    assert parent.data.params["trials"] == "3"


def test_training_reads_the_committed_parameters_unless_told_to_search(events, monkeypatch):
    given = params.load()
    monkeypatch.setattr(found, "best", lambda name: {"max_depth": len(name)})
    assert run.boosters(events, given, None)["event"] == {"max_depth": 5}
    searched = {"booster": {"max_depth": 2}}
    monkeypatch.setattr(run, "searches", lambda *_: [(name, searched) for name in encode.HORIZONS])
    enabled = given.model_copy(update={"tune": given.tune.model_copy(update={"enabled": True})})
    assert run.boosters(events, enabled, None)["event"] == {"max_depth": 2}

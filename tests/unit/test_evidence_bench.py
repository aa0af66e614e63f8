"""Variants of a model on hand-made accidents whose true effects are known."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from hindcast.features import catalog
from hindcast.model import encode, fit
from hindcast.model.evidence import leaks, learning, removal, splits
from hindcast.model.evidence.bench import Bench, EvidenceError
from hindcast.model.material import Material
from hindcast.model.split import Split

RECIPE = fit.Recipe(
    seed=3,
    min_level_events=5,
    n_boosters=1,
    max_rounds=60,
    early_stopping_rounds=8,
    jobs=1,
    calibration="platt",
    booster={"max_depth": 3, "learning_rate": 0.3, "subsample": 0.8},
)


def feature(name: str, group: str, kind: str) -> dict:
    dtype = {"number": "Float64", "flag": "Boolean", "category": "String"}[kind]
    known = {"known_at": "event", "absent": False, "dtype": dtype}
    return {"name": name, "group": group, "kind": kind} | known


FEATURES = [
    feature("phase", "sequence", "category"),
    feature("is_imc", "weather", "flag"),
    feature("hours", "crew", "number"),
    feature("faa_region", "place", "category"),
]
DAYS = Split(date(2013, 12, 31), date(2014, 12, 31), date(2016, 12, 31), 0, date(2017, 6, 30))


def accidents(rows: int = 3000, seed: int = 1) -> pl.DataFrame:
    """Deaths that come with cruise and IMC, from 2008 to 2016; hours and region say nothing."""
    draw = np.random.default_rng(seed)
    phase = draw.choice(["taxi", "cruise", "landing"], rows)
    imc = draw.random(rows) < 0.3
    fatal = draw.random(rows) < 1 / (1 + np.exp(2.5 - 2.5 * (phase == "cruise") - 2.0 * imc))
    days = [date(2008, 1, 1) + timedelta(days=int(k)) for k in np.linspace(0, 3280, rows)]
    parts = np.where(np.array(days) <= DAYS.train_until, "train", "test")
    hours = pl.Series("hours", draw.lognormal(5, 1, rows)).to_frame()
    frame = pl.DataFrame(
        {
            "ev_id": [f"e{k:05d}" for k in range(rows)],
            "ev_date": days,
            "ev_state": "XX",
            "part": np.where(
                (parts == "test") & (np.array(days) <= DAYS.validation_until), "validation", parts
            ),
            "is_fatal": fatal,
            "phase": phase,
            "is_imc": imc,
            "faa_region": draw.choice(["WP", "SO", "AL"], rows, p=[0.5, 0.45, 0.05]),
        }
    )
    gap = pl.Series(draw.random(rows) < 0.2)
    return frame.with_columns(
        hours.select(pl.when(gap).then(None).otherwise("hours").alias("hours"))
    )


@pytest.fixture(scope="module")
def material() -> Material:
    return Material(accidents(), FEATURES, DAYS, "v", "f", "{}")


@pytest.fixture(scope="module")
def bench(material) -> Bench:
    return Bench.of(material, "event", recipe=RECIPE, jobs=2, rounds=40, seed=3)


def auc(found: pl.DataFrame) -> pl.DataFrame:
    return found.filter(pl.col("metric") == "roc_auc")


def test_more_events_rank_better_and_the_whole_is_the_reference(bench):
    found = auc(learning.by_size(bench, [0.02, 1.0], draws=2)).sort("fraction", "draw")
    assert found["n_train"].to_list() == [
        *[round(0.02 * bench.train.height)] * 2,
        bench.train.height,
    ]
    assert found["value"][0] != found["value"][1]
    assert (found["difference"][:2] < 0).all() and found["difference"][2] == 0
    again = auc(learning.by_size(bench, [0.02], draws=1))
    assert again["value"][0] == found["value"][0]


def test_the_last_years_end_where_training_ends_and_longer_histories_are_left_out(bench):
    found = auc(learning.by_years(bench, [1, 6, 7]))
    assert found["years"].to_list() == [1, 6]
    assert found["first"].to_list() == [date(2013, 1, 1), date(2008, 1, 1)]
    assert found["difference"][1] == 0


def test_a_region_left_out_is_seen_by_no_model_that_is_asked_about_it(bench, monkeypatch):
    asked = {}
    made = Bench.forecasts
    monkeypatch.setattr(
        Bench, "forecasts", lambda self, tasks: asked.update(tasks) or made(self, tasks)
    )
    bench = replace(bench)
    found = auc(splits.regions(bench, "faa_region", smallest=100))
    for region in ("AL", "SO", "WP"):
        task = asked[region]
        assert region not in {*task.train["faa_region"], *task.validation["faa_region"]}
        assert set(task.test["faa_region"]) == {region}
    assert found["group"].to_list() == [splits.ALL_REGIONS, "SO", "WP"]
    assert found["n"][0] == bench.test.height


def test_the_random_split_is_judged_on_accidents_that_both_tests_hold(bench, material):
    redrawn = Bench.of(material.redrawn(5), "event", recipe=RECIPE, jobs=2, rounds=40, seed=3)
    both = set(bench.test["ev_id"]) & set(redrawn.test["ev_id"])
    found = auc(splits.random(bench, redrawn))
    assert found["n"].item() == len(both) < bench.test.height
    assert abs(found["difference"].item()) < 0.06


def test_a_group_that_knows_is_missed_and_one_that_does_not_is_not(bench):
    found = auc(removal.groups(bench))
    by = {row["name"]: row for row in found.to_dicts()}
    assert set(by) == {"sequence", "weather", "crew", "place"}
    assert by["sequence"]["difference_hi"] < -0.05 and by["weather"]["difference_hi"] < 0
    assert by["crew"]["difference_lo"] < 0.01 and by["crew"]["difference"] > -0.02


def test_another_seed_is_another_model_that_is_as_good(bench):
    found = auc(removal.refits(bench, 2))
    assert (found["difference"] != 0).all() and (found["difference"].abs() < 0.03).all()


def test_without_shuffling_it_foresees_and_with_it_falls_to_chance(bench):
    found = removal.shuffled(replace(bench, seed=100), shuffles=8)
    own = auc(removal.groups(bench))
    assert (own["value"] - own["difference"])[0] > 0.75
    assert found.summary["is_chance"].item() and abs(found.summary["mean"].item() - 0.5) < 0.06
    assert auc(found.draws)["value"].n_unique() > 1


def test_masking_hides_what_is_missing(bench):
    """Here hours are missing for the dead alone: with masking that tells nothing."""
    telling = pl.when(pl.col("is_fatal")).then(None).otherwise(pl.lit(100.0)).alias("hours")
    parts = {part: rows.with_columns(telling) for part, rows in bench.parts().items()}
    leaky = replace(bench, **parts)
    found = auc(removal.masked(leaky))
    assert (found["value"] - found["difference"]).item() > 0.99
    assert found["value"].item() < 0.9


def tables(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Core tables of the hand-made accidents, some of whose columns know the outcome."""
    fatal = pl.col("is_fatal")
    events = frame.select(
        "ev_id",
        pl.col("ev_date").cast(pl.Datetime),
        inj_tot_n=pl.when(fatal).then(None).otherwise(1),
        ntsb_no=pl.when(fatal).then(pl.lit("WPR12FA001")).otherwise(pl.lit("WPR12CA001")),
    )
    crew = frame.select("ev_id", crew_no=pl.lit(1), crew_tox_perf=pl.lit(None, dtype=pl.String))
    admin = frame.select("ev_id", approval_date=pl.col("ev_date").dt.offset_by("400d"))
    return {"events": events, "Flight_Crew": crew, "NTSB_Admin": admin}


def test_leaks_are_read_by_event_and_those_that_are_not_there_are_left_out():
    frame = accidents(rows=20)
    values, there = leaks.build(tables(frame))
    assert {leak.name for leak in there} == {
        "leak_inj_tot_n", "leak_report_number_letters", "leak_approval_date_days"
    }  # fmt: skip
    assert values.height == 20
    assert set(values["leak_approval_date_days"]) == {400.0}
    assert set(values["leak_report_number_letters"]) == {"FA", "CA"}


def test_the_first_row_of_an_event_that_has_a_value_counts():
    rows = tables(accidents(rows=2))
    first, second = rows["events"]["ev_id"]
    crew = {"ev_id": [first, first, second], "crew_tox_perf": [None, "Y", " "]}
    values, _ = leaks.build(rows | {"Flight_Crew": pl.DataFrame(crew)})
    assert dict(values.select("ev_id", "leak_crew_tox_perf").iter_rows()) == {
        first: "Y",
        second: None,
    }


def test_words_of_death_are_counted_as_words():
    assert pl.Series(
        ["The pilot was fatally hurt; an autopsy", "deadline, Coronado", "died, killed"]
    ).str.count_matches(leaks.DEATH).to_list() == [2, 0, 2]


def test_a_leak_lifts_the_score_to_one(bench):
    values, there = leaks.build(tables(pl.concat(bench.parts().values())))
    found = auc(leaks.judged(bench, values, there))
    by = {row["name"]: row for row in found.to_dicts()}
    assert by["investigation class"]["value"] > 0.999
    assert by["investigation class"]["difference_lo"] > 0.05
    assert abs(by["filing dates and report status"]["difference"]) < 0.02
    assert list(by)[-2:] == [leaks.ALL_BUT_INJURIES, leaks.ALL]


@pytest.mark.parametrize("horizon", encode.HORIZONS)
def test_no_horizon_may_know_a_leak(horizon):
    """What the train stage asks before it writes a bundle refuses every leak."""
    for leak in leaks.LEAKS:
        with pytest.raises(ValueError, match=r"never|not in tuple"):
            encode.check_known([leak.as_feature()], horizon)


def test_no_leak_is_in_the_catalog():
    names = json.dumps([one.name for one in catalog.FEATURES])
    assert leaks.PREFIX not in names
    assert {leak.name for leak in leaks.LEAKS}.isdisjoint(json.loads(names))
    assert all(leak.name.startswith(leaks.PREFIX) for leak in leaks.LEAKS)


def test_rows_of_one_outcome_are_refused_by_name(bench):
    alive = bench.train.filter(~pl.col("is_fatal"))
    with pytest.raises(EvidenceError, match=f"quiet: the train rows are {alive.height}, 0 of them"):
        bench.forecasts({"quiet": bench.task(train=alive)})

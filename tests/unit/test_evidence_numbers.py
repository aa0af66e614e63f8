"""The evidence's own numbers: levels, stability, chance, ages, kinds, permutation."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.model import metrics
from hindcast.model.evidence import (
    decay,
    drift,
    fairness,
    importance,
    judge,
    level,
    reasons,
    removal,
    sentences,
)


def forecasts(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are right, and outcomes drawn from them."""
    draw = np.random.default_rng(seed)
    p = draw.beta(0.6, 2.4, n)
    return (draw.random(n) < p).astype(float), p


def predictions(n: int = 400, seed: int = 1) -> pl.DataFrame:
    """What the train stage writes, of one horizon over 2019 and 2020."""
    y, p = forecasts(n, seed)
    days = [date(2019, 1, 1) + timedelta(days=int(k)) for k in np.linspace(0, 720, n)]
    return pl.DataFrame(
        {
            "ev_id": [f"e{k:04d}" for k in range(n)],
            "ev_date": days,
            "part": ["validation" if day.year == 2019 else "test" for day in days],
            "is_fatal": y.astype(bool),
            "horizon": "event",
            "model": "xgboost",
            "probability": p,
        }
    )


def test_the_level_of_a_right_forecast_is_held_by_nineteen_intervals_in_twenty():
    held = 0
    for seed in range(400):
        told = level.ratio(*forecasts(120, seed))
        held += told["ratio_lo"] <= 1 <= told["ratio_hi"]
    assert 0.92 < held / 400 < 0.98


def test_a_group_without_a_death_still_has_an_interval_of_its_level():
    told = level.ratio(np.zeros(200), np.full(200, 0.02))
    assert told["ratio"] == told["ratio_lo"] == 0
    assert 0.5 < told["ratio_hi"] < 1.2


def test_recall_is_that_of_the_metrics_and_none_where_nobody_died():
    y, p = forecasts(300, 3)
    assert level.recall(y, p, 0.4)["recall"] == pytest.approx(
        float(metrics.calls(y, p, threshold=0.4)["recall"]), abs=1e-6
    )
    assert level.recall(np.zeros(5), np.full(5, 0.3), 0.2)["recall"] is None


@given(st.lists(st.integers(0, 500), min_size=2, max_size=12), st.integers(0, 10_000))
def test_stability_is_never_negative_and_symmetric(counts, seed):
    now = np.random.default_rng(seed).permutation(counts)
    assert drift.psi(np.array(counts), now) >= 0
    assert drift.psi(np.array(counts), now) == pytest.approx(drift.psi(now, np.array(counts)))


def test_two_draws_of_one_population_stay_below_what_chance_allows():
    draw = np.random.default_rng(4)
    above = 0
    for _ in range(200):
        told = drift.stability(
            pl.Series("x", draw.normal(size=900)), pl.Series(draw.normal(size=1500)).alias("x")
        )
        above += told["psi"] > told["by_chance"]
    assert above <= 24


def test_a_column_that_is_no_longer_filled_is_a_drift():
    draw = np.random.default_rng(5)
    before = pl.Series("hours", draw.normal(size=500))
    now = pl.Series("hours", [None] * 250 + draw.normal(size=250).tolist())
    told = drift.stability(now, before)
    assert told["psi"] > 1 > 10 * told["by_chance"]


def test_levels_never_seen_share_a_bin():
    seen = drift.binned(pl.Series(["BELL", "NEW", None]), pl.Series(["BELL", "CESSNA"]))
    assert seen.to_list() == ["BELL", "(other)", "(missing)"]


def test_drift_by_year_counts_each_part_and_leaves_small_years_without_figures():
    rows = predictions()
    found = drift.scores(rows, "event", smallest=100, rounds=30, seed=1)
    assert found["year"].to_list() == [2019, 2020]
    assert found["part"].to_list() == ["validation", "test"]
    assert found["n"].sum() == rows.height
    own = rows.filter(pl.col("part") == "test")
    assert found["observed"][1] == own["is_fatal"].sum()
    assert found["roc_auc"][1] == pytest.approx(
        float(metrics.roc_auc(own["is_fatal"], own["probability"])), abs=1e-6
    )
    assert found["psi"][0] == 0
    few = drift.scores(rows.head(250), "event", smallest=100, rounds=30, seed=1)
    assert few["n"][1] < 100 and few["roc_auc"][1] is None


def test_kinds_that_are_too_small_keep_their_row_and_counts():
    rows = predictions().with_columns(part=pl.lit("test"))
    kind = pl.Series("aircraft_category", ["AIR"] * 370 + ["BALL"] * 20 + [None] * 10)
    features = rows.select("ev_id").with_columns(kind)
    found = fairness.by_kind(rows, features, "event", 0.4, smallest=50)
    assert found["group"].to_list() == ["all accidents", "AIR", "BALL", "not recorded"]
    assert found["n"].to_list() == [400, 370, 20, 10]
    assert found["is_too_small"].to_list() == [False, False, True, True]
    assert found["ratio"].null_count() == 2 == found["recall"].null_count()
    assert found["n_fatal"][0] == found["n_fatal"][1:].sum()


def test_a_kind_whose_deaths_are_halved_in_the_forecast_is_outside():
    rows = predictions(2000).with_columns(part=pl.lit("test"))
    is_half = pl.int_range(pl.len()) % 2 == 0
    rows = rows.with_columns(
        pl.when(is_half).then(pl.col("probability") / 2).otherwise("probability")
    )
    kind = rows.select(
        "ev_id", faa_region=pl.when(is_half).then(pl.lit("WP")).otherwise(pl.lit("SO"))
    )
    found = fairness.by_kind(rows, kind, "event", 0.4, smallest=50)
    by = {row["group"]: row["ratio"] for row in found.to_dicts()}
    assert by["WP"] == pytest.approx(2, abs=0.35)
    assert fairness.outside(found).row(0, named=True)["outside"] == 1


def test_chance_holds_one_half_for_coins_and_not_for_a_leak():
    draw = np.random.default_rng(6)
    coins = [removal.chance(0.5 + draw.normal(scale=0.02, size=5))["is_chance"] for _ in range(200)]
    assert np.mean(coins) > 0.9
    assert not removal.chance(np.array([0.56, 0.57, 0.55, 0.58, 0.56]))["is_chance"]


def test_a_difference_is_taken_draw_by_draw():
    y, p = forecasts(600, 7)
    found = judge.table(y, {"same": p, "reversed": 1 - p}, p, rounds=40, seed=1)
    same, turned = (found.filter(pl.col("name") == name) for name in ("same", "reversed"))
    assert same.select("difference", "difference_lo", "difference_hi").sum().row(0) == (0, 0, 0)
    auc = turned.filter(pl.col("metric") == "roc_auc").row(0, named=True)
    assert auc["difference"] == pytest.approx(1 - 2 * same["value"][0], abs=2e-6)
    assert auc["difference_hi"] < 0 and auc["p"] < 0.001
    assert turned.filter(pl.col("metric") == "brier")["p"].item() is None


def ages(loss: float) -> dict[int, pl.DataFrame]:
    """Models to 2014, 2015 and 2016; each year of age adds noise of ``loss`` log odds."""
    made = {}
    for trained_to in (2014, 2015, 2016):
        frames = []
        for year in range(trained_to + 1, 2018):
            y, p = forecasts(700, year)
            age = year - trained_to
            noise = np.random.default_rng(year * 10 + age).normal(scale=loss * (age - 1), size=700)
            odds = np.log(p / (1 - p)) + noise
            frames.append(
                pl.DataFrame(
                    {
                        "ev_id": [f"{year}-{k:03d}" for k in range(700)],
                        "is_fatal": y.astype(bool),
                        "year": year,
                        "probability": 1 / (1 + np.exp(-odds)),
                        "age": age,
                    }
                )
            )
        made[trained_to] = pl.concat(frames)
    return made


def test_a_model_that_does_not_age_loses_nothing_and_one_that_does_is_due():
    by = decay.Judge(rounds=60, seed=1, smallest=50)
    still, aging = (decay.losses(ages(loss), "event", by) for loss in (0.0, 1.5))
    assert still["difference"].to_list() == [0] * still.height
    assert decay.how_often(still) is None
    assert decay.how_often(aging) == 1 and decay.how_often(aging, "brier") == 1
    auc = aging.filter(pl.col("metric") == "roc_auc").sort("age")
    assert auc["age"].to_list() == [2, 3] and auc["years"].to_list() == [2, 1]
    assert auc["difference"][1] < auc["difference"][0] < 0
    assert "every year" in sentences.retrain(aging)
    assert "no age up to 3" in sentences.retrain(still)


def test_the_fan_has_a_row_for_each_model_and_later_year():
    found = decay.fan(ages(0.5), "event", decay.Judge(rounds=20, seed=1, smallest=50))
    assert found.select("trained_to", "year").rows() == [
        (2014, 2015), (2014, 2016), (2014, 2017), (2015, 2016), (2015, 2017), (2016, 2017)
    ]  # fmt: skip
    assert decay.retrained(found)["year"].to_list() == [2015, 2016, 2017]


def test_one_model_alone_cannot_tell_how_it_ages():
    with pytest.raises(decay.EvidenceError, match="decay_models"):
        decay.losses({2016: ages(0.0)[2016]}, "event", decay.Judge(10, 1, 50))


def test_the_partner_of_a_feature_is_the_one_that_says_the_same():
    draw = np.random.default_rng(8)
    hours = draw.lognormal(size=500)
    train = pl.DataFrame(
        {
            "is_fatal": draw.random(500) < 0.3,
            "hours": hours,
            "hours_log": np.log(hours),
            "phase": draw.choice(["a", "b"], 500),
            "empty": pl.Series([None] * 500, dtype=pl.Float64),
        }
    )
    found = importance.partners(train, ["hours", "hours_log", "phase", "empty"])
    by = {row["feature"]: row for row in found.to_dicts()}
    assert by["hours"]["partner"] == "hours_log" and by["hours"]["correlation"] == 1
    assert by["empty"]["correlation"] == 0
    assert by["phase"]["correlation"] < 0.3


@pytest.mark.parametrize(
    ("gap", "hi", "lo", "correlation", "missing", "in_few", "says"),
    [
        (9, -0.1, -0.2, 0.1, 0.0, 0.1, "makes them worse"),
        (9, 0.2, 0.1, 0.9, 0.0, 0.1, "twin says nearly the same"),
        (9, 0.2, 0.1, 0.1, 0.8, 0.1, "missing in 80%"),
        (9, 0.2, -0.1, 0.1, 0.0, 0.1, "no more than chance"),
        (9, 0.2, 0.1, 0.1, 0.0, 0.1, "few of them across"),
        (-9, 0.2, -0.1, 0.9, 0.0, 0.1, "within chance"),
        (-9, 0.2, 0.1, 0.9, 0.0, 0.1, "shares its SHAP credit with twin"),
        (-9, 0.2, 0.1, 0.1, 0.0, 0.7, "70% of its SHAP"),
        (-9, 0.2, 0.1, 0.1, 0.0, 0.1, "no other says the same"),
        (0, 0.2, 0.1, 0.9, 0.9, 0.9, "they agree"),
    ],
)
def test_the_reason_follows_from_the_numbers(gap, hi, lo, correlation, missing, in_few, says):
    row = pl.DataFrame(
        {
            "gap": [gap],
            "permutation_hi": [hi],
            "permutation_lo": [lo],
            "correlation": [correlation],
            "partner": ["twin"],
            "missing_here": [missing],
            "in_few": [in_few],
        }
    )
    assert says in row.select(why=reasons.why())["why"].item()

"""The monitor on invented logs: what it says, when it keeps silent, and of whom."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import special

from hindcast.monitor import (
    arrivals,
    conditions,
    drift,
    false_alarms,
    labels,
    performance,
    power,
    recalibration,
    reference,
    replay,
    run,
    table,
)
from hindcast.monitor import log as logged
from hindcast.monitor.reference import Limits, MonitorError, Reference, Scores

NOW = datetime(2024, 1, 1, tzinfo=UTC)
LIMITS = Limits(
    false_discoveries=0.05,
    psi_limit=0.1,
    missing_limit=0.1,
    drifted_gain=0.3,
    least_rows=50,
    least_outcomes=200,
    least_fatal=20,
    least_share_in=0.9,
    auc_loss=0.05,
    ratio_limit=1.25,
)
NAMES = ["hours", "kind", "is_dark"]


def accidents(n: int, seed: int, shift: float = 0.0, first: date = date(2018, 1, 1)):
    """Invent accidents over a year: hours are shorter in summer, some are missing."""
    draw = np.random.default_rng(seed)
    days = draw.integers(0, 365, n)
    hours = draw.normal(10 + 5 * np.cos(days / 58), 2) + shift
    told = pl.DataFrame(
        {
            "ev_date": [first + timedelta(days=int(day)) for day in days],
            "hours": hours,
            "kind": draw.choice(["jet", "prop", "glider"], n, p=[0.2, 0.7, 0.1]),
            "is_dark": draw.random(n) < 0.3,
        }
    )
    gone = pl.Series(draw.random(n) < 0.2)
    return told.with_columns(pl.when(~gone).then("hours").alias("hours"))


def forecasts(n: int, seed: int, first: date = date(2018, 1, 1), spread: float = 1.5):
    draw = np.random.default_rng(seed)
    p = special.expit(draw.normal(-1.5, spread, n))
    return pl.DataFrame(
        {
            "ev_id": [f"{seed}-{at}" for at in range(n)],
            "ev_date": [first + timedelta(days=int(d)) for d in draw.integers(0, 365, n)],
            "probability": p,
            "is_fatal": draw.random(n) < p,
        }
    )


def referred(rows: pl.DataFrame | None = None) -> Reference:
    rows = accidents(3000, 0) if rows is None else rows
    made, counts = reference.learned(rows, NAMES, n_bins=10, n_levels=8)
    scored, told = reference.scores(forecasts(2000, 1), 10)
    gain = {"hours": 0.6, "kind": 0.3, "is_dark": 0.1}
    scores = Scores(
        version="v1",
        learned_until="2018-12-31",
        bins=scored,
        counts=told.tolist(),
        roc_auc=0.85,
        brier=0.12,
        gain=gain,
    )
    return Reference(
        fingerprint="invented",
        since="2018-01-01",
        until="2018-12-31",
        limits=LIMITS,
        features=made,
        counts=counts.tolist(),
        horizons={"event": scores},
    )


def log(rows: pl.DataFrame, version="v1", role="champion", known: bool = True) -> pl.DataFrame:
    """Return forecasts as the store's log holds them, with outcomes where ``known``."""
    outcome = pl.when("is_fatal").then(pl.lit("fatal")).otherwise(pl.lit("minor"))
    at = pl.col("ev_date").dt.strftime("%Y-%m-%dT12:00:00.000Z")
    return rows.select(
        pl.col("ev_id").alias("prediction_id"),
        at.alias("at"),
        pl.lit("event").alias("horizon"),
        pl.lit(version).alias("version"),
        pl.lit(role).alias("role"),
        pl.col("probability").alias("fatal"),
        pl.lit(None, pl.String).alias("inputs"),
        (outcome if known else pl.lit(None, pl.String)).alias("injury"),
        (at if known else pl.lit(None, pl.String)).alias("recorded_at"),
    )


def report(rows: pl.DataFrame, features=lambda horizon, rows: None, known: Reference | None = None):
    return run.report(logged.prepared(rows), known or referred(), features, now=NOW)


def state(told, name: str) -> list[bool]:
    return [one["is_on"] for one in told["conditions"] if one["name"] == name]


def test_an_empty_log_is_not_enough():
    told = report(log(forecasts(1, 2)).clear())
    assert told["status"] == run.Status.NOT_ENOUGH
    assert (told["predictions"], told["conditions"], told["models"]) == (0, [], [])
    assert table.rows(told)[0]["predictions"] == "0"
    assert list(table.lines(told))[-1] == "0 predictions: not enough to judge"


def test_a_log_like_training_is_quiet_and_says_that_inputs_were_not_kept():
    told = report(log(forecasts(1500, 3)))
    assert told["status"] == run.Status.QUIET
    assert state(told, "calibration") == state(told, "score_drift") == [False]
    assert "kept none" in told["unwatched"][0]


def test_forecasts_that_moved_are_noticed_without_any_outcome():
    moved = forecasts(600, 4).with_columns(pl.col("probability") ** 0.5)
    told = report(log(moved, known=False))
    assert state(told, "score_drift") == [True]
    assert not state(told, "calibration")
    assert told["status"] == run.Status.SPOKE
    assert told["models"][0]["outcomes"]["outcomes"] == 0


def test_deaths_that_were_not_foreseen_are_noticed_once_outcomes_are_in():
    rows = forecasts(1500, 5).with_columns(pl.col("probability") * 0.5)
    told = report(log(rows))
    assert state(told, "calibration") == [True]
    assert told["models"][0]["complete"]["ratio"] == pytest.approx(2, abs=0.3)


def test_a_ranking_that_is_chance_is_noticed():
    rows = forecasts(1500, 6)
    shuffled = rows.with_columns(pl.col("is_fatal").shuffle(seed=1))
    told = report(log(shuffled))
    assert state(told, "discrimination") == [True]


def test_constant_scores_have_no_slope_and_no_ranking_and_break_nothing():
    rows = forecasts(1500, 7).with_columns(probability=pl.lit(0.25))
    told = report(log(rows))
    complete = told["models"][0]["complete"]
    assert complete["slope"] is None
    assert complete["intercept"] is not None
    assert complete["roc_auc"] == 0.5
    assert state(told, "score_drift") == [True]


def test_one_outcome_alone_gives_no_verdict():
    rows = forecasts(600, 8).with_columns(is_fatal=pl.lit(False))
    told = report(log(rows))
    assert not told["models"][0]["enough"]
    assert not state(told, "calibration")
    assert told["models"][0]["complete"]["roc_auc"] is None


def test_a_version_without_reference_is_judged_by_outcomes_alone():
    told = report(log(forecasts(1500, 9), version="v2"))
    assert not state(told, "score_drift")
    assert state(told, "calibration") == [False]
    assert any("v2" in one for one in told["unwatched"])


def test_a_shadow_shares_the_outcome_of_the_answer():
    rows = log(forecasts(300, 10))
    shadow = rows.with_columns(
        version=pl.lit("v2"), role=pl.lit("shadow"), injury=None, recorded_at=None
    )
    both = logged.prepared(pl.concat([rows, shadow], how="vertical_relaxed"))
    assert both["is_fatal"].null_count() == 0
    assert both.group_by("role").agg(pl.col("is_fatal").sum())["is_fatal"].n_unique() == 1


def test_a_log_that_lacks_a_column_says_which():
    with pytest.raises(MonitorError, match="lacks fatal"):
        logged.prepared(log(forecasts(5, 1)).drop("fatal"))


def test_inputs_that_drifted_are_noticed_and_summer_is_not():
    summer = accidents(4000, 11).filter(pl.col("ev_date").dt.quarter() == 3)
    quiet = report(log(forecasts(300, 12)), lambda h, r: summer)
    assert state(quiet, "input_drift") == [False]
    moved = accidents(600, 13, shift=3.0)
    loud = report(log(forecasts(300, 12)), lambda h, r: moved)
    assert state(loud, "input_drift") == [True]
    (hours,) = [one for one in loud["drift"] if one["feature"] == "hours"]
    assert hours["is_drifted"]
    assert hours["test"] == "Kolmogorov-Smirnov"
    assert loud["inputs"][0]["drifted_gain"] == pytest.approx(0.6)


def test_values_that_go_missing_are_drift_of_their_own():
    gone = accidents(600, 14).with_columns(hours=None)
    told = report(
        log(forecasts(300, 12)), lambda h, r: gone.with_columns(pl.col("hours").cast(float))
    )
    (hours,) = [one for one in told["drift"] if one["feature"] == "hours"]
    assert hours["is_drifted"]
    assert (hours["missing_now"], hours["q"]) == (1.0, None)


def test_few_rows_are_shown_and_not_tested():
    few = accidents(20, 15, shift=9)
    told = report(log(forecasts(20, 16)), lambda h, r: few)
    assert told["status"] == run.Status.NOT_ENOUGH
    assert all(one["q"] is None for one in told["drift"])


def test_where_nothing_changed_it_speaks_falsely_within_its_rate():
    known = referred()
    drawn = false_alarms.drawn(
        accidents(3000, 0), {"event": forecasts(2000, 1)}, known, size=200, rounds=200, seed=3
    )
    rates = false_alarms.rates(drawn)
    assert rates["quarters"].to_list() == [200, 200]
    assert (rates["share"] <= LIMITS.false_discoveries).all()


def test_the_reference_holds_counts_and_survives_the_disk(tmp_path):
    known = referred()
    path = reference.write(known, tmp_path / "reference.json")
    assert reference.read(path) == known
    assert known.events == 3000
    assert path.stat().st_size < 10_000
    path.write_text('{"format": 1}')
    with pytest.raises(MonitorError, match="hindcast stage monitor"):
        reference.read(path)
    with pytest.raises(MonitorError, match="hindcast stage monitor"):
        reference.read(tmp_path / "absent.json")


def test_rare_levels_are_not_named():
    kinds = pl.Series("kind", ["prop"] * 50 + ["a builder's name"] * 3)
    rows = pl.DataFrame({"ev_date": [date(2020, 1, 1)] * 53, "kind": kinds})
    made, counts = reference.learned(rows, ["kind"], n_bins=5, n_levels=9)
    assert made[0].levels == ["prop"]
    assert counts.sum() == 53


def test_labels_that_come_late_are_counted_by_age_and_the_rest_is_told():
    rows = forecasts(900, 17, first=date(2023, 1, 1)).with_columns(
        is_fatal=pl.when(pl.col("ev_date") < date(2023, 4, 1)).then("is_fatal")
    )
    made = logged.prepared(
        log(rows).with_columns(injury=pl.when(rows["is_fatal"].is_not_null()).then("injury"))
    )
    by_age = labels.by_age(made, NOW)
    assert by_age["predictions"].sum() == 900
    assert by_age.filter(pl.col("age") == "under 3 months")["share_in"].item() == 0
    told = labels.selection(made, NOW)
    assert told["outcomes"] == rows["is_fatal"].is_not_null().sum()
    assert 0 < told["open_median_days"] < 365
    done = labels.complete(made, 0.9)
    assert done["at"].dt.month().max() <= 3
    assert labels.bounds(made)["ratio_least"] < labels.bounds(made)["ratio_most"]


def test_late_deaths_fool_all_that_are_in_but_not_complete_months():
    rows = forecasts(3000, 18).with_columns(horizon=pl.lit("event"))
    late = arrivals.delayed(rows, median_fatal=600, median_other=200, spread=0.2, seed=1)
    found = arrivals.judged(late, LIMITS, arrivals.ends(late))
    fooled = found.filter(pl.col("is_miscalibrated"))
    assert fooled["on"].unique().to_list() == ["all that are in"]
    assert found.filter(pl.col("on") == "complete months")["is_enough"].any()
    assert found["share_in"].is_sorted()
    shares = arrivals.share_in(late).filter(pl.col("days") == 300)
    told = dict(shares.select("of", "share_in").iter_rows())
    assert told["fatal"] < 0.1 < told["all"] < told["other"]


def test_recalibration_finds_what_was_done_to_the_log_odds():
    draw = np.random.default_rng(19)
    at = draw.normal(-1, 1.5, 20_000)
    y = draw.random(20_000) < special.expit(0.7 * at - 0.4)
    told = recalibration.of(y, special.expit(at))
    assert told["slope"] == pytest.approx(0.7, abs=0.05)
    assert told["slope_ci"][0] < 0.7 < told["slope_ci"][1]
    assert told["p"] < 1e-6


def test_a_right_forecast_is_called_off_as_often_as_told():
    draw = np.random.default_rng(20)
    off = 0
    for _ in range(400):
        p = special.expit(draw.normal(-1, 1.5, 300))
        off += recalibration.of(draw.random(300) < p, p)["p"] < performance.CERTAIN
    assert off / 400 < performance.CERTAIN + 3 * np.sqrt(performance.CERTAIN / 400)


def test_the_power_is_what_draws_give():
    draw = np.random.default_rng(21)
    p = special.expit(draw.normal(-1.5, 1.5, 4000))
    shift = power.shift_of(p, 1.5)
    told = float(power.power(p, np.array([200]), shift)[0])
    noticed = 0
    for _ in range(300):
        own = draw.choice(p, 200)
        y = draw.random(200) < special.expit(recalibration.logits(own) + shift)
        noticed += recalibration.of(y, own)["p"] < performance.CERTAIN
    assert noticed / 300 == pytest.approx(told, abs=0.1)


def test_the_replay_speaks_in_the_quarter_in_which_inputs_moved():
    known = referred()
    calm = accidents(1000, 22, first=date(2019, 1, 1))
    moved = accidents(1000, 23, shift=4, first=date(2020, 1, 1))
    scored = forecasts(1000, 24, first=date(2019, 1, 1)).with_columns(horizon=pl.lit("event"))
    found = replay.inputs(pl.concat([calm, moved]), known, is_learned=False, score_rows=scored)
    said = replay.spoken(found, known)
    by_year = (
        said.group_by(pl.col("quarter").dt.year()).agg(pl.col("input_drift").all()).sort("quarter")
    )
    assert by_year["input_drift"].to_list() == [False, True]
    assert said["score_drift"].null_count() == 4
    worth = replay.worth(scored, 50, rounds=20, seed=1)
    side = replay.beside(said, worth, known)
    assert side.height == 4
    linked = replay.association(side, rounds=20, seed=1)
    assert linked.height == len(replay.SIGNALS) * len(replay.LOSSES)


def test_a_quarter_of_the_reference_is_not_held_against_itself():
    rows = accidents(3000, 0)
    found = replay.inputs(
        rows,
        referred(rows),
        is_learned=True,
        score_rows=pl.DataFrame(
            schema={"horizon": pl.String, "ev_date": pl.Date, "probability": pl.Float64}
        ),
    )
    assert set(found["psi"].to_list()) == {0.0}, "a whole season taken out leaves no reference"


def test_drift_must_be_large_and_beyond_chance():
    row = {"q": 0.01, "psi": 0.3, "psi_by_chance": 0.05, "missing_q": 1.0} | {
        "missing_now": 0.0,
        "missing_before": 0.0,
    }
    cases = [{}, {"q": 0.2}, {"psi": 0.12}, {"q": None, "missing_q": 0.01, "missing_now": 0.2}]
    frame = pl.DataFrame([row | case for case in cases])
    assert frame.select(drift.is_drifted(LIMITS))["is_drifted"].to_list() == [
        True,
        False,
        False,
        True,
    ]


def test_gain_is_shared_among_what_was_looked_at():
    rows = pl.DataFrame({"feature": ["a", "b"], "is_drifted": [True, False]})
    assert conditions.drifted_gain(rows, {"a": 0.2, "b": 0.2, "c": 0.6}) == 0.5
    assert conditions.drifted_gain(rows.clear(), {"a": 1.0}) == 0.0

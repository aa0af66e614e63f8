"""A challenger takes the champion's place if it wins, and is told why where it does not."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hindcast import params, paths
from hindcast.errors import NotRunError
from hindcast.model import bundle as bundles
from hindcast.model import registry
from hindcast.model.registry import RegistryError, by_group, contenders, judging, latency, promotion

NAME = "hindcast-fatal-dispatch"
MEASURED = latency.latency_ms
BOUNDS = {
    "seed": 7,
    "rounds": 200,
    "ece_slack": 0.01,
    "latency_ratio": 1.5,
    "smallest_group": 50,
    "group_auc_loss": 0.02,
    "group_ece_rise": 0.05,
}


@pytest.fixture(autouse=True)
def as_fast(monkeypatch):
    """Both models take as long: how busy this machine is decides no test."""
    monkeypatch.setattr(latency, "latency_ms", lambda pair, frame: (1.0, 1.2))


@pytest.fixture
def weak(make) -> contenders.Contender:
    return contenders.Contender("1", bundles.load(make(blind=True)), is_simulated=False)


@pytest.fixture
def strong(make) -> contenders.Contender:
    return contenders.Contender("2", bundles.load(make()), is_simulated=False)


def judged(old, new, rows=None, **bounds) -> dict[str, contenders.Check]:
    checks = judging.judge(
        contenders.Pair(old, new), rows or promotion.test_rows(), BOUNDS | bounds
    )
    return {check.name: check for check in checks}


def failed(checks: dict[str, contenders.Check]) -> set[str]:
    return {name for name, check in checks.items() if not check.passed}


def test_the_rows_are_those_of_the_test_part(home):
    rows = promotion.test_rows()
    assert rows.frame["part"].unique().to_list() == ["test"]
    assert rows.frame.height == 400
    assert rows.frame["ev_id"].is_sorted()


def test_the_better_passes_every_check_and_the_worse_does_not(weak, strong):
    assert failed(judged(weak, strong)) == set()
    worse = judged(strong, weak)
    assert {"Brier score", "ROC AUC", "ROC AUC by group"} <= failed(worse)
    assert "+0." in worse["Brier score"].found


def test_the_same_forecasts_do_not_win(strong):
    assert failed(judged(strong, strong)) == {"Brier score"}


def test_a_challenger_that_ranks_as_well_but_is_off_in_its_level_is_refused(strong):
    lowered = {"method": "platt", "slope": 1.0, "intercept": -1.5}
    off = replace(strong, bundle=replace(strong.bundle, calibration=lowered))
    checks = judged(strong, off)
    assert {"Brier score", "calibration error", "calibration error by group"} == failed(checks)
    assert checks["calibration error"].needed == "at most 0.01 higher"


def test_a_challenger_that_takes_too_long_is_refused(weak, strong):
    checks = judged(weak, strong, latency_ratio=1.1)
    assert failed(checks) == {"speed"}
    assert "1.20 times" in checks["speed"].found


def test_a_group_may_not_pay_for_the_others(weak, strong):
    rows = promotion.test_rows()
    old, new = (one.bundle.predict(rows.frame.select(one.bundle.names)) for one in (weak, strong))
    in_135 = (rows.frame["far_part"] == "135").fill_null(value=False).to_numpy()
    assert by_group.group_changes(rows.frame, new, old, 50)["roc_auc"].min() > 0
    spoilt = np.where(in_135, 1 - new, new)
    checks = {one.name: one for one in by_group.checks(rows.frame, spoilt, old, BOUNDS)}
    assert failed(checks) == {"ROC AUC by group", "calibration error by group"}
    assert "far_part = 135" in checks["ROC AUC by group"].found
    worst = checks["ROC AUC by group"].needed
    assert worst == "no group more than 0.02 lower"
    none = by_group.checks(rows.frame, new, old, BOUNDS | {"smallest_group": 4000})
    assert [(one.passed, one.found) for one in none] == [(True, "none of 4000 or more")]


def test_time_is_measured_turn_by_turn_also_where_a_feature_is_gone(weak, strong):
    frame = promotion.test_rows().frame.drop("has_fire")
    assert all(ms > 0 for ms in MEASURED(contenders.Pair(weak, strong), frame))


def test_a_group_of_one_outcome_is_left_out(home):
    frame = promotion.test_rows().frame.with_columns(is_fatal=pl.lit(value=False))
    probability = np.full(frame.height, 0.5)
    assert by_group.group_changes(frame, probability, probability, 50).is_empty()


def test_features_that_the_rows_lack_are_named(weak, strong):
    rows = promotion.test_rows()
    without = replace(rows, frame=rows.frame.drop("has_fire"))
    checks = judged(weak, strong, without)
    assert failed(checks) == {"features"}
    assert "challenger (version 2): reads has_fire, not there" in checks["features"].found
    assert list(checks) == ["features", "rows", "records"]


def test_another_catalog_is_told(weak, strong):
    checks = judged(weak, strong, replace(promotion.test_rows(), features_version="v2"))
    assert "champion (version 1): trained with another catalog" in checks["features"].found
    assert checks["features"].passed


def test_a_champion_whose_feature_is_gone_stands_by_its_kept_forecasts(keep, aliases):
    keep(30)
    keep(10, blind=True, features_version="v2")
    features = pl.read_parquet(paths.processed("features.parquet"))
    features.drop("has_fire").write_parquet(paths.processed("features.parquet"))
    paths.processed("feature_schema.json").write_text(json.dumps({"version": "v2"}))
    (outcome,) = promotion.promote()
    checks = {check.name: check for check in outcome.checks}
    assert "its kept forecasts are taken" in checks["features"].found
    assert failed(checks) >= {"Brier score", "ROC AUC"}
    assert aliases()["champion"] == "1"


def test_kept_forecasts_are_the_bundles_own(keep, store):
    keep(30)
    version = registry.loading.find(registry.Reference.parse("fatal/dispatch@champion"), store)
    kept = registry.rows.kept(version.run_id, store)
    bundle = registry.load("fatal/dispatch@champion")
    frame = promotion.test_rows().frame
    assert kept["ev_id"].equals(frame["ev_id"])
    assert np.array_equal(kept["probability"], bundle.predict(frame.select(bundle.names)))


def test_forecasts_kept_of_other_rows_do_not_stand_in(weak, strong):
    rows = promotion.test_rows()
    kept = rows.frame.head(5).select("ev_id", probability=pl.lit(0.5))
    gone = replace(rows, frame=rows.frame.drop("has_fire"))
    checks = judged(weak, replace(strong, kept=kept), gone)
    assert failed(checks) == {"features"}


def test_rows_that_one_has_learned_from_judge_nobody(weak, strong):
    later = strong.bundle.manifest["split"] | {"validation_until": "2019-12-31"}
    seen = replace(strong.bundle, manifest=strong.bundle.manifest | {"split": later})
    checks = judged(weak, replace(strong, bundle=seen))
    assert failed(checks) == {"rows"}
    assert "after 2019-12-31" in checks["rows"].needed


@pytest.mark.parametrize(
    ("rows", "champion", "challenger", "fair"),
    [
        (True, False, True, False),
        (True, True, False, False),
        (True, True, True, True),
        (False, True, False, True),
    ],
)
def test_simulated_accidents_judge_no_model_of_real_ones(
    weak, strong, rows, champion, challenger, fair
):
    checks = judged(
        replace(weak, is_simulated=champion),
        replace(strong, is_simulated=challenger),
        replace(promotion.test_rows(), is_simulated=rows),
    )
    assert checks["records"].passed is fair


def test_the_winner_moves_up_and_the_former_champion_is_kept(keep, store, aliases):
    keep(blind=True)
    keep()
    (outcome,) = promotion.promote()
    assert outcome.moved
    assert aliases() == {"champion": "2", "previous": "1"}
    assert outcome.verdict == (
        "fatal/dispatch: version 2 is the champion now, version 1 the previous one"
    )
    assert store.client().get_registered_model(NAME).tags == {"comparisons_on_test": "1"}


def test_the_loser_stays_where_it_is_and_is_told_why(keep, store, aliases):
    keep()
    keep(blind=True)
    (outcome,) = promotion.promote(["fatal/dispatch"])
    assert not outcome.moved
    assert aliases() == {"champion": "1", "challenger": "2"}
    assert "version 1 stays the champion" in outcome.verdict
    assert "ROC AUC: found 0." in outcome.verdict
    told = store.client().get_model_version(NAME, "2").tags["compared"]
    assert told.endswith(outcome.verdict)
    rows = promotion.table([outcome])
    assert {"Brier score", "speed", "records"} <= {row["check"] for row in rows}
    assert {row[""] for row in rows} == {"yes", "NO"}


def test_one_step_back(keep, store, aliases):
    keep(blind=True)
    keep()
    promotion.promote()
    assert registry.rollback("fatal/dispatch") == ("2", "1")
    assert aliases() == {"champion": "1"}
    assert "to version 1" in store.client().get_model_version(NAME, "2").tags["rolled_back"]
    with pytest.raises(RegistryError, match="version 1 is its champion and no champion came"):
        registry.rollback("fatal/dispatch")


def test_what_was_rolled_back_challenges_only_when_asked_for(keep, store, aliases):
    keep(blind=True)
    keep()
    promotion.promote()
    registry.rollback("fatal/dispatch")
    assert keep() == "2"
    assert aliases() == {"champion": "1"}
    with pytest.raises(RegistryError, match="nothing challenges"):
        promotion.promote()
    (outcome,) = promotion.promote(["fatal/dispatch/2"])
    assert outcome.moved
    assert aliases() == {"champion": "2", "previous": "1"}
    assert "rolled_back" not in store.client().get_model_version(NAME, "2").tags


def test_a_first_champion_has_nothing_to_go_back_to(keep):
    keep()
    with pytest.raises(RegistryError, match="cannot be rolled back: version 1"):
        registry.rollback("fatal/dispatch")
    with pytest.raises(RegistryError, match="give just that"):
        registry.rollback("fatal/dispatch@champion")
    with pytest.raises(RegistryError, match="no model fatal/scene is registered"):
        registry.rollback("fatal/scene")


def test_a_comparison_that_cannot_be_is_refused_and_moves_nothing(keep, aliases):
    keep()
    for text, told in {
        "fatal/dispatch": "no challenger: versions 1; champion = 1",
        "fatal/dispatch/1": "version 1 of fatal/dispatch is the champion",
        "fatal/scene": "no model fatal/scene",
        "severity/event": "only models of fatal are compared",
    }.items():
        with pytest.raises(RegistryError, match=told):
            promotion.promote([text])
    assert aliases() == {"champion": "1"}


def test_without_a_run_there_is_nothing_to_compare_on(keep):
    keep(blind=True)
    keep()
    paths.processed("split.parquet").unlink()
    with pytest.raises(NotRunError, match=r"no split\.parquet"):
        promotion.promote()


def test_rows_of_simulated_records_are_known_as_such(home):
    assert not promotion.test_rows().is_simulated
    paths.interim("inventory.json").write_text(json.dumps({"simulated": True}))
    assert promotion.test_rows().is_simulated


def test_the_bounds_come_from_params():
    assert set(BOUNDS) == set(params.section("promote"))

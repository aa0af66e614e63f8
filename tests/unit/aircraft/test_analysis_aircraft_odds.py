"""Traits compared like with like: the diagram, what is imputed, odds ratios, checks, words."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.aircraft import (
    checks,
    comparisons,
    effects,
    heldout,
    imputing,
    pooling,
    published,
    reasons,
    tables,
    words,
)
from hindcast.analysis.graph import closes_back_doors

HOMEBUILT = comparisons.COMPARISONS[0]
FULL = list(comparisons.STEPS.values())[-1]


def test_what_is_adjusted_for_closes_all_measured_back_doors_and_no_mediator_is_among_it():
    found = reasons.adjusted_for()
    assert closes_back_doors(reasons.measured(), found)
    assert not found & reasons.DIAGRAM.mediators
    assert found == set(comparisons.STEPS["+ pilot, year built"])


def test_attitude_to_risk_leaves_a_back_door_open():
    told = reasons.asked_for()["adjust for"]
    assert told["as it is"] == "no measured set closes all back doors"
    assert "purpose and rules" in told["if nothing unmeasured drove both"]


def test_every_arrow_has_a_reason_and_every_node_a_place():
    assert reasons.table()["why"].str.len().gt(10).all()
    assert set(reasons.PLACES) == set(reasons.DIAGRAM.graph)


def test_every_node_to_adjust_for_is_measured_by_a_column(fleet):
    for one in comparisons.COMPARISONS:
        named = comparisons.columns(one, FULL)
        assert set(named) <= set(fleet.columns)
        assert one.column not in named


def test_populations_leave_airlines_and_unknown_engines_out(fleet):
    rows = fleet.copy()
    rows.loc[rows.index[:50], "rules"] = "Part 121"
    rows.loc[rows.index[50:80], "is_multi_engine"] = pd.NA
    piston = comparisons.population(rows, comparisons.PISTON)
    assert not set(rows.index[:80]) & set(piston.index)
    assert not piston["is_multi_engine"].any()
    with pytest.raises(KeyError):
        comparisons.population(rows, "gliders")


def test_categories_without_either_outcome_are_lumped():
    outcome = pd.Series([0, 1] * 20 + [0] * 9)
    values = pd.Series(["a"] * 40 + ["b"] * 9)
    assert comparisons.lumped(values, outcome, 5).unique().tolist() == ["a"]


def test_a_crude_ratio_is_that_of_the_table(fleet):
    rows = comparisons.population(fleet, comparisons.PISTON)
    by = rows.groupby(["is_homebuilt", "is_fatal"]).size()
    a, b, c, d = (by[has, fatal] for has in (True, False) for fatal in (True, False))
    found = effects.compared(fleet, [], HOMEBUILT, ())
    assert found["odds_ratio"] == pytest.approx((a / b) / (c / d))
    assert found["rows"] == len(rows)


def test_adjusting_recovers_the_effect_that_was_put_in(fleet_of):
    """Homebuilts retract their gear more often here, and retracting is deadlier by itself."""
    fleet = fleet_of(6000, seed=9)
    crude = effects.compared(fleet, [], HOMEBUILT, ())
    full = effects.compared(fleet, [], HOMEBUILT, comparisons.STEPS["+ other traits"])
    assert full["low"] < np.exp(1.2) < full["high"]
    assert crude["odds_ratio"] > full["odds_ratio"]


def test_a_null_effect_is_not_found(fleet_of):
    found = effects.compared(fleet_of(3000, homebuilt_log_odds=0.0), [], HOMEBUILT,
                             comparisons.STEPS["+ other traits"])  # fmt: skip
    assert found["low"] < 1 < found["high"]


def test_rubins_rules_known_value():
    """Three estimates: within 0.04, between 0.01 (Rubin 1987): total 0.04 + 4/3 * 0.01."""
    found = effects._pooled([(0.9, 0.2), (1.0, 0.2), (1.1, 0.2)])
    assert np.log(found["odds_ratio"]) == pytest.approx(1.0)
    freedom = 2 * (1 + 0.04 / (0.04 / 3)) ** 2
    assert freedom == pytest.approx(32)
    reach = 2.0369333 * np.sqrt(0.04 + 0.04 / 3)
    assert np.log(found["high"]) == pytest.approx(1 + reach, abs=1e-6)


def test_one_fit_has_normal_intervals():
    found = effects._pooled([(0.0, 1.0)])
    assert np.log(found["high"]) == pytest.approx(1.959964, abs=1e-6)


def test_a_trait_that_never_varies_has_no_ratio(fleet):
    found = effects.compared(fleet.assign(is_homebuilt=False), [], HOMEBUILT, ())
    assert np.isnan(found["odds_ratio"])
    assert found["given"] > 0


def test_steps_say_how_many_rows_they_used(ratios):
    assert (ratios["rows"] <= ratios["given"]).all()
    whole = ratios[ratios["step"] == words.FULL].set_index("exposure")["rows"]
    complete = ratios[ratios["step"] == effects.COMPLETE].set_index("exposure")["rows"]
    assert (complete < whole).all()
    assert set(effects.crude_and_adjusted(ratios)["kind"]) == {"crude", "adjusted"}


def test_holms_correction_known_value():
    """Of 0.01, 0.04 and 0.03: three times the least, twice the next, and no less than that."""
    rows = [{"step": words.FULL, "p_value": p} for p in (0.01, 0.04, np.nan, 0.03)]
    found = effects.adjusted(pd.DataFrame(rows))["p_holm"]
    assert found.round(6).tolist()[:2] == [0.03, 0.06]
    assert np.isnan(found[2])
    assert found[3] == pytest.approx(0.06)


def test_small_p_values_are_told_as_a_bound():
    rows = {"exposure": ["a", "b", "c"], "odds_ratio": [1.234, 2.0, np.nan]}
    rows |= {name: [1e-9, 0.02, np.nan] for name in ("p_value", "p_holm")}
    found = tables.odds(pd.DataFrame(rows))
    assert found["p_holm"].tolist() == ["below 0.0001", "0.0200", ""]
    assert found["odds_ratio"].tolist() == [1.23, 2.0, ""]


def test_imputed_values_are_possible_and_the_known_stay(fleet, filled):
    for one in filled:
        assert one.notna().all().all()
        assert one["age_decades"].between(0.1, 6).all()
        known = fleet["age_decades"].notna()
        assert one.loc[known, "age_decades"].equals(fleet.loc[known, "age_decades"])
    assert not filled[0].equals(filled[1])


def test_imputation_gives_the_same_twice(fleet, filled):
    again = imputing.completed(fleet, times=2, seed=7)
    assert all(one.equals(other) for one, other in zip(filled, again, strict=True))


def test_nothing_known_is_left_empty(fleet):
    (one,) = imputing.completed(fleet.assign(pilot_log_hours=np.nan), times=1, seed=1)
    assert one["pilot_log_hours"].isna().all()
    assert one["age_decades"].notna().all()


def test_years_in_which_a_field_is_filled(fleet):
    found = imputing.missing(fleet, {"year built": "age_years", "purpose": "purpose"})
    assert found["years"].tolist() == ["2012-2015", "2010-2015"]
    assert found["filled"].iloc[1] == 1


def test_years_with_gaps_are_several_spans():
    by_year = pd.Series([1.0, 0.9, 0.2, 0.8], index=[2008, 2009, 2010, 2012])
    assert imputing._spans(by_year) == "2008-2009, 2012"


def test_cells_count_the_population(fleet):
    found = checks.cells(fleet).set_index("exposure")
    counts = found.drop(columns="population").sum(axis=1)
    assert counts["amateur-built"] == len(comparisons.population(fleet, comparisons.PISTON))


def test_a_regression_is_calibrated_on_its_own_data(fleet, filled):
    model = checks.fullest(fleet, filled)
    tenths = checks.calibration(model)
    assert tenths["known"].sum() == len(model.outcome)
    expected = (tenths["expected"] * tenths["known"]).sum()
    assert expected == pytest.approx(tenths["fatal"].sum(), rel=1e-6)
    (row,) = checks.hosmer_lemeshow(tenths).to_dict("records")
    assert row["p_value"] > 0.001
    assert checks.inflation(model)["vif"].ge(1).all()


def test_hosmer_and_lemeshow_known_value():
    """Two bins of 100: expected 10 and 20, observed 16 and 20: 36 / 9 = 4."""
    bins = pd.DataFrame({"expected": [0.1, 0.2], "known": 100, "fatal": [16, 20]})
    (row,) = checks.hosmer_lemeshow(bins.assign(fatal_share=[0.16, 0.2])).to_dict("records")
    assert row["statistic"] == pytest.approx(4)
    assert row["largest_gap"] == pytest.approx(0.06)


def test_a_bend_in_age_is_found_and_a_straight_line_is_not(fleet_of):
    fleet = fleet_of(5000, seed=11)
    rng = np.random.default_rng(3)
    age = fleet["age_years"]
    bent = rng.random(len(age)) < 1 / (1 + np.exp(2.5 - ((age.fillna(30) - 30) / 15) ** 2))
    found = checks.age_shape(fleet.assign(is_fatal=pd.array(bent, dtype="boolean")))
    assert found.straight["p_value"] < 1e-6
    assert checks.age_shape(fleet).straight["p_value"] > 0.001
    assert len(checks.told(found)) == 1


def test_too_few_known_ages_have_no_curve(fleet):
    assert checks.age_shape(fleet.assign(age_years=np.nan)) is None
    assert checks.told(None).empty


def test_checks_of_nothing_are_empty(fleet):
    none = fleet.assign(is_fatal=pd.array([False] * len(fleet), dtype="boolean"))
    model = checks.fullest(none, imputing.completed(none, times=1, seed=1))
    assert model is None
    assert checks.inflation(model).empty
    assert checks.hosmer_lemeshow(checks.calibration(model)).empty


def test_published_shares_stand_beside_those_of_the_records(fleet):
    found = published.beside(fleet).set_index("fact")
    own = found.loc["accidents that were amateur-built"]
    rows = fleet[fleet["ev_year"] == 2011]
    assert own["here"] == pytest.approx(rows["is_homebuilt"].astype(float).mean())
    assert own["years"] == "2011"
    assert found["low"].le(found["here"]).all()


def test_published_shares_without_records_of_the_year_use_all_years(fleet):
    found = published.beside(fleet[fleet["ev_year"] > 2011]).set_index("fact")
    assert found.loc["accidents that were amateur-built", "years"] == "2012-2015"


def test_published_shares_beside_nothing(fleet):
    found = published.beside(fleet.head(0))
    assert found["accidents"].eq(0).all()
    assert found["published"].notna().all()


def step_row(step: str, odds_ratio: float, low: float, high: float) -> dict:
    row = {"exposure": "amateur-built", "step": step, "odds_ratio": odds_ratio}
    return row | {"low": low, "high": high}


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((1.8, 1.5, 2.1), "more often fatal"),
        ((0.6, 0.4, 0.9), "less often fatal"),
        ((1.1, 0.8, 1.4), "no clear difference"),
    ],
)
def test_the_headline_on_homebuilts_follows_the_numbers(fleet, interval, said):
    steps = pd.DataFrame([step_row("crude", 1.5, 1.2, 1.9), step_row(words.FULL, *interval)])
    found = words.homebuilt(fleet, steps)
    assert said in found.headline
    assert f"{interval[0]:.2f}" in found.text
    assert found.numbers["adjusted_odds_ratio"] == interval[0]


def test_nothing_is_said_on_homebuilts_that_cannot_be_compared(fleet):
    nothing = pd.DataFrame([step_row("crude", *[np.nan] * 3), step_row(words.FULL, *[np.nan] * 3)])
    assert "cannot be compared" in words.homebuilt(fleet, nothing).headline
    gone = fleet.assign(is_homebuilt=pd.array([pd.NA] * len(fleet), dtype="boolean"))
    assert words.homebuilt(gone, nothing).numbers == {}


def model_row(name: str, known: int, fatal: int, pooled: float) -> dict:
    shares = {"pooled_share": pooled, "low": pooled - 0.03, "high": pooled + 0.03}
    return {"aircraft": name, "known": known, "fatal": fatal} | shares


@pytest.mark.parametrize(("most", "said"), [(0.05, "milder"), (0.2, "ordinary"), (0.5, "deadlier")])
def test_the_headline_on_counts_follows_the_numbers(most, said):
    rows = [model_row("Many", 500, 100, most), model_row("Few", 100, 20, 0.3)]
    found = words.counts(pd.DataFrame(rows), least=30)
    assert said in found.headline
    assert "risk" in found.text
    assert found.numbers["most_accidents"] == "Many"


def test_one_model_is_not_compared():
    assert "Too few" in words.counts(pd.DataFrame([model_row("One", 50, 5, 0.1)]), 30).headline


def forecasts(raw: float, pooled: float) -> pd.DataFrame:
    rows = pd.DataFrame(
        {"is_fatal": [1.0, 0.0] * 50, "aircraft": [f"m{i % 20}" for i in range(100)]}
    )
    shares = dict.fromkeys(heldout.METHODS, 0.5)
    fatal = rows["is_fatal"] == 1
    shares |= {"raw_model": fatal.map({True: raw, False: 1 - raw})}
    shares |= {"pooled": fatal.map({True: pooled, False: 1 - pooled})}
    return rows.assign(**shares)


@pytest.mark.parametrize(
    ("raw", "pooled", "said"),
    [(0.5, 0.8, "only in part"), (0.8, 0.5, "raw shares"), (0.7, 0.7, "no clear difference")],
)
def test_the_headline_on_pooling_follows_the_numbers(raw, pooled, said):
    found = words.pooling(forecasts(raw, pooled))
    assert said in found.headline
    assert found.numbers["loss_overall"] == pytest.approx(np.log(2))


def test_no_year_held_out_is_said():
    assert "No year" in words.pooling(pd.DataFrame()).headline


def test_the_page_tells_three_findings(fleet, ratios):
    models = pooling.models(fleet, pooling.pooled(pooling.counted(fleet)).table)
    found = words.findings(fleet, ratios, models, heldout.forecasts(fleet, 1), least=30)
    assert len(found) == 3
    assert not any("nan" in one.text for one in found)
    assert not any("cause" in one.text for one in found)

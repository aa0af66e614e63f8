"""Weather and light: standardised shares, night with cloud, bounds, what is unmeasured."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2

from hindcast.analysis import graph, odds
from hindcast.analysis.weather_light import accidents as study
from hindcast.analysis.weather_light import (
    adjusted,
    agreement,
    causes,
    interaction,
    missing,
    sensitivity,
    standard,
    strata,
)
from hindcast.analysis.weather_light.adjusted import Exposure

FOUR = [(0, 0, 100, 10), (0, 1, 100, 20), (1, 0, 100, 40), (1, 1, 100, 80)]
"""IMC, night, accidents, fatal: ratios that multiply (2 and 4 to 8)."""


def test_without_adjustment_standardised_shares_are_the_plain_ones(expand):
    """Ratio and interval are those of the 2x2 table (Katz's logarithms), which statsmodels has."""
    rows = adjusted.complete(expand(FOUR), "is_imc")
    fit = adjusted.adjust(rows, "is_imc")
    found = standard.levels(fit, rows, [{"is_imc": 1.0}, {"is_imc": 0.0}])
    assert found.means == pytest.approx([0.6, 0.15])
    told = standard.ratio(found, 0, 1)
    own = Table2x2([[120, 80], [30, 170]])
    assert told.value == pytest.approx(own.riskratio)
    assert (told.low, told.high) == pytest.approx(own.riskratio_confint())
    assert told.p_value == pytest.approx(own.riskratio_pvalue(), abs=1e-9)


def test_a_confounder_is_taken_out(expand):
    """The share is 0.2 and 0.6 by stratum whatever the weather, and IMC is for the second."""
    counts = [(0, 0, 800, 160), (1, 0, 200, 40), (0, 1, 200, 120), (1, 1, 800, 480)]
    frame = expand([(imc, stratum, n, f) for imc, stratum, n, f in counts])
    fit = odds.logistic(frame, "is_fatal ~ is_imc + is_night")
    found = standard.levels(fit, frame, [{"is_imc": 1.0}, {"is_imc": 0.0}])
    assert found.means == pytest.approx([0.4, 0.4], abs=1e-6)
    crude = standard.observed(frame, [frame["is_imc"].astype(bool), ~frame["is_imc"].astype(bool)])
    assert crude.means == pytest.approx([0.52, 0.28])


def test_shares_over_the_exposed_need_no_others(expand):
    """A saturated model: ratios of 4 by day and 2 by night, and most in IMC fly by night."""
    counts = [(0, 0, 400, 40), (0, 1, 100, 30), (1, 0, 100, 40), (1, 1, 300, 180)]
    rows = expand(counts)
    fit = odds.logistic(rows, "is_fatal ~ is_imc * is_night")
    over = rows["is_imc"].astype(bool)
    found = standard.levels(fit, rows, [{"is_imc": 1.0}, {"is_imc": 0.0}], over)
    assert found.means == pytest.approx([220 / 400, (100 * 0.1 + 300 * 0.3) / 400])
    assert found.rows == 400
    observed = standard.observed(rows, [over])
    assert found.covariance[0, 0] == pytest.approx(observed.covariance[0, 0])


def test_its_error_is_that_of_drawing_accidents_anew():
    rng = np.random.default_rng(11)
    x = rng.normal(size=300)
    imc = rng.random(300) < 1 / (1 + np.exp(-x))
    fatal = rng.random(300) < 1 / (1 + np.exp(1.5 - x - imc))
    frame = pd.DataFrame({"x": x, "is_imc": imc, "is_fatal": fatal})

    def estimate(rows: pd.DataFrame) -> standard.Levels:
        fit = odds.logistic(rows, "is_fatal ~ is_imc + x")
        return standard.levels(fit, rows, [{"is_imc": 1.0}, {"is_imc": 0.0}])

    drawn = [estimate(frame.sample(300, replace=True, random_state=at)).means for at in range(50)]
    told = np.sqrt(np.diag(estimate(frame).covariance))
    assert told == pytest.approx(np.std(drawn, axis=0), rel=0.25)


def test_shares_are_standardised_over_the_rows_of_the_regression_only(expand):
    rows = expand(FOUR)
    fit = odds.logistic(rows, "is_fatal ~ is_imc")
    with pytest.raises(ValueError, match="10 accidents, but the regression saw 400"):
        standard.levels(fit, rows.head(10), [{"is_imc": 1.0}])


def test_a_spline_of_what_is_set_is_rebuilt():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.uniform(0, 10, 800), "z": rng.normal(size=800)})
    frame["is_fatal"] = rng.random(800) < 1 / (1 + np.exp(frame["x"] / 3))
    fit = odds.logistic(frame, "is_fatal ~ cr(x, df=4, constraints='center') + z")
    found = standard.levels(fit, frame, [{"x": at} for at in (1.0, 9.0)])
    by_hand = [fit.result.predict(frame.assign(x=at)).mean() for at in (1.0, 9.0)]
    assert found.means == pytest.approx(by_hand)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_share_of_none_or_all_has_no_interval(p):
    told = standard.share(standard.Levels(np.array([p]), np.zeros((1, 1)), 9), 0)
    assert told.value == p
    assert np.isnan(told.low)


def test_ratios_that_multiply_do_not_add(expand, constant):
    found = interaction.study(expand(FOUR).assign(**constant))
    by_name = {name: how(found["crude"]) for name, _, _, how in interaction.MEASURES}
    assert by_name["ratio of ratios"].value == pytest.approx(1.0)
    assert by_name["RERI"].value == pytest.approx(8 - 4 - 2 + 1)
    assert by_name["attributable proportion"].value == pytest.approx(3 / 8)
    assert by_name["RERI"].low > 0
    assert by_name["ratio of ratios"].low < 1 < by_name["ratio of ratios"].high
    assert found["adjusted"].means == pytest.approx(found["crude"].means)
    product = (0.8 / 0.2) / (0.4 / 0.6) / ((0.2 / 0.8) / (0.1 / 0.9))
    assert found["odds"]["adjusted"].value == pytest.approx(product)


def test_differences_that_add_have_no_excess(expand, constant):
    counts = [(0, 0, 200, 20), (0, 1, 200, 60), (1, 0, 200, 100), (1, 1, 200, 140)]
    found = interaction.study(expand(counts).assign(**constant))
    assert standard.delta(found["crude"], interaction.excess).value == pytest.approx(0, abs=1e-9)
    resampled = interaction.resampled(found, rounds=400, seed=1)
    assert resampled["crude"].tolist() == [0, 0, 0]
    pd.testing.assert_frame_equal(resampled, interaction.resampled(found, rounds=400, seed=1))


def test_resampling_bears_the_delta_method_out(expand, constant):
    found = interaction.study(expand(FOUR).assign(**constant))
    row = interaction.resampled(found, rounds=4000, seed=2).iloc[0]
    delta, drawn = ([float(x) for x in row[c].split(" to ")] for c in ("delta method", "resampled"))
    assert delta == pytest.approx(drawn, abs=0.03)


def test_a_cell_too_small_is_no_study(expand, constant):
    counts = [*FOUR[:3], (1, 1, 5, 4)]
    found = interaction.study(expand(counts).assign(**constant))
    assert found is None
    assert interaction.table(found).empty
    assert interaction.shares(found).empty
    assert interaction.resampled(found, rounds=5, seed=1).empty
    assert interaction.expectations(found) is None


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1, max_size=80),
    st.integers(1, 4),
)
def test_lumped_levels_have_both_outcomes_or_are_all_one(rows, least):
    values, fatal = pd.Series([v for v, _ in rows]), pd.Series([f for _, f in rows])
    levels = adjusted.lumped(values, fatal, least)
    counts = fatal.groupby(levels).agg(["size", "sum"])
    small = counts[(counts["sum"] < least) | (counts["size"] - counts["sum"] < least)]
    assert len(levels) == len(values)
    assert small.empty or len(counts) == 1


def test_accidents_of_unknown_exposure_are_left_out_and_counted(known):
    some = known.copy()
    some.loc[some.index[:50], "is_imc"] = pd.NA
    (crude, adjusted_row) = adjusted.contrast(some, adjusted.EXPOSURES[0])
    assert (crude["rows"], crude["given"]) == (len(known) - 50, len(known))
    assert crude["risk_ratio"] > 1
    assert adjusted_row["odds_ratio"] > adjusted_row["risk_ratio"]


def test_conditions_without_records_are_not_compared(contrasts):
    found = contrasts
    assert "crosswind of 10 kts or more" not in set(found["exposure"])
    assert set(found["kind"]) == {"crude", "adjusted"}
    own = found[found["kind"].eq("adjusted")]
    assert (own["q_value"] >= own["p_value"]).all()
    assert found.loc[found["kind"].eq("crude"), "q_value"].isna().all()
    assert len(adjusted.table(found)) == len(own)


def test_nothing_to_compare_is_an_empty_frame(known):
    none = adjusted.contrasts(known, [Exposure("crosswind", "strong_crosswind", ())])
    assert none.empty
    assert adjusted.table(none).empty


@pytest.mark.parametrize("diagram", [causes.IMC, causes.NIGHT])
def test_what_is_adjusted_for_closes_back_doors_but_for_what_is_unmeasured(diagram):
    chosen = set(causes.parents(diagram))
    assert graph.closes_back_doors(causes.measured(diagram), chosen)
    assert not graph.closes_back_doors(diagram, chosen)
    assert graph.adjustment_set(diagram) is None
    assert not chosen & diagram.mediators
    assert set(causes.PLACES) == set(diagram.graph)
    assert list(causes.reasons(diagram).columns) == [
        "adjusted for",
        "on the exposure",
        "on the outcome",
    ]


def test_every_column_of_the_diagram_is_there_and_full(known):
    columns = causes.columns(list(causes.COLUMNS))
    assert known[columns].notna().all().all()


def test_a_blank_gust_beside_a_wind_is_none_and_alone_is_unknown(known):
    frame = known.head(3).assign(wind_speed_kts=[5.0, None, None], gust_kts=[None, None, 20.0])
    flags = study.weather_flags(frame)
    assert flags["gusty"].to_list() == [False, pd.NA, True]
    assert flags["strong_wind"].to_list() == [False, pd.NA, pd.NA]


def test_unknown_codes_are_groups_of_their_own(invented):
    frame = pd.DataFrame({"light_cond": ["DAYL", "XX", "NR", None]})
    assert agreement.light(frame).astype(str).to_list() == ["day", "XX", "unknown", "unknown"]
    made = study.with_groups(
        invented(40).assign(far_part="437", acft_category=None, purpose_group="new")
    )
    assert set(made["part"]) == {"other"}
    assert set(made["aircraft_kind"]) == {"unknown"}
    assert set(made["purpose_told"]) == {"new"}


def test_kappa_known_value():
    """20, 5, 10, 15 of 50: kappa is 0.4."""
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    one, other = (pd.Series(c, dtype="boolean") for c in zip(*pairs, strict=True))
    found = agreement.kappa(one, other)
    assert found["kappa"] == pytest.approx(0.4)
    assert found["agree"] == pytest.approx(0.7)
    assert np.isnan(agreement.kappa(one, one.mask(one))["kappa"])


def test_pairs_and_distances_say_how_many(known):
    found = agreement.pairs(known)
    assert found["kappa"].iloc[0] == pytest.approx(1.0)
    assert agreement.by_distance(known)["accidents"].sum() == len(known)
    assert agreement.by_distance(known.assign(weather_station_distance_sm=np.nan)).empty
    assert agreement.weather_and_station(known).to_numpy().sum() == len(known)
    assert agreement.by_sun(known).to_numpy().sum() == len(known)
    assert agreement.light_and_sun(known).select_dtypes("number").to_numpy().sum() == len(known)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.booleans(), min_size=30, max_size=30))
def test_no_guess_lies_outside_the_extremes(expand, guess):
    base = expand([(0, 0, 60, 9), (1, 0, 40, 24)])
    unknown = pd.DataFrame({"is_imc": pd.array([None] * 30, dtype="boolean"), "is_night": False})
    frame = pd.concat([base, unknown.assign(is_fatal=[at < 12 for at in range(30)])])
    frame = frame.reset_index(drop=True).astype({"is_fatal": bool})
    found = missing.bounds(frame).set_index("guess")["ratio"]
    imc = frame["is_imc"].astype("object")
    imc[imc.isna()] = guess
    shares = frame["is_fatal"].groupby(imc.astype(bool)).mean()
    low, high = found["IMC only where nobody died"], found["IMC only where somebody died"]
    assert low - 1e-9 <= shares[True] / shares[False] <= high + 1e-9


def test_bounds_without_any_imc_have_no_ratio(expand):
    frame = expand([(0, 0, 60, 9)])
    assert missing.bounds(frame)["ratio"].isna().all()


def test_missing_fields_are_ordered_by_the_gap(known):
    gone = known.assign(visibility_sm=known["visibility_sm"].mask(known["is_fatal"].astype(bool)))
    found = missing.by_severity(gone)
    assert found["field"].iloc[0] == "visibility"
    assert (found["fatal"].iloc[0], found["other"].iloc[0]) == (1.0, 0.0)


def test_simpsons_paradox_is_seen(expand):
    """Within each part IMC is less often fatal; over both it is more often."""
    counts = {"91": [(1, 0, 400, 320), (0, 0, 100, 95)], "135": [(1, 0, 100, 10), (0, 0, 800, 240)]}
    frame = pd.concat([expand(rows).assign(part=part) for part, rows in counts.items()])
    same = {c: "same" for c in strata.GROUPINGS.values() if c != "part"}
    frame = frame.assign(**same).reset_index(drop=True)
    found = strata.ratios(frame)
    by_part = found[found["grouping"].eq("regulation")]
    imc = frame["is_imc"].astype(bool)
    overall = standard.ratio(standard.observed(frame, [imc, ~imc]), 0, 1).value
    assert overall > 1
    assert strata.reversals(by_part, overall) == ["135", "91"]
    pooled = strata.pooled(frame).set_index("grouping").loc["regulation"]
    assert pooled["pooled odds ratio"] < 1 < pooled["crude odds ratio"]
    assert "2 turn the comparison round" in strata.verdict(by_part, ["135", "91"])


def test_no_group_large_enough_is_said():
    assert strata.verdict(pd.DataFrame(), []).startswith("No kind of flight")
    assert strata.table(pd.DataFrame()).empty


def test_balance_puts_the_largest_difference_first(known):
    found = strata.balance(known.assign(homebuilt_told=np.where(known["is_imc"], "no", "yes")))
    assert found["what"].iloc[0] == "homebuilt"
    assert found["smd"].iloc[0] == -np.inf
    smd = found["smd"].abs().to_list()
    assert smd == sorted(smd, reverse=True)


def test_a_standardised_difference_known_value():
    """Shares of 0.5 and 0.1 differ by 0.4 over the root of (0.25 + 0.09) / 2."""
    assert strata._standardised(0.5, 0.1) == pytest.approx(0.4 / np.sqrt(0.17))
    assert strata._standardised(1.0, 1.0) == 0


@settings(deadline=None, max_examples=40)
@given(st.floats(0.05, 20))
def test_an_e_value_lies_on_the_frontier_and_is_the_same_turned_round(ratio):
    e = sensitivity.e_value(ratio)
    above = max(ratio, 1 / ratio)
    assert e >= above
    assert e == pytest.approx(sensitivity.e_value(1 / ratio))
    if above > 1.001:
        assert above * (e - 1) / (e - above) == pytest.approx(e, rel=1e-6)


def test_the_ladder_goes_from_crude_to_all(known, steps):
    assert steps["role"].iloc[0] == "crude"
    assert (steps["role"] == "main").sum() == 1
    main = adjusted.contrast(known, adjusted.EXPOSURES[0])[1]
    assert steps.set_index("role").loc["main", "ratio"] == pytest.approx(main["risk_ratio"])
    of_ratio, of_bound = sensitivity.frontiers(steps)
    assert len(of_ratio) == len(of_bound) > 10
    none = sensitivity.frontiers(steps[steps["role"].eq("crude")])
    assert all(frame.empty for frame in none)


def test_benchmarks_are_turned_to_lie_over_one(known):
    found = sensitivity.benchmarks(known)
    assert (found[["with_exposure", "with_outcome"]] >= 1).all().all()
    assert set(found["pushes"]) <= {"up", "down"}

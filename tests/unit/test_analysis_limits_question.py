"""The causal question of the page on limits: estimators that recover effects which are known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast.analysis.graph import adjustment_set
from hindcast.analysis.limits import (
    balance,
    bounds,
    controls,
    estimators,
    imputed,
    question,
    words,
)
from hindcast.analysis.limits.hours import COMMUTERS, OTHERS

ADJUSTED = ("regression", "weighting", "doubly robust")


def flights(size: int, effect: float, seed: int, twins: float = 1.5) -> pd.DataFrame:
    """Draw accidents in which twins have a second pilot more often, and are fatal less often.

    ``effect`` is what a second pilot adds to everyone's chance of a fatal outcome.
    """
    draw = np.random.default_rng(seed)
    twin = draw.random(size) < 0.4
    second = draw.random(size) < 1 / (1 + np.exp(1.5 - twins * twin))
    fatal = draw.random(size) < 0.6 - 0.3 * twin + effect * second
    flags = dict.fromkeys(("is_imc",), True) | dict.fromkeys(("is_alaska", "is_homebuilt"), False)
    columns = {
        "far_part": "091",
        "acft_category": "AIR",
        "ev_year": 2015,
        "purpose_group": np.where(draw.random(size) < 0.2, "business", "personal"),
        "pilot_hours_log": np.where(draw.random(size) < 0.2, np.nan, draw.normal(7, 1, size)),
        "pilot_age_years": draw.normal(50, 10, size),
        "is_professional_pilot": draw.random(size) < 0.3,
        "is_turbine": draw.random(size) < 0.2,
        "engines_count": 1.0 + twin,
        "is_night": draw.random(size) < 0.3,
        "ceiling_ft": draw.uniform(100, 1000, size),
        "visibility_sm": draw.uniform(0.1, 3, size),
        "crew_certificated_count": 1.0 + second,
        "has_instructor": False,
        "is_weekend": draw.random(size) < 0.3,
        "season": np.where(draw.random(size) < 0.3, "winter", "summer"),
        "aircraft_age_years": draw.uniform(1, 60, size),
        "has_second_pilot": second,
        "is_fatal": fatal,
    }
    frame = pd.DataFrame(columns | flags)
    named = [c for c in frame if c.startswith(("is_", "has_"))]
    return frame.astype(dict.fromkeys(named, "boolean"))


@pytest.fixture(scope="module")
def asked() -> question.Question:
    return question.posed(flights(4000, 0.1, 11))


@pytest.fixture(scope="module")
def effects(asked) -> pd.DataFrame:
    return estimators.effects(asked, 0.02, estimators.draws(asked, 0.02, 60, 3))


def test_estimators_recover_a_known_effect_that_the_crude_one_misses(effects):
    found = effects.set_index("method")
    assert found.loc["crude", "difference"] < 0.05
    for name in ADJUSTED:
        assert found.loc[name, "difference"] == pytest.approx(0.1, abs=0.04)
        assert found.loc[name, "low"] < 0.1 < found.loc[name, "high"]


def test_no_effect_is_found_where_there_is_none():
    found = estimators.quick(estimators.arrays(question.posed(flights(4000, 0.0, 5))), 0.02)
    assert found["low"] < 0 < found["high"]
    assert abs(found["difference"]) < 0.05


def test_statsmodels_agrees(asked, effects):
    own = effects.set_index("method")["difference"]
    for row in estimators.second_opinion(asked).itertuples():
        assert own[row.method] == pytest.approx(row.difference, abs=0.01)


def test_the_bootstrap_and_the_influence_function_agree(asked, effects):
    quick = estimators.quick(estimators.arrays(asked), 0.02)
    row = estimators.answer(effects)
    assert quick["difference"] == pytest.approx(row["difference"])
    wide = quick["high"] - quick["low"]
    assert row["high"] - row["low"] == pytest.approx(wide, rel=0.35)


def test_draws_are_the_same_for_a_seed(asked):
    one, two = (estimators.draws(asked, 0.02, 2, 9) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_weights_balance_and_cost_accidents(asked):
    unlike = balance.standardised(asked, 0.02).assign(size=lambda f: f["difference"].abs())
    most = unlike.groupby("kind")["size"].max()
    assert most["before"] > 0.4
    assert most["inverse probability weights"] < balance.LIMIT
    assert most["overlap weights"] < 0.01
    sizes = balance.sizes(asked, 0.02)
    assert (sizes["effective"] <= sizes["accidents"] + 1e-9).all()
    scores = balance.scores(asked)
    assert scores["propensity"].is_monotonic_increasing
    assert scores["propensity"].astype(float).between(0.02, 0.98).all()
    assert set(balance.who(asked)["covariate"]) == set(unlike["covariate"])


def test_stabilised_weights_average_one(asked):
    weight = estimators.weights(estimators.models(estimators.arrays(asked)), 0.0)
    assert weight.mean() == pytest.approx(1, abs=0.02)


def test_every_step_is_counted():
    rows = flights(400, 0.1, 2)
    rows.loc[:9, "is_imc"] = False
    rows.loc[10:19, "far_part"] = "135"
    rows.loc[20:29, "is_fatal"] = pd.NA
    rows.loc[30:39, "has_second_pilot"] = pd.NA
    rows.loc[40:49, "pilot_age_years"] = np.nan
    told = question.steps(question.posed(rows))
    assert told["accidents"].tolist() == [400, 390, 390, 380, 370, 360, 350]
    assert told["lost"].tolist() == [0, 10, 0, 10, 10, 10, 10]


@pytest.mark.parametrize("gone", ["pilot_age_years", "pilot_hours_log", "engines_count"])
def test_a_covariate_these_records_lack_is_left_out_and_named(gone):
    found = question.posed(flights(300, 0.1, 2).assign(**{gone: np.nan}))
    used = question.adjusted(found)
    assert found.left_out
    assert not used["is_used"].all()
    assert np.isfinite(found.matrix()).all()
    assert estimators.quick(estimators.arrays(found), 0.02)["error"] > 0


def test_without_the_exposure_there_is_no_answer_and_no_error():
    rows = flights(200, 0.1, 2).assign(has_second_pilot=pd.array([pd.NA] * 200, dtype="boolean"))
    none = question.posed(rows)
    assert not none.is_answerable
    assert "0 with a second pilot" in none.why_not()
    again = estimators.draws(none, 0.02, 2, 1)
    effects = estimators.effects(none, 0.02, again)
    answer, sizes = estimators.answer(effects), balance.sizes(none, 0.02)
    empties = [
        again,
        effects,
        sizes,
        estimators.second_opinion(none),
        balance.standardised(none, 0.02),
        balance.scores(none),
        balance.who(none),
        bounds.e_values(effects),
        bounds.measured(none),
        bounds.selection(answer, again),
        bounds.per_flight(answer),
        bounds.tipping(pd.DataFrame(), answer),
        bounds.power_curves(answer, sizes),
        bounds.seen(answer, sizes),
        controls.negative(none, 0.02),
        controls.left_out(none, 0.02),
        controls.placebo_told(0.0, controls.placebo(none, 0.02, 2, 1)),
    ]
    assert all(frame.empty for frame in empties)
    assert controls.otherwise(rows, 0.02, 1)["difference"].notna().sum() >= 1  # crew as listed
    assert controls.fields_disagree(rows)["second_pilot_field"].tolist() == ["unknown"]
    assert bounds.factors(effects) == {}
    assert "too few" in words.answered(effects).data


def test_the_adjustment_set_is_computed_from_the_diagram():
    assert adjustment_set(question.ASSUMED) == {"purpose", "pilot", "aircraft", "night"}
    assert set(question.COVARIATES) == adjustment_set(question.ASSUMED)
    assert question.ASSUMED.mediators == {"handling", "weather_met"}
    found = question.identified().set_index("assumed")
    assert found["closes_back_doors"].tolist() == [True, False, True]
    assert found["left_open"].tolist() == ["nothing", "a path stays open", "a path stays open"]


def test_selection_on_the_accident_opens_a_path():
    chosen = adjustment_set(question.SELECTED)
    assert not question.association_through(question.SELECTED, chosen, set())
    assert question.association_through(question.SELECTED, chosen, {"accident"})


def test_negative_controls_and_placebos_find_nothing(asked, effects):
    found = controls.negative(asked, 0.02)
    assert found["what"].tolist() == [
        "on a weekend",
        "in winter",
        "airframe older than 30 years",
    ]
    assert (found["q_value"] > 0.01).all()
    dealt = controls.placebo(asked, 0.02, 40, 4)
    assert abs(np.median(dealt)) < 0.02
    seen = estimators.answer(effects)["difference"]
    assert controls.p_value(seen, dealt) < 0.05
    assert controls.placebo_told(seen, dealt)["deals"].iloc[0] == 40


def test_a_negative_control_shows_confounding_that_is_left():
    rows = flights(4000, 0.0, 8)
    careful = np.random.default_rng(1).random(4000) < 0.5
    second = np.random.default_rng(2).random(4000) < np.where(careful, 0.5, 0.1)
    weekend = np.random.default_rng(3).random(4000) < np.where(careful, 0.2, 0.6)
    confounded = rows.assign(
        has_second_pilot=pd.array(second, dtype="boolean"),
        is_weekend=pd.array(weekend, dtype="boolean"),
    )
    found = controls.negative(question.posed(confounded), 0.02).set_index("what")
    assert found.loc["on a weekend", "q_value"] < 0.001


def test_leaving_out_the_confounder_moves_most(asked):
    assert controls.left_out(asked, 0.02)["without"].iloc[0] == "several engines"


def test_other_ways_of_asking(asked):
    rows = flights(1500, 0.1, 21)
    found = controls.otherwise(rows, 0.02, 3).set_index("what")
    assert found.loc["without lessons", "accidents"] == found.loc["as asked above", "accidents"]
    assert found["difference"].notna().all()
    assert found["difference"].between(0, 0.25).all()
    fields = controls.fields_disagree(rows).set_index("second_pilot_field")
    assert fields.loc["yes", "one"] == 0


def test_imputed_hours_keep_the_known_effect(asked):
    found = imputed.effect(asked, 0.02, 5)
    assert found["low"] < 0.1 < found["high"]
    assert np.isnan(imputed.effect(question.posed(flights(5, 0, 1)), 0.02, 5)["difference"])


def test_rubins_rules_add_what_the_sets_differ_by():
    apart = pd.DataFrame({"difference": [0.0, 0.2], "error": [0.05, 0.05]})
    same = apart.assign(difference=0.1)
    wide, narrow = (found["high"] - found["low"] for found in map(imputed.pooled, (apart, same)))
    assert wide > 3 * narrow


@given(st.floats(0.05, 20))
def test_e_values_are_alike_for_a_ratio_and_its_inverse(ratio):
    assert bounds.e_value(ratio) == pytest.approx(bounds.e_value(1 / ratio))
    assert bounds.e_value(ratio) >= max(ratio, 1 / ratio)


def test_the_e_value_lies_on_the_bias_curve():
    factor = 2.0
    edge = bounds.bias_curve(factor)
    product = edge["with_exposure"] * edge["with_outcome"]
    total = edge["with_exposure"] + edge["with_outcome"] - 1
    assert (product / total).tolist() == pytest.approx([factor] * len(edge))
    apart = (edge["with_exposure"] - edge["with_outcome"]).abs()
    assert edge["with_exposure"][apart.idxmin()] == pytest.approx(bounds.e_value(factor), rel=0.05)
    assert bounds.bias_curve(20.0).empty


def test_without_selection_the_bounds_are_the_estimate_and_they_only_widen(asked, effects):
    answer = estimators.answer(effects)
    found = bounds.selection(answer, estimators.draws(asked, 0.02, 20, 3))
    first = found.iloc[0]
    assert first["lower"] == pytest.approx(answer["difference"])
    assert first["upper"] == pytest.approx(answer["difference"])
    assert (found["upper"].diff().dropna() >= -1e-9).all()
    assert (found["lower"].diff().dropna() <= 1e-9).all()
    flights_told = bounds.per_flight(answer).set_index("rate_ratio")
    assert flights_told.loc[2.0, "ratio"] == pytest.approx(2 * answer["ratio"])
    tips = bounds.tipping(found, answer)["value"]
    assert tips[2] == pytest.approx(1 / answer["ratio"], abs=0.001)


def test_trimming_bounds_hold_the_truth_among_accidents_that_happen_either_way():
    """A second pilot prevents a third of accidents, mild ones only, and saves nobody else."""
    draw = np.random.default_rng(4)
    severe = draw.random(200_000) < 0.5
    prevented = ~severe & (draw.random(200_000) < 2 / 3)
    fatal = severe & (draw.random(200_000) < 0.8)
    answer = pd.Series(
        {"method": "x", "with_it": fatal[~prevented].mean(), "without": fatal.mean()}
    )
    again = pd.DataFrame(
        {"method": ["x"], "with_it": answer["with_it"], "without": answer["without"]}
    )
    row = bounds.selection(answer, again).set_index("prevented").loc[0.34]
    assert answer["with_it"] - answer["without"] > 0.15
    assert row["lower"] < 0 < row["upper"] + 0.01


def test_power_grows_with_the_effect_and_the_accidents(asked, effects):
    answer, sizes = estimators.answer(effects), balance.sizes(asked, 0.02)
    curves = bounds.power_curves(answer, sizes)
    for _, own in curves.groupby("label"):
        assert own["power"].is_monotonic_increasing
    small, large = (bounds.smallest_seen(0.6, size, 5 * size) for size in (50, 500))
    assert large < small
    assert np.isnan(bounds.smallest_seen(0.05, 5, 5))
    needed = bounds.accidents_needed(0.6, small, 1 / 6)
    assert needed == pytest.approx(300, rel=0.01)
    assert bounds.seen(answer, sizes)["accidents_for_half"].gt(1000).all()


def answers(crude: tuple, adjusted: tuple) -> pd.DataFrame:
    rows = [("crude", *crude), ("doubly robust", *adjusted)]
    frame = pd.DataFrame(rows, columns=["method", "difference", "low", "high"])
    ratios = {"ratio": 1 + frame["difference"], "ratio_low": 1 + frame["low"]}
    return frame.assign(with_it=0.5, without=0.6, **ratios, ratio_high=1 + frame["high"])


USED = pd.DataFrame({"node": ["purpose", "pilot", "night"], "is_used": [True, False, True]})
SEEN = pd.DataFrame({"smallest_fall": [0.15, 0.2]})
NONE, LESS, MORE = (0.0, -0.1, 0.1), (-0.2, -0.3, -0.1), (0.2, 0.1, 0.3)


@pytest.mark.parametrize(
    ("crude", "adjusted", "headline", "plain"),
    [
        (LESS, NONE, "advantage can no longer be seen", "cannot say whether it helps or harms"),
        (MORE, NONE, "disadvantage can no longer be seen", "10 fewer to 10 more"),
        (NONE, NONE, "cannot be seen", "cannot say"),
        (NONE, LESS, "less often fatal, if the diagram holds", "10 to 30 fewer"),
        (NONE, MORE, "more often fatal, if the diagram holds", "10 to 30 more"),
    ],
)
def test_the_words_on_a_second_pilot_follow_the_numbers(crude, adjusted, headline, plain):
    effects = answers(crude, adjusted)
    found = words.second_pilot(effects, SEEN, USED)
    assert headline in found.headline
    assert "Adjusted for purpose and night, the difference" in found.text
    assert ("E-value" in found.text) == (adjusted is not NONE)
    assert plain in words.answered(effects).data


def operation(fatal: int, accidents: int, flown: float) -> dict:
    share, rate = fatal / accidents, 1e5 * fatal / flown
    told = {"accidents": accidents, "severity_unknown": 0, "fatal": fatal, "flight_hours": flown}
    shares = {"fatal_share": share, "low": share, "high": share}
    return told | shares | {"fatal_rate": rate, "rate_low": rate, "rate_high": rate}


@pytest.mark.parametrize(
    ("hire", "rest", "headline"),
    [
        ((50, 100, 1e7), (200, 1000, 1e7), "hangs on what one divides by"),
        ((50, 100, 1e6), (200, 1000, 1e7), "point the same way"),
        ((18, 80, 7e6), (420, 2290, 4e7), "hardly be told apart go with rates far apart"),
        ((10, 50, 5e6), (20, 100, 1e7), "cannot be told apart"),
    ],
)
def test_the_words_on_rates_follow_the_numbers(hire, rest, headline):
    rows = [{"operation": COMMUTERS} | operation(*hire), {"operation": OTHERS} | operation(*rest)]
    assert headline in words.rates(pd.DataFrame(rows)).headline


@pytest.mark.parametrize(
    ("last", "headline"), [(2, "No make can be"), (1, "One make stays the safest")]
)
def test_the_words_on_makes_follow_the_numbers(last, headline):
    settled = pd.DataFrame({"factor": [1.0, 1.5, 2.0], "pairs": 3, "settled": [3, 2, 1]})
    places = pd.DataFrame({"safest": [1, 2, 3] if last == 1 else [1, 3, 3]})
    found = words.safest(settled, places, 1.5)
    assert headline in found.headline
    assert found.numbers["settled_by_hours"] == 2


def test_three_findings_even_of_nothing():
    settled = pd.DataFrame({"factor": [1.0], "pairs": [0], "settled": [0]})
    empty = pd.DataFrame({"operation": [], "fatal_share": []})
    places = pd.DataFrame({"safest": []})
    found = words.findings(empty, settled, places, 1.5, pd.DataFrame(), SEEN, USED)
    assert [finding.text for finding in found] == [words.NONE] * 3

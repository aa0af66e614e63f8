"""Causes: association rules with intervals, tests and later years; the page's findings in words."""

import json

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.causes import events, rules, words
from hindcast.figures import causes_rules, causes_time

mpl.use("agg")

STALL, SPEED, FUEL, LOST = "01062042", "01062010", "01071010", "02022025"


def findings(rows: list[tuple[str, int, bool | None, str]]) -> pd.DataFrame:
    told = pd.DataFrame(rows, columns=["ev_id", "year", "is_fatal", "subsection"])
    parts = {name: told["subsection"].str[:n] for name, n in (("category", 2), ("subcategory", 4))}
    return told.assign(**parts, section=told["subsection"].str[:6]).astype({"is_fatal": "boolean"})


def baskets(n: int, seed: int) -> pd.DataFrame:
    """Accidents in which disorientation goes with death and a stall with low speed."""
    draw = np.random.default_rng(seed)
    fatal = draw.random(n) < 0.2
    slow = draw.random(n) < 0.3
    columns = {
        SPEED: slow,
        STALL: draw.random(n) < np.where(slow, 0.6, 0.05),
        FUEL: draw.random(n) < 0.2,
        LOST: draw.random(n) < np.where(fatal, 0.5, 0.02),
    }
    held = pd.DataFrame(columns)
    held["010620"] = held[SPEED] | held[STALL]
    return held.assign(**{rules.FATAL: fatal, "year": 2010})


def judged(own: pd.DataFrame, least: int = 20) -> pd.DataFrame:
    return rules.judged(rules.mined(own, least), rounds=300, seed=1)


def to_fatal(found: pd.DataFrame, code: str) -> pd.Series:
    """Return the rule from one finding to a fatal outcome."""
    sides = zip(found["items_left"], found["item_right"], strict=True)
    (row,) = (at for at, side in enumerate(sides) if side == ((code,), rules.FATAL))
    return found.iloc[row]


def test_baskets_hold_no_verdict_of_an_autopsy_and_no_unknown_severity():
    rows = [("a", 2010, True, STALL), ("a", 2010, True, "02012010"), ("b", 2010, None, FUEL)]
    own = rules.baskets(findings([*rows, ("c", 2011, False, "05000000")]))
    assert own.index.tolist() == ["a"]
    assert sorted(own.columns) == sorted(["010620", STALL, rules.FATAL, "year"])


def test_counts_are_those_of_the_accidents():
    own = baskets(1500, 2)
    for row in rules.mined(own, 20).itertuples():
        left = own[list(row.items_left)].all(axis=1)
        assert row.left == left.sum()
        assert row.both == (left & own[row.item_right]).sum()
        assert row.both >= 20


def test_definitions_are_marked_and_not_judged():
    own = baskets(1500, 2)
    found = rules.mined(own, 20)
    assert found["is_definition"].any()
    kept = rules.judged(found, rounds=50, seed=1)
    assert not any(rules.is_definition(row.items_left, row.item_right) for row in kept.itertuples())


def test_what_was_planted_is_found_with_its_lift():
    found = judged(baskets(4000, 3))
    lost = to_fatal(found, LOST)
    share = 0.2 * 0.5 / (0.2 * 0.5 + 0.8 * 0.02)
    assert lost["low"] < share / 0.2 < lost["high"]
    assert lost["q"] < 1e-10
    fuel = to_fatal(found, FUEL)
    assert fuel["low"] < 1 < fuel["high"]


def test_a_rule_without_exceptions_has_an_interval_too():
    rule = {"items_left": [(LOST,)], "item_right": [rules.FATAL], "is_definition": [False]}
    frame = pd.DataFrame({**rule, "n": [1000], "left": [10], "right": [200], "both": [10]})
    found = rules.judged(frame, rounds=2000, seed=1).iloc[0]
    assert found["lift"] == 5
    assert found["low"] < 4.5


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_holds_the_truth_where_nothing_goes_together(seed):
    draw = np.random.default_rng(seed)
    own = pd.DataFrame(draw.random((3000, 2)) < [0.1, 0.2], columns=[FUEL, rules.FATAL])
    found = judged(own.assign(year=2010))
    assert found["low"].item() < 1 < found["high"].item()
    assert found["q"].item() > 0.05


def test_a_longer_rule_stays_only_if_it_says_more():
    kept = rules.adding(judged(baskets(6000, 4)), alpha=0.05)
    fatal = kept[kept["item_right"].eq(rules.FATAL)]
    assert (LOST,) in set(fatal["items_left"])
    assert not any(FUEL in left for left in fatal["items_left"])


def test_of_rules_over_the_same_sections_the_strongest_stays():
    kept = rules.without_echoes(rules.adding(judged(baskets(6000, 4)), alpha=0.05))
    between = kept[kept["item_right"].ne(rules.FATAL)]
    sections = [
        tuple(sorted((a[0][:6], b[:6])))
        for a, b in between[["items_left", "item_right"]].to_numpy()
    ]
    assert len(sections) == len(set(sections))


def test_leading_rules_each_tell_of_new_accidents():
    own = baskets(4000, 3)
    kept = rules.without_echoes(rules.adding(judged(own), alpha=0.05))
    fatal = kept[kept["item_right"].eq(rules.FATAL)]
    twice = pd.concat([fatal.head(1), fatal])
    assert len(rules.leading(twice, own)) <= len(fatal)


def test_later_years_judge_anew_and_may_lack_a_finding():
    early, late = baskets(4000, 3), baskets(3000, 9)
    kept = rules.adding(judged(early), alpha=0.05)
    row = to_fatal(rules.again(kept, late, rounds=200, seed=1), LOST)
    assert row["later_low"] > 1
    assert row["later_left"] == late[LOST].sum()
    without = rules.again(kept, late.drop(columns=LOST), rounds=50, seed=1)
    lacking = without[[LOST in left for left in without["items_left"]]]
    assert lacking["later_lift"].isna().all()


def test_no_accidents_are_no_rules():
    found = judged(baskets(0, 1))
    kept = rules.again(rules.without_echoes(rules.adding(found, 0.05)), baskets(0, 1), 10, 1)
    told = rules.worded(kept)
    assert told.empty
    assert rules.table(told).empty
    assert rules.steps(found, found, kept, 0.05)["to fatal"].tolist() == [0] * 5


def test_rules_are_told_in_words_and_counted():
    own = baskets(4000, 3)
    found = rules.mined(own, 20)
    tested = rules.judged(found, 100, 1)
    kept = rules.again(rules.adding(tested, 0.05), baskets(3000, 9), 100, 1)
    told = rules.worded(kept)
    assert "Spatial disorientation" in set(told["left_side"])
    counted = rules.steps(found, tested, kept, 0.05)
    assert counted["to fatal"].is_monotonic_decreasing
    assert counted.drop(columns="step").sum(axis=1).iloc[0] == len(found)
    assert len(rules.table(told)) <= 15


PHASES = pd.DataFrame(
    {
        "flight_phase": ["Maneuvering"],
        "accidents": [100],
        "fatal_share": [0.4],
        "low": [0.3],
        "high": [0.5],
    }
)
LOSSES = pd.DataFrame({"phase": ["Maneuvering"], "fatal_share": [0.6], "low": [0.5], "high": [0.7]})
NONE = (np.nan, np.nan, np.nan)


def compared(crude: tuple, within: tuple) -> events.Compared:
    return events.Compared(crude, within, 0.5, 3)


def shifted(q: list[float]) -> pd.DataFrame:
    n = len(q)
    told = {"kind": "modifier", "code": [str(i) for i in range(n)], "name": "Pilot", "trend_q": 0.5}
    return pd.DataFrame({**told, "step": 0.5, "step_low": 0.4, "step_high": 0.6, "step_q": q})


def ruled(later: float) -> pd.DataFrame:
    row = {
        "item_right": rules.FATAL, "left_side": "Dark + Clouds (any)", "left": 40, "both": 36,
        "share": 0.9, "lift": 5.0, "low": 4.5, "high": 5.4,
        "later_lift": later, "later_low": later, "later_high": later,
    }  # fmt: skip
    return pd.DataFrame([row])


def told(crude, within, found, q, depth=(1.3, 1.2, 1.4)) -> list:
    both = compared(crude, NONE), compared(NONE, within)
    return words.findings(PHASES, LOSSES, *both, found, shifted(q), depth, 0.05)


def test_words_follow_the_numbers_up():
    phase, rule, shift = told((3, 2, 4), (2, 1.5, 3), ruled(4.0), [0.01, 0.5] + [0.9] * 20)
    assert phase.headline == "Accidents while maneuvering are deadlier than others"
    assert "they are deadlier than others" in phase.text
    assert "60.0%" in phase.text
    assert rule.headline == "Dark with Clouds: nearly always fatal"
    assert "list more findings" in rule.text
    assert shift.headline == "Few codes step in 2020"


def test_words_follow_the_numbers_down():
    phase, rule, shift = told((0.3, 0.2, 0.4), (1, 0.9, 1.1), ruled(np.nan), [0.9], (0.8, 0.7, 0.9))
    assert phase.headline == "Accidents while maneuvering are less deadly than others"
    assert "yet are about as deadly as others" in phase.text
    assert "there is none of them" in rule.text
    assert "list fewer findings" in rule.text
    assert shift.headline == "No code clearly steps in 2020"
    assert (
        told((0.3, 0.2, 0.4), (1, 0.9, 1.1), ruled(2), [0.01])[2].headline
        == "Many codes step in 2020"
    )


def test_words_say_where_there_is_nothing_and_json_takes_them():
    found = words.findings(
        PHASES.head(0),
        LOSSES.head(0),
        *[compared(NONE, NONE)] * 2,
        ruled(1).head(0),
        shifted([]),
        NONE,
        0.05,
    )
    assert [one.headline for one in found] == [
        "Maneuvering: too little is known",
        "Too few findings to compare",
        "Too few years to see a shift",
    ]
    gap = told((3, 2, 4), (2, 1, 3), ruled(np.nan), [0.9])[1]
    assert json.loads(json.dumps(gap.numbers, allow_nan=False))["later_lift"] is None
    quiet = told((3, 2, 4), (2, 1, 3), ruled(1).head(0), [0.9])[1]
    assert quiet.headline == "No finding stands out in fatal accidents"


@pytest.fixture
def signed(monkeypatch):
    monkeypatch.setattr("hindcast.source.label", lambda: "Source: invented")
    yield
    plt.close("all")


@pytest.mark.usefixtures("signed")
def test_figures_of_rules_and_years_draw_and_say_where_there_is_nothing():
    two = ruled(4).assign(right_side="fatal")
    ax = causes_rules.rules(two, "a fatal outcome")
    assert ax.get_yticklabels()[0].get_text() == "Dark\n+ Clouds (any)"
    wide = causes_rules.rules(two.assign(lift=20.0, high=30.0), "a fatal outcome")
    assert wide.get_xscale() == "log"
    steps = causes_time.shifts(shifted([0.01, 0.9]), 0.05)
    assert len(steps.get_yticklabels()) == 2
    nothing = [
        causes_rules.rules(two.head(0), "a fatal outcome"),
        causes_time.shifts(shifted([]), 0.05),
        causes_time.years(pd.DataFrame(), shifted([])),
        causes_time.candidates(pd.DataFrame()),
    ]
    for ax in nothing:
        assert any(text.get_text().startswith(("no ", "too few")) for text in ax.texts)

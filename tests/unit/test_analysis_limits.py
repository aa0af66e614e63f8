"""The page on limits: what hours, reports and clocks leave open, on known and invented numbers."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes

from hindcast import source
from hindcast.analysis.limits import clocks, hours, makes, reporting, strata, traps
from hindcast.figures import limits


def accidents(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    flags = [name for name in columns if name.startswith(("is_", "has_"))]
    return frame.astype(dict.fromkeys(flags, "boolean"))


@pytest.fixture
def flown() -> pd.DataFrame:
    rows = [("091", 2019, fatal) for fatal in [True] * 2 + [False] * 8]
    rows += [("135", 2019, fatal) for fatal in [True] * 5 + [False] * 5]
    rows += [("129", 2019, True), (None, 2019, True), ("UNK", 2019, False), ("091", 2018, True)]
    return accidents(rows, ["far_part", "ev_year", "is_fatal"])


@pytest.fixture
def published() -> pd.DataFrame:
    rows = [(hours.OTHERS, 2019, 100_000), (hours.COMMUTERS, 2019, 800_000)]
    return pd.DataFrame(
        [*rows, (hours.OTHERS, 2030, 7), (hours.COMMUTERS, 2030, 7)],
        columns=["operation", "year", "flight_hours"],
    )


def test_rates_use_the_years_that_both_sides_have(flown, published):
    found = hours.by_operation(flown, published).set_index("operation")
    assert found.loc[hours.OTHERS, "accidents"] == 10
    assert found.loc[hours.OTHERS, "flight_hours"] == 100_000
    assert found.loc[hours.OTHERS, "fatal_rate"] == pytest.approx(2.0)
    assert found.loc[hours.COMMUTERS, "fatal_rate"] == pytest.approx(0.625)
    assert hours.by_operation(flown[flown["ev_year"] == 2018], published).empty


def test_a_ranking_by_share_and_one_by_rate_may_disagree(flown, published):
    ranked = hours.ranks(hours.by_operation(flown, published))
    shares = ranked[ranked["measure"] != "accidents"]
    first = shares[shares["rank"] == 1].set_index("measure")["operation"].to_dict()
    assert first == {
        "share of accidents that was fatal": hours.COMMUTERS,
        "fatal accidents per 100,000 flight hours": hours.OTHERS,
    }


def test_few_accidents_have_a_count_and_no_share(flown, published, monkeypatch):
    monkeypatch.setattr(source, "label", lambda: "SIMULATED records, 2008-2021")
    few = hours.by_operation(flown.drop(index=10), published).set_index("operation")
    assert few.loc[hours.COMMUTERS, "accidents"] == 9
    assert np.isnan(few.loc[hours.COMMUTERS, "fatal_share"])
    ranked = hours.ranks(few.reset_index())
    assert ranked.dtypes[["value", "low", "high", "rank"]].eq("float64").all()
    assert isinstance(limits.rankings(ranked), Axes)
    plt.close("all")


def test_unknown_and_foreign_operations_have_no_published_hours(flown):
    named = hours.operations(flown)
    assert named[~flown["far_part"].isin(["091", "135"])].isna().all()


def test_published_tables_are_there_and_imply_shares():
    rates = hours.published("published_rates")
    rows = [("091", 2012, "HELI", fatal) for fatal in [True, False, False, False] * 3 + [None]]
    held = accidents(rows, ["far_part", "ev_year", "acft_category", "is_fatal"])
    found = hours.beside_published(held, rates).set_index("group")
    helicopters = found.loc["non-commercial helicopters"]
    assert helicopters["share_implied"] == pytest.approx(1.20 / 8.02)
    assert (helicopters["accidents"], helicopters["share_here"]) == (12, 0.25)
    assert np.isnan(found.loc["non-commercial airplanes", "share_here"])
    assert hours.published("published_hours")["flight_hours"].gt(1e6).all()
    assert hours.sources(rates).data.count("- ") == rates["source"].nunique()


@given(st.integers(0, 500))
def test_exact_poisson_bounds_hold_the_count(count):
    low, high = hours.poisson_interval(np.array([count]))
    assert low[0] <= count < high[0]


def make_rows(counts: dict[str | None, tuple[int, int]]) -> pd.DataFrame:
    rows = [
        (make, place < fatal) for make, (fatal, known) in counts.items() for place in range(known)
    ]
    return accidents(rows, ["make", "is_fatal"])


@pytest.fixture
def three_makes() -> pd.DataFrame:
    counts = {"A": (800, 1000), "B": (200, 1000), "C": (190, 1000), "OTHER": (9, 9), None: (9, 9)}
    return makes.largest(make_rows(counts), 12, 5)


def test_makes_are_ranked_by_share_without_rare_and_unknown_ones(three_makes):
    assert three_makes["make"].tolist() == ["A", "B", "C"]
    assert makes.largest(make_rows({"A": (1, 50)}), 12, 5).empty


def test_pairs_are_settled_by_chance_and_by_hours(three_makes):
    found = makes.settled_pairs(three_makes, (1.0, 1.8, 2.1))
    assert found["settled"].tolist() == [2, 2, 0]
    assert makes.places(three_makes, 1.5)[["deadliest", "safest"]].to_numpy().tolist() == [
        [1, 1],
        [2, 3],
        [2, 3],
    ]


ANY_MAKES = makes.largest(make_rows({"A": (30, 60), "B": (20, 90), "C": (10, 80)}), 3, 1)


@given(st.floats(1, 5), st.floats(1, 5))
def test_knowing_less_of_hours_settles_no_more(one, other):
    found = ANY_MAKES
    few, many = sorted((one, other))
    assert makes.settled(found, many).sum() <= makes.settled(found, few).sum()
    places = makes.places(found, many)
    ranks = np.arange(1, 4)
    assert (places["deadliest"] <= ranks).all()
    assert (places["safest"] >= ranks).all()


def test_no_make_gives_no_pairs():
    found = makes.settled_pairs(makes.largest(make_rows({"A": (6, 9)}), 3, 1))
    assert found["pairs"].max() == 0
    assert found["share"].isna().all()


def test_gates_count_every_accident_once():
    rows = [("FATL", "DEST"), ("NONE", "SUBS"), ("SERS", "MINR"), ("NONE", "NONE"), (None, "SUBS")]
    rows += [("FATL", None)]
    found = reporting.gates(pd.DataFrame(rows, columns=["ev_highest_injury", "damage"]))
    assert found["accidents"].sum() == 6
    counts = found.set_index("gate")["accidents"]
    assert counts["unknown"] == 2
    assert counts["neither as recorded"] == 1


def test_at_the_level_share_both_groups_are_even():
    rows = [(True, True)] * 20 + [(True, False)] * 80 + [(False, True)] * 10 + [(False, False)] * 90
    held = accidents(rows, ["is_homebuilt", "is_fatal"])
    level = reporting.even(held, "is_homebuilt")
    assert level == pytest.approx((10 / 90) / (20 / 80))
    assert reporting.share_if(20, 80, np.array([level]))[0] == pytest.approx(0.1)
    curve = reporting.curves(held, "is_homebuilt", ("homebuilt", "others"))
    assert curve.groupby("group")["fatal_share"].first().to_dict() == {
        "homebuilt": 0.2,
        "others": 0.1,
    }
    assert reporting.even(held[held["is_homebuilt"]], "is_homebuilt") is None
    assert reporting.curves(held[held["is_homebuilt"]], "is_homebuilt", ("a", "b")).empty


def test_the_worked_example_turns_round():
    one, two = reporting.worked().to_dict("records")
    assert two["fatal_share"] > one["fatal_share"]
    assert two["fatal_per_100k_flights"] < one["fatal_per_100k_flights"]


def test_accidents_alone_mislead_and_all_aircraft_do_not():
    drawn = clocks.fleets(4000, 3)
    medians = drawn[drawn["is_accident"]].groupby("fleet")["hours"].median()
    assert medians["flown much"] > 4 * medians["flown little"]
    rates = clocks.person_time(drawn)
    per_hour = clocks.HAZARD * hours.PER
    assert ((rates["low"] < per_hour) & (per_hour < rates["high"])).all()


def test_immortal_hours_make_experience_look_safe():
    wrong, right = clocks.immortal(clocks.fleets(20_000, 5))["ratio"]
    assert wrong < 0.5
    assert right == pytest.approx(1, abs=0.15)


def test_kaplan_meier_of_four_known_hours():
    rows = pd.DataFrame({"g": "a", "hours": [1.0, 2.0, 3.0, 4.0], "hit": [True, False, True, True]})
    surviving = clocks.curves(rows, "g", "hours")["surviving"].tolist()
    assert surviving == pytest.approx([0.75, 0.5, 0.25, 0.0])
    censored = clocks.curves(rows, "g", "hours", "hit").set_index("hours")["surviving"]
    assert censored[3.0] == pytest.approx(0.75 * 0.5)
    assert clocks.curves(rows.iloc[:0], "g", "hours").empty


def test_hours_at_the_accident_are_of_two_purposes():
    rows = [("business", np.log1p(100.0)), ("personal", 3.0), ("instruction", None), (None, 1.0)]
    found = clocks.at_accident(pd.DataFrame(rows, columns=["purpose_group", "pilot_hours_log"]))
    assert found["purpose"].tolist() == ["business"]
    assert found["hours"].tolist() == pytest.approx([100.0])


def test_base_rates_are_told_both_ways():
    rows = [(True, True)] * 3 + [(True, False)] + [(False, True)] * 7 + [(False, False)] * 89
    held = accidents([*rows, (None, True)], ["is_imc", "is_fatal"])
    (found,) = traps.backwards(held, {"is_imc": "IMC"}).to_dict("records")
    assert found["of_fatal"] == pytest.approx(0.3)
    assert found["fatal_share"] == pytest.approx(0.75)


def paradox(fatal: dict[tuple[str, bool], tuple[int, int]]) -> pd.DataFrame:
    rows = [
        (stratum, exposed, place < dead)
        for (stratum, exposed), (dead, size) in fatal.items()
        for place in range(size)
    ]
    return accidents(rows, ["purpose_group", "has_instructor", "is_fatal"])


def test_simpsons_paradox_is_found_where_it_is_and_only_there():
    turned = paradox(
        {
            ("lesson", True): (120, 1000),
            ("lesson", False): (5, 100),
            ("own", True): (50, 100),
            ("own", False): (350, 1000),
        }
    )
    found = traps.reversals(turned)
    (row,) = found.to_dict("records")
    assert row["crude"] < 1 < row["pooled"]
    assert row["is_sure"]
    reversal = strata.strongest(found)
    told = strata.by_stratum(turned, reversal)
    assert told["kind"].tolist() == ["crude", "stratum", "stratum", "pooled"]
    assert "an instructor aboard" in strata.in_words(reversal).data
    plain = paradox({(s, e): (20 + 20 * e, 100) for s in ("lesson", "own") for e in (True, False)})
    assert not traps.reversals(plain)["is_reversed"].any()
    assert strata.strongest(traps.reversals(plain)) is None
    assert "No comparison" in strata.in_words(None).data
    assert strata.by_stratum(plain, None).empty


def test_nothing_to_compare_is_no_paradox():
    found = traps.reversals(paradox({}))
    assert found.empty
    assert traps.summary(found).iloc[0].tolist() == [0, 0, 0]


def test_the_odds_ratio_of_a_table_is_known():
    beta, error = traps.log_odds(np.array([[30.0, 70.0], [10.0, 90.0]]))
    assert np.exp(beta) == pytest.approx(30 * 90 / (70 * 10))
    assert error == pytest.approx(np.sqrt(1 / 30 + 1 / 70 + 1 / 10 + 1 / 90))
    assert np.isfinite(traps.log_odds(np.array([[0.0, 5.0], [5.0, 5.0]]))).all()

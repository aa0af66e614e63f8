"""Places: the findings choose their words from the numbers."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.places import told
from hindcast.analysis.places.hotspots import COLD, HOT, NEITHER, QUADRANTS, Spots
from hindcast.analysis.places.states import Funnel


def funnel(sides: list[str]) -> Funnel:
    n = len(sides)
    rows = pd.DataFrame(
        {
            "place": [f"State {i}" for i in range(n)],
            "code": [f"S{i}" for i in range(n)],
            "side": sides,
            "z": np.linspace(5, 0, n),
            "fatal_share": 0.3,
            "low": 0.25,
            "high": 0.35,
        }
    )
    return Funnel(rows, 0.2, 1.5, 40.0, 0.01)


def mixed(code: str) -> pd.DataFrame:
    return pd.DataFrame({"code": [code], "ratio": [1.2], "low": [0.9], "high": [1.6]})


@pytest.mark.parametrize(
    ("sides", "headline"),
    [
        (["inside"] * 8, "States differ little more than chance has it"),
        (["above"] + ["inside"] * 7, "One state stands apart"),
        (["above", "below"] + ["inside"] * 6, "A few states stand apart"),
        (["above"] * 5 + ["inside"] * 3, "Many states stand apart"),
    ],
)
def test_the_headline_on_states_follows_how_many_differ(sides, headline):
    found = told.of_states(funnel(sides), mixed("S0"))
    assert found.headline == headline
    assert found.numbers["states_outside"] == sum(side != "inside" for side in sides)
    assert found.numbers["furthest"] == "State 0"
    assert "1.20 (95% interval 0.90 to 1.60)" in found.text
    assert ("within reach" in found.text) == (headline.startswith("States differ"))


def test_a_state_without_an_expectation_is_told_without_it():
    found = told.of_states(funnel(["above", "inside"]), mixed("OTHER"))
    assert "expected" not in found.text
    assert "furthest_observed_over_expected" not in found.numbers


def spots(moran: float, p: float, gi: list[str]) -> Spots:
    n = len(gi)
    frame = pd.DataFrame(
        {
            "gi_kind": gi,
            "moran_kind": [NEITHER] * n,
            "labels_kind": [HOT, COLD] + [NEITHER] * (n - 2),
            **{f"{test}_p": 0.5 for test in ("gi", "moran", "labels")},
        }
    )
    return Spots(frame, 3, 1, moran, -0.01, p)


@pytest.mark.parametrize(
    ("found", "headline"),
    [
        (spots(0.2, 0.001, [HOT, *[NEITHER] * 9]), "Severity clusters, and some places"),
        (spots(0.2, 0.001, [NEITHER] * 10), "Severity clusters a little, yet"),
        (spots(0.02, 0.4, [NEITHER] * 10), "No sign that severity clusters"),
        (spots(-0.3, 0.001, [NEITHER] * 10), "No sign that severity clusters"),
    ],
)
def test_the_headline_on_hot_spots_follows_the_tests(found, headline):
    finding = told.of_spots(found)
    assert finding.headline.startswith(headline)
    assert finding.numbers["neighbourhoods_high"] == finding.numbers["neighbourhoods_low"] == 1


def bands() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "band": ["under 0.5", "1 to 2", "unknown"],
            "fatal_share": [0.1, 0.3, 0.9],
            "low": [0.05, 0.2, 0.5],
            "high": [0.15, 0.4, 1.0],
        }
    )


def far(within: tuple[float, float, float], phases: list[tuple[float, float, float]], p: float):
    rows = [("all", 3.0, 2.5, 3.5), ("within a phase", *within)]
    rows += [(name, *row) for name, row in zip(("Takeoff", "Enroute"), phases, strict=False)]
    frame = pd.DataFrame(rows, columns=["of", "odds_ratio", "low", "high"])
    frame.loc[1, "equal_p"] = p
    return frame


@pytest.mark.parametrize(
    ("given", "headline", "words"),
    [
        (far((2, 1.5, 2.5), [(2, 1.2, 3), (3, 2, 4)], 0.5), "in every phase", "do not differ"),
        (
            far((2, 1.5, 2.5), [(0.8, 0.5, 1.2), (5, 4, 7)], 1e-9),
            "though not in every phase",
            "from 0.80 (95% interval 0.50 to 1.20) in takeoff to 5.00",
        ),
        (far((0.5, 0.4, 0.6), [(0.5, 0.3, 0.8)], np.nan), "less often fatal", "do not differ"),
        (far((1, 0.8, 1.2), [(1, 0.7, 1.3)], 0.9), "tells little", "do not differ"),
    ],
)
def test_the_finding_on_distance_follows_the_odds(given, headline, words):
    found = told.of_distance(bands(), given)
    assert headline in found.headline
    assert words in found.text
    assert "at 1 to 2 miles, 30.0%" in found.text
    assert found.numbers["band_highest"] == "1 to 2"


def test_three_findings_even_where_nothing_can_be_told():
    found = told.findings_of(None, pd.DataFrame({"code": []}), None, bands(), None)
    assert [finding.text for finding in found] == [told.UNTOLD] * 3
    assert len({finding.figure for finding in found}) == 3
    assert all(finding.numbers == {} for finding in found)


def test_no_finding_speaks_of_the_risk_of_an_accident():
    given = far((2, 1.5, 2.5), [(2, 1.2, 3), (3, 2, 4)], 0.5)
    quadrants = spots(0.2, 0.001, [HOT, *[NEITHER] * 9])
    found = told.findings_of(funnel(["above"] * 3), mixed("S0"), quadrants, bands(), given)
    assert not any("risk" in f.headline + f.text for f in found)
    assert set(QUADRANTS) == {1, 2, 3, 4}

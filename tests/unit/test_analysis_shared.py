"""What all analysis pages share: shares, odds ratios, diagrams, findings in words."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcast import paths
from hindcast.analysis import findings, graph, odds, records, shares


def accidents(fatal: list, **columns) -> pd.DataFrame:
    return pd.DataFrame({"is_fatal": pd.array(fatal, dtype="boolean"), **columns})


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=40))
def test_a_share_lies_in_its_interval_and_counts_add_up(fatal):
    (row,) = shares.by(accidents(fatal, all="all"), "all").to_dict("records")
    assert row["accidents"] == len(fatal)
    known = row["accidents"] - row["severity_unknown"]
    if known:
        assert 0 <= row["low"] <= row["fatal_share"] <= row["high"] <= 1
        assert row["fatal"] == round(row["fatal_share"] * known)
    else:
        assert np.isnan(row["fatal_share"])


def test_a_missing_group_is_shown_as_a_group():
    found = shares.by(accidents([True, False, False], wx=["IMC", None, None]), "wx")
    assert found["accidents"].tolist() == [1, 2]


def test_groups_too_small_have_counts_only():
    found = shares.by(accidents([True, False, False], wx=["a", "b", "b"]), "wx", least=2)
    assert found["fatal_share"].isna().tolist() == [True, False]
    assert found["fatal"].tolist() == [1, 0]


def test_wilson_known_value():
    """Of 10 accidents 1 is fatal: 1.8% to 40.4% (Newcombe 1998's formula 3)."""
    (row,) = shares.by(accidents([True] + [False] * 9, a="a"), "a").round(3).to_dict("records")
    assert (row["low"], row["high"]) == (0.018, 0.404)


def test_crude_odds_ratio_is_that_of_the_table():
    rows = [(1, 1, 30), (1, 0, 70), (0, 1, 10), (0, 0, 90)]
    frame = pd.DataFrame(
        [(bool(imc), bool(fatal)) for imc, fatal, n in rows for _ in range(n)],
        columns=["imc", "is_fatal"],
    )
    frame["x"] = np.arange(len(frame)) % 7
    found = odds.crude_and_adjusted(frame, {"IMC": "imc"}, {"imc": ["x"]})
    assert found["kind"].tolist() == ["crude", "adjusted"]
    assert found["odds_ratio"][0] == pytest.approx(30 * 90 / (70 * 10))
    assert found["low"][0] < found["odds_ratio"][0] < found["high"][0]


def test_adjusting_removes_confounding():
    draw = np.random.default_rng(3)
    night = draw.random(20_000) < 0.3
    imc = draw.random(20_000) < np.where(night, 0.6, 0.1)
    fatal = draw.random(20_000) < np.where(night, 0.5, 0.1)
    frame = pd.DataFrame({"night": night, "imc": imc, "is_fatal": fatal})
    found = odds.crude_and_adjusted(frame, {"IMC": "imc"}, {"imc": ["night"]}).set_index("kind")
    assert found.loc["crude", "low"] > 1.5
    assert found.loc["adjusted", "low"] < 1 < found.loc["adjusted", "high"]


def test_an_exposure_that_does_not_vary_is_left_out_and_an_outcome_too():
    frame = accidents([True, False], imc=[True, True])
    assert odds.crude_and_adjusted(frame, {"IMC": "imc"}, {"imc": []}).empty
    with pytest.raises(ValueError, match="does not vary over 2 complete rows"):
        odds.logistic(accidents([True, True], imc=[True, False]), "is_fatal ~ imc")


M_SHAPE = (("u", "x", ""), ("u", "m", ""), ("v", "m", ""), ("v", "y", ""), ("x", "y", ""))


def test_a_collider_is_not_adjusted_for():
    diagram = graph.Diagram("x", "y", M_SHAPE, frozenset({"u", "v"}))
    assert graph.adjustment_set(diagram) == set()
    assert not graph.closes_back_doors(diagram, {"m"})


def test_a_mediator_is_known_and_never_adjusted_for():
    arrows = (("x", "m", ""), ("m", "y", ""), ("c", "x", ""), ("c", "y", ""))
    diagram = graph.Diagram("x", "y", arrows)
    assert diagram.mediators == {"m"}
    assert graph.adjustment_set(diagram) == {"c"}
    assert graph.adjustment_set(graph.Diagram("x", "y", arrows, frozenset({"c"}))) is None


def test_a_circle_of_causes_is_refused():
    with pytest.raises(ValueError, match="circle"):
        _ = graph.Diagram("x", "y", (("x", "y", ""), ("y", "x", ""))).graph


def test_findings_are_told_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    one = findings.Finding("IMC kills", "Half of them died.", "fig-imc", {"share": 0.5})
    assert findings.tell("weather", [one]).data == "1. **IMC kills.** Half of them died.\n"
    kept = json.loads(paths.processed("findings", "weather.json").read_text())
    assert kept[0]["numbers"] == {"share": 0.5}


def test_what_a_page_lacks_is_told():
    gone = {"Findings": ["*"], "events": ["ev_time", "metar"], "aircraft": []}
    held = records.Records(pd.DataFrame(), [], gone)
    told = records.notice(held, Findings=[], events=["ev_time"], aircraft=["damage"]).data
    assert "the table `Findings`" in told
    assert "of `events` the columns `ev_time`" in told
    assert "aircraft" not in told
    assert records.notice(held, aircraft=[]).data == ""
    assert not held.has("Findings")
    assert held.has("events", "ev_date")

"""Figures of the page on aircraft: on small frames, and where there is nothing to show."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from hindcast.analysis import shares
from hindcast.analysis.aircraft import checks, heldout, pooling, severity
from hindcast.figures import aircraft, aircraft_odds


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def models(fleet) -> pd.DataFrame:
    return pooling.models(fleet, pooling.pooled(pooling.counted(fleet)).table)


def words(ax) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def names(ax) -> list[str]:
    return [tick.get_text() for tick in ax.get_yticklabels()]


def test_counts_stand_beside_shares(fleet):
    found = severity.ranked(fleet, "aircraft")
    ax = aircraft.counts_beside_shares(found, 0.2)
    assert names(ax) == found["aircraft"].tolist()
    assert [bar.get_width() for bar in ax.patches] == found["accidents"].tolist()


def test_the_funnel_names_what_stands_out(fleet):
    found = severity.standing_out(shares.by(fleet, "aircraft"), 0.2)
    out = found[found["stands_out"] != "not"]["aircraft"]
    told = words(aircraft.funnel(found, 0.2))
    assert len(out)
    assert all(name in told for name in out)


def test_names_in_the_funnel_do_not_overlap(fleet):
    row = severity.standing_out(shares.by(fleet, "aircraft"), 0.2).iloc[[0]]
    found = pd.concat([row.assign(aircraft=f"Model {i}") for i in range(3)], ignore_index=True)
    ax = aircraft.funnel(found.assign(stands_out="above", q_value=0.0), 0.2)
    places = {text.get_position() for text in ax.texts}
    assert len(places) == 3


def test_raw_and_pooled_shares_share_a_line(models):
    ax = aircraft.shrinkage(pooling.drawn_in(models), 0.2)
    assert len(names(ax)) == len(models)
    assert "(" in names(ax)[0]


def test_the_ends_of_the_caterpillar_have_names(models):
    told = words(aircraft.caterpillar(models, 0.2, many=2))
    ends = [*models["aircraft"].head(2), *models["aircraft"].tail(2)]
    assert all(name in told for name in ends)


def test_fewer_models_than_names_at_the_ends(models):
    ax = aircraft.caterpillar(models.head(3), 0.2, many=9)
    assert len([text for text in ax.texts if "(" in text.get_text()]) == 3


def test_gains_leave_out_what_they_are_measured_against(fleet):
    found = heldout.losses(heldout.forecasts(fleet, 1))
    assert names(aircraft.gains(found)) == found["method"].tolist()[1:]


def test_reliability_has_a_line_a_method(fleet):
    ax = aircraft.reliability(heldout.reliability(heldout.forecasts(fleet, 1), bins=3))
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert told == ["raw share of the model", "pooled share of the model"]


def test_the_ladder_has_a_mark_a_step(ratios):
    ax = aircraft_odds.ladder(ratios)
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert told == list(dict.fromkeys(ratios["step"]))
    assert names(ax) == list(dict.fromkeys(ratios.dropna(subset="odds_ratio")["exposure"]))


def test_age_is_drawn_crude_and_adjusted(fleet_of):
    shape = checks.age_shape(fleet_of(2500))
    told = [text.get_text() for text in aircraft_odds.age(shape).get_legend().get_texts()]
    assert told == ["crude", "adjusted"]


def test_calibration_has_a_diagonal():
    bins = shares.with_intervals(
        pd.DataFrame({"expected": [0.1, 0.3], "known": 50, "fatal": [5, 15]})
    )
    ax = aircraft_odds.calibration(bins)
    assert ax.get_xlim() == ax.get_ylim()


NONE = pd.DataFrame()
NO_MODELS = pd.DataFrame(columns=["aircraft", "known", "raw_share", "pooled_share", "low", "high"])


@pytest.mark.parametrize(
    "ax",
    [
        lambda: aircraft.counts_beside_shares(NONE, 0.2),
        lambda: aircraft.funnel(NONE, 0.2),
        lambda: aircraft.shrinkage(NO_MODELS, 0.2),
        lambda: aircraft.caterpillar(NO_MODELS, 0.2),
        lambda: aircraft.gains(NONE),
        lambda: aircraft.reliability(NONE),
        lambda: aircraft_odds.ladder(pd.DataFrame(columns=["exposure", "step", "odds_ratio"])),
        lambda: aircraft_odds.age(None),
        lambda: aircraft_odds.calibration(NONE),
    ],
)
def test_nothing_to_show_is_said(ax):
    assert any(said in words(ax()) for said in ("no ", "too few"))

"""Weather and light as a page: plans, findings in words both ways, figures, a tiny home."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hindcast import paths
from hindcast.analysis.records import Records
from hindcast.analysis.weather_light import (
    adjusted,
    agreement,
    curves,
    interaction,
    missing,
    overview,
    planned,
    sensitivity,
    strata,
    told,
)
from hindcast.figures import weather_light as recorded
from hindcast.figures import weather_light_adjusted as compared
from hindcast.figures import weather_light_shape as shapes

REFERENCE = paths.root() / "data" / "reference"

FOUR = [(0, 0, 100, 10), (0, 1, 100, 20), (1, 0, 100, 40), (1, 1, 100, 80)]
"""IMC, night, accidents, fatal: ratios that multiply (2 and 4 to 8)."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with an invented inventory and no tables; figures are closed afterwards."""
    interim = tmp_path / "data" / "interim"
    (interim / "core").mkdir(parents=True)
    (tmp_path / "data" / "reference").symlink_to(REFERENCE)
    releases = [{"release": "avall"}]
    told_of = {"kind": "eadms_csv", "releases": releases, "events": 3, "simulated": False}
    told_of |= {"first": "2008-01-01", "last": "2021-12-31", "fingerprint": ""}
    told_of |= {"tables": {}, "tables_absent": ["Findings", "Events_Sequence"]}
    (interim / "inventory.json").write_text(json.dumps(told_of), encoding="utf-8")
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    yield tmp_path
    plt.close("all")


def test_plans_and_briefings(known):
    found = planned.met(known)
    assert set(found["of"]) == {"flight plan", "briefing"}
    plans = found[found["of"].eq("flight plan")]
    assert plans["accidents"].sum() == len(known)
    assert "unknown" in set(plans["group"])
    assert "had none for instrument flight" in planned.sentence(found)


def test_records_without_plans_say_so(known):
    none = planned.met(known.assign(flight_plan=None, weather_briefing=None))
    assert none.empty
    assert planned.sentence(none) == "These records hold neither flight plans nor briefings."
    briefed = planned.met(known.assign(flight_plan=None))
    assert planned.sentence(briefed).startswith("These records hold briefings")


def test_how_many_in_imc_had_no_instrument_plan():
    plans = {"of": "flight plan", "accidents": [10, 20], "imc": [5, 5]}
    found = pd.DataFrame({"group": ["IFR", "none"], **plans})
    assert planned.sentence(found) == (
        "Of 10 accidents in IMC with a known flight plan, 5 (50.0%) had none for instrument flight."
    )


def test_encounters_come_from_the_sequence(home):
    sequence = pd.DataFrame(
        {"ev_id": ["a", "a", "b", "c"], "Occurrence_Code": ["400401", "450240", "300240", None]}
    )
    sequence.to_parquet(paths.interim("core", "Events_Sequence.parquet"))
    frame = pd.DataFrame({"ev_id": ["a", "b", "c", "d"], "ev_year": [2008, 2009, 2009, 2010]})
    inside = planned.into_imc(frame)
    assert inside.to_list() == [True, False, pd.NA, pd.NA]
    fatal = pd.array([True, False, None, True], dtype="boolean")
    found = planned.by_year(frame.assign(is_fatal=fatal), inside)
    assert found.to_dict("list") == {
        "year": [2008, 2009],
        "fatal": [1, 0],
        "other": [0, 0],
        "coded": [1, 1],
    }


def test_an_accident_counts_once_for_each_of_its_weather_findings(home):
    low, dark = "0303502001", "0303602099"
    findings = pd.DataFrame(
        {
            "ev_id": ["a", "a", "a", "b", "b", "c"],
            "finding_code": [low, low, dark, dark, "0106201020", "0303999999"],
        }
    )
    findings.to_parquet(paths.interim("core", "Findings.parquet"))
    fatal = pd.array([True, False, None], dtype="boolean")
    frame = pd.DataFrame({"ev_id": ["a", "b", "c"], "is_fatal": fatal})
    found = planned.weather_findings(frame, least=1).set_index("finding")["accidents"]
    assert sorted(found) == [1, 1, 2]
    assert found["unknown"] == 1


def test_a_release_without_sequence_or_findings_shows_the_rest(home, known):
    inside = planned.into_imc(known)
    assert inside.isna().all()
    years = planned.by_year(known, inside)
    assert years.empty
    assert planned.weather_findings(known).empty
    assert recorded.by_year(years).texts
    found = overview.statements(known, inside)
    assert found["here"].iloc[3] == "none on record"


def test_statements_have_all_their_numbers(home, known):
    inside = pd.Series(known["occurrence_code"].eq("401"), known.index, dtype="boolean")
    found = overview.statements(known, inside)
    assert found.notna().all().all()
    general = known[known["part"].eq("91") & known["is_imc"]]
    assert found["accidents"].iloc[0] == len(general)


def test_groups_show_unknown_and_drop_nobody(known):
    some = known.copy()
    some.loc[some.index[:20], ["wx_cond_basic", "flight_rules_category"]] = None
    some.loc[some.index[:3], "wx_cond_basic"] = "UNK"
    found = overview.groups(some).set_index("group")["accidents"]
    assert found["weather: unknown"] == 20
    assert found[found.index.str.startswith("weather")].sum() == len(some)


def test_the_steps_end_with_known_weather(known):
    run = Records(known.astype({"is_fatal": "boolean"}), [("events", 2000)], {})
    found = overview.steps(run)
    assert found["events"].to_list() == [2000, known["is_imc"].notna().sum()]


def test_curves_lie_in_their_bands(courses):
    found = courses
    columns = [one["asked"].column for one in found]
    assert "visibility_sm" in columns
    for one in found:
        curve = one["curve"]
        assert ((curve["low"] <= curve["share"]) & (curve["share"] <= curve["high"])).all()
        assert one["q_value"] >= one["p_value"]
    assert len(curves.bends(found)) == len(found)


def test_a_bend_is_found_and_a_line_is_not(invented):
    rng = np.random.default_rng(8)
    base = pd.concat([invented(1000, seed) for seed in (1, 2, 3)], ignore_index=True)
    wind = rng.uniform(0, 30, len(base))
    logit = {"bent": -2 + 3 * (np.abs(wind - 15) < 5), "line": -1.5 + 0.05 * wind}
    (asked,) = [c for c in curves.COURSES if c.column == "wind_speed_kts"]
    for name, slope in logit.items():
        fatal = rng.random(len(base)) < 1 / (1 + np.exp(-slope))
        frame = adjusted.prepared(base.assign(wind_speed_kts=wind, is_fatal=fatal))
        found = curves.course(frame, asked)
        assert (found["p_value"] < 0.001) == (name == "bent")


def test_too_few_accidents_make_no_curve(known):
    assert curves.courses(known.head(100)) == []
    assert curves.rules(known.assign(flight_rules_category=None)).empty


def test_rules_are_crude_and_adjusted(known):
    found = curves.rules(known)
    assert found["category"].to_list() == ["VFR", "MVFR", "IFR", "LIFR"] * 2
    crude = known.groupby("flight_rules_category")["is_fatal"].mean()
    assert found["share"].iloc[0] == pytest.approx(crude["VFR"])


def contrast(ratio: float, exposure: str = "instrument weather (IMC)") -> pd.DataFrame:
    row = {"exposure": exposure, "odds_ratio": ratio, "share_with": 0.2 * ratio, "rows": 900}
    row |= {"share_without": 0.2, "risk_ratio": ratio, "difference": 0.2 * ratio - 0.2}
    row |= {"risk_ratio_low": ratio * 0.9, "risk_ratio_high": ratio * 1.1}
    row |= {"difference_low": 0.2 * ratio - 0.23, "difference_high": 0.2 * ratio - 0.17}
    return pd.DataFrame([row | {"kind": kind} for kind in ("crude", "adjusted")])


@pytest.mark.parametrize(
    ("ratio", "words"), [(3.0, "more often fatal"), (0.4, "less often fatal"), (1.0, "no clear")]
)
def test_the_finding_on_weather_takes_its_direction_from_the_numbers(ratio, words):
    found = told.weather(contrast(ratio))
    assert words in found.headline
    assert ("Its interval includes 1" in found.text) == (ratio == 1.0)
    assert found.numbers["adjusted_ratio"] == ratio


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (FOUR, "more than their sum and may as well multiply"),
        (
            [(0, 0, 900, 90), (0, 1, 900, 270), (1, 0, 900, 450), (1, 1, 900, 630)],
            "add up within error and do not multiply",
        ),
        (
            [(0, 0, 900, 90), (0, 1, 900, 450), (1, 0, 900, 450), (1, 1, 900, 450)],
            "less than their sum and do not multiply",
        ),
        (
            [(0, 0, 900, 90), (0, 1, 900, 90), (1, 0, 900, 90), (1, 1, 900, 800)],
            "more than their sum and more than multiply",
        ),
    ],
)
def test_the_finding_on_night_reads_both_scales(cells, words, expand, constant):
    study = interaction.study(expand(cells).assign(**constant))
    assert words in told.together(study).headline


@pytest.mark.parametrize(("last", "words"), [(0.5, "share rises"), (0.2, "does not rise")])
def test_the_finding_on_degrees_rises_only_if_it_does(last, words):
    rows = [("VFR", 0.15), ("MVFR", 0.3), ("IFR", 0.4), ("LIFR", last)]
    rules = pd.DataFrame(rows, columns=["category", "share"])
    rules = rules.assign(kind="adjusted", low=rules["share"] - 0.01, high=rules["share"] + 0.01)
    found = told.degrees(rules, contrast(0.8, "wind of 15 kts or more"))
    assert words in found.headline
    assert "Strong wind goes with a lower share" in found.text


def test_three_findings_even_where_nothing_can_be_compared(known):
    none = adjusted.contrasts(known.head(5))
    rules = curves.rules(known.head(5))
    found = told.findings(none, None, rules)
    assert len(found) == 3
    assert all(one.text and one.figure.startswith("fig-weather-light-") for one in found)


def test_three_findings_of_invented_accidents(known, contrasts):
    found = told.findings(contrasts, interaction.study(known), curves.rules(known))
    assert all("95% interval" in one.text and one.numbers for one in found)


def test_figures_of_invented_accidents(home, known, contrasts, steps, courses):
    study = interaction.study(known)
    lines = sensitivity.frontiers(steps)
    drawn = [
        recorded.missing(missing.by_severity(known)),
        recorded.by_sun(agreement.by_sun(known)),
        recorded.by_hour(agreement.by_hour(known)),
        recorded.station(agreement.weather_and_station(known)),
        compared.balance(strata.balance(known)),
        compared.contrasts(contrasts),
        compared.ladder(steps),
        compared.strata(strata.ratios(known), 2.0),
        compared.e_value(*lines, sensitivity.benchmarks(known)),
        shapes.interaction(interaction.shares(study), interaction.expectations(study)),
        shapes.rules(curves.rules(known)),
        shapes.curves(courses),
    ]
    for ax in drawn:
        ax.get_figure().draw_without_rendering()
        words = [text.get_text() for text in ax.get_figure().texts]
        assert any(word.startswith("Source: NTSB") for word in words)


def test_figures_of_nothing_say_why(home, known):
    none = known.head(0)
    lines = sensitivity.frontiers(sensitivity.ladder(none))
    drawn = [
        recorded.missing(missing.by_severity(none).head(0)),
        recorded.by_sun(agreement.by_sun(none)),
        recorded.by_hour(agreement.by_hour(none)),
        recorded.station(agreement.weather_and_station(none)),
        compared.balance(strata.balance(none)),
        compared.contrasts(adjusted.contrasts(none)),
        compared.ladder(sensitivity.ladder(none)),
        compared.strata(strata.ratios(none), None),
        compared.e_value(*lines, sensitivity.benchmarks(none)),
        shapes.interaction(interaction.shares(None), None),
        shapes.rules(curves.rules(none)),
        shapes.curves(curves.courses(none)),
    ]
    assert all(ax.texts[0].get_text() for ax in drawn)

"""Causes: marks of cause and factor, trends and the step of 2020."""

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.causes import flags, shifts
from hindcast.analysis.records import Records

YEARS = [year for year in range(2008, 2022) if year != 2013]


def counts(share, *, kind="finding", code="010620", reports: int = 1200) -> pd.DataFrame:
    """Reports with a code by year, ``share`` of the year."""
    told = pd.DataFrame({"year": YEARS, "reports": reports, "kind": kind, "code": code})
    exact = (told["year"].map(share) * reports).round().astype(int)
    wobble = pd.Series([0 if share(2008) in (0, 1) else 4 * (-1) ** at for at in told.index])
    return told.assign(name=code, with_code=(exact + wobble).clip(0, reports))


def test_a_step_is_told_from_a_trend():
    trend = counts(lambda year: 0.1 + 0.01 * (year - 2008), code="a")
    step = counts(lambda year: 0.1 if year < 2020 else 0.3, code="b")
    found = shifts.tested(pd.concat([trend, step])).set_index("code")
    assert found.loc["a", "trend_q"] < 0.05
    assert found.loc["a", "step_low"] < 1.1
    assert found.loc["b", "step_q"] < 0.05
    assert found.loc["b", "trend_q"] > 0.05
    assert found.loc["b", "step"] == pytest.approx((0.3 / 0.7) / (0.1 / 0.9), rel=0.02)


def test_a_gap_in_the_years_does_not_pull_a_trend():
    found = shifts.tested(counts(lambda year: 0.2))
    assert found["trend"].item() == pytest.approx(1, abs=1e-3)
    assert found["spread"].item() == 1


def test_years_that_differ_widen_the_interval():
    noisy = {year: 0.2 + 0.06 * (-1) ** at for at, year in enumerate(YEARS)}
    found = shifts.tested(pd.concat([counts(noisy.get, code="a"), counts(lambda _: 0.2, code="b")]))
    wide = (found["step_high"] / found["step_low"]).tolist()
    assert wide[0] > 1.5 * wide[1]
    assert found["spread"].tolist()[0] > 5


def test_a_code_that_stands_on_one_side_only_is_not_tested():
    one_side = counts(lambda year: 0.1 if year < 2020 else 0.0)
    one_side.loc[one_side["year"].ge(2020), "with_code"] = 0
    always = counts(lambda _: 1.0, code="b")
    assert shifts.tested(pd.concat([one_side, always])).empty
    assert shifts.tested(one_side.head(3)).empty


def test_chance_alone_seldom_makes_a_step():
    draw = np.random.default_rng(8)
    noise = [
        counts(
            dict(zip(YEARS, draw.binomial(1200, 0.2, len(YEARS)) / 1200, strict=True)).get,
            code=str(at),
        )
        for at in range(40)
    ]
    found = shifts.tested(pd.concat(noise))
    assert len(found) == 40
    assert found[["trend_q", "step_q"]].lt(0.05).sum().sum() <= 2


def test_a_step_explains_most_in_its_own_year():
    steps = [counts(lambda year: 0.1 if year < 2016 else 0.2, code=str(at)) for at in range(3)]
    found = shifts.candidates(pd.concat(steps))
    assert found.loc[found["explained"].idxmax(), "year"] == 2016
    assert found["explained"].max() > 0.95
    assert 0 < found["by_chance"].iloc[0] < 0.1


def findings(rows: list[tuple]) -> pd.DataFrame:
    told = pd.DataFrame(rows, columns=["ev_id", "year", "section", "modifier", "category", "flag"])
    return told.assign(is_fatal=True)


def test_shares_are_of_reports_with_a_code_and_zero_where_not_found():
    told = findings(
        [
            ("a", 2010, "010620", "20", "01", None),
            ("a", 2010, "010620", "20", "01", None),
            ("b", 2010, "020630", "44", "02", None),
            ("c", 2011, "020630", "44", "02", None),
            ("d", 2011, "no code", "no code", "no code", None),
        ]
    )
    found = shifts.of_findings(told, least=1).set_index(["kind", "name", "year"])
    row = found.loc[("finding", "Performance/control parameters")]
    assert row["with_code"].tolist() == [1, 0]
    assert row["reports"].tolist() == [2, 1]
    assert ("modifier", "Pilot", 2011) in found.index


def test_events_are_compared_over_years_that_have_them():
    years = [2008] * 10 + [2012] * 10
    codes = [None] * 8 + ["550092"] * 12
    frame = pd.DataFrame({"ev_id": range(20), "year": years, "occurrence_code": codes})
    frame = frame.assign(occurrence=frame["occurrence_code"].map({"550092": "Hard landing"}))
    found = shifts.of_events(frame, least=1)
    assert found["year"].tolist() == [2012]
    assert shifts.of_events(frame.assign(occurrence_code=None), least=1).empty
    assert len(shifts.joined([found, found.head(0)])) == 1


@pytest.mark.parametrize(
    ("flag", "absent", "said"),
    [
        (None, ["Cause_Factor"], "column absent"),
        (None, [], "every row of it is blank"),
        ("C", [], "1 of 1 findings"),
    ],
)
def test_what_is_said_of_marks_is_what_the_records_hold(flag, absent, said):
    run = Records(pd.DataFrame(), [], {"Findings": absent})
    told = findings([("a", 2019, "010620", "20", "01", flag)])
    assert said in flags.said(run, told).data
    assert flags.by_year(told)["share"].sum() == 1


def test_a_mark_nobody_knows_is_shown_under_its_letter():
    told = findings([("a", 2019, "010620", "20", "01", flag) for flag in ("C", "F", "X", None)])
    assert set(flags.by_year(told)["mark"]) == {"cause", "factor", "X", "no mark"}

"""Delays of reports, what young releases show, published totals, and findings in words."""

import json

import numpy as np
import pandas as pd
import pytest

from hindcast.analysis import records
from hindcast.analysis.trends import backtest, published, settled, told
from hindcast.source import SourceFacts


def delays(rows: list[tuple[str, bool, str | None]], as_of: str = "2013-01-01") -> settled.Delays:
    frame = pd.DataFrame(rows, columns=["ev_date", "is_fatal", "approved"])
    frame = frame.assign(ev_date=pd.to_datetime(frame["ev_date"]),
                         approved=pd.to_datetime(frame["approved"]))  # fmt: skip
    day = pd.Timestamp(as_of)
    return settled.Delays(settled._table(frame, day), day, 0)


FATAL_LATE = delays(
    [("2010-01-01", False, "2010-06-01")] * 30
    + [("2010-01-01", True, "2011-09-01")] * 8
    + [("2010-01-01", True, None)] * 2
)


def test_delays_are_months_and_the_open_are_censored():
    table = FATAL_LATE.table
    assert table.loc[table["is_fatal"], "months"].min() == pytest.approx(19.98, abs=0.1)
    assert table["is_settled"].sum() == 38
    assert table["months"].max() == pytest.approx(36, abs=0.1)


def test_the_curve_is_that_of_kaplan_and_meier():
    found = settled.curve(FATAL_LATE).set_index(["kind", "age"])["settled"]
    assert found["not fatal", 4] == 0
    assert found["not fatal", 6] == pytest.approx(1)
    assert found["fatal", 24] == pytest.approx(0.8)
    assert settled.medians(FATAL_LATE)["not fatal"] == pytest.approx(4.96, abs=0.1)


def test_young_final_reports_are_not_as_often_fatal_as_all():
    found = settled.by_age(FATAL_LATE).set_index(["status", "age"])
    assert found.loc[("settled", 12), "fatal_share"] == 0
    assert found.loc[("open", 12), "fatal_share"] == 1
    assert found.loc[("settled", 24), "fatal_share"] == pytest.approx(8 / 38)
    assert np.isnan(found.loc[("open", 24), "fatal_share"]), "two are too few"


def test_what_a_release_of_next_march_would_have_shown():
    (row,) = settled.year_before(FATAL_LATE).to_dict("records")
    assert row == {"year": 2010, "accidents": 40, "settled": 0.75, "of settled": 0.0,
                   "of open": 1.0, "of all": 0.25}  # fmt: skip
    assert settled.year_before(delays([("2012-05-01", True, None)] * 20)).empty


def test_an_accident_counts_only_at_ages_it_has_reached():
    young = delays([("2012-10-01", True, None)] * 12)
    found = settled.by_age(young).set_index(["status", "age"])["known"]
    assert found["open", 2] == 12
    assert found["open", 6] == 0


@pytest.fixture
def admin(monkeypatch):
    def make(rows: list[dict], absent: dict | None = None) -> tuple[records.Records, pd.DataFrame]:
        held = pd.DataFrame(rows)
        monkeypatch.setattr(records, "table", lambda _name, _accidents: held)
        fatal = pd.array([True] * len(held), dtype="boolean")
        frame = held[["ev_id"]].assign(ev_date=pd.Timestamp("2010-01-01"), is_fatal=fatal)
        return records.Records(frame, [], absent or {}), frame

    return make


def test_approvals_out_of_order_are_counted_and_open(admin):
    rows = [
        {"ev_id": "a", "approval_date": "2009-01-01", "lchg_date": "2012-01-01"},
        {"ev_id": "b", "approval_date": "2150-01-01", "lchg_date": "2012-01-01"},
        {"ev_id": "c", "approval_date": "2011-01-01", "lchg_date": "2012-01-01"},
        {"ev_id": "d", "approval_date": None, "lchg_date": "2012-02-01"},
    ]
    found = settled.delays(*admin(rows))
    assert found.implausible == 2
    assert found.as_of == pd.Timestamp("2012-02-01")
    assert found.table["is_settled"].sum() == 1
    summary = settled.summary(found).set_index("accidents")
    assert summary.loc["fatal", ["settled", "open"]].tolist() == [1, 3]
    assert summary.loc["approval out of order", "open"] == 2


def test_without_dates_of_approval_nothing_is_told(admin):
    rows = [{"ev_id": "a", "approval_date": None, "lchg_date": None}]
    found = settled.delays(*admin(rows, {"NTSB_Admin": ["*"]}))
    assert found.as_of is None
    assert settled.curve(found).empty
    assert settled.by_age(found)["fatal_share"].isna().all()
    assert settled.year_before(found).empty
    assert len(settled.summary(found)) == 3


def test_unknown_statuses_are_counted_as_unknown():
    fatal = pd.array([True, False, None, None], dtype="boolean")
    codes = ["B", "P", "ZZ", None]
    day = pd.Timestamp("2010-01-01")
    frame = pd.DataFrame({"ev_date": day, "rec_stat": codes, "is_fatal": fatal})
    (row,) = settled.status(frame).to_dict("records")
    assert (row["probable cause"], row["preliminary"], row["unknown"]) == (1, 1, 2)
    assert row["fatal_share"] == 0.5


def facts(*, simulated: bool) -> SourceFacts:
    return SourceFacts("eadms_csv", ("r",), 1, "2008-01-01", "2021-12-31", simulated, "")


def years() -> pd.DataFrame:
    table = published.read().query("operations == 'all'")
    counts = {
        "accidents": (table["accidents"] * 0.99).round(),
        "fatal": 1.0,
        "deaths": table["deaths"],
    }
    return pd.DataFrame({"year": table["year"], "months": 12, **counts})


def nobody() -> pd.DataFrame:
    return pd.DataFrame({"ev_date": pd.to_datetime([]), "far_part": [], "inj_tot_f": [],
                         "is_fatal": pd.array([], dtype="boolean")})  # fmt: skip


def test_published_totals_are_compared_in_percent(monkeypatch):
    monkeypatch.setattr(published.source, "load", lambda: facts(simulated=False))
    found = published.compared(nobody(), years())
    own = found.query("operations == 'all' and what == 'accidents'")
    assert own["difference"].to_numpy() == pytest.approx(-1, abs=0.05)
    assert published.total(found)["difference"] == pytest.approx(-1, abs=0.01)
    table = published.totals(found)
    assert table["year"].iloc[-1] == "all of them"
    assert table["counted"].iloc[-1] == table["counted"].iloc[:-1].sum()


def test_half_a_year_is_not_compared(monkeypatch):
    monkeypatch.setattr(published.source, "load", lambda: facts(simulated=False))
    assert published.compared(nobody(), years().assign(months=6)).empty


def test_simulated_records_are_not_compared(monkeypatch):
    monkeypatch.setattr(published.source, "load", lambda: facts(simulated=True))
    found = published.compared(nobody(), years())
    assert found.empty
    assert published.totals(found).empty


def test_air_carriers_are_no_general_aviation():
    frame = pd.DataFrame({"ev_date": pd.Timestamp("2010-05-05"), "inj_tot_f": 1.0,
                          "far_part": ["091", "121", "135", "129", None, "137"],
                          "is_fatal": pd.array([True] * 6, dtype="boolean")})  # fmt: skip
    (row,) = published._general(frame).to_dict("records")
    assert (row["accidents"], row["fatal"], row["deaths"]) == (3, 3, 3)


def test_the_published_table_is_sound():
    table = published.read()
    assert not table.duplicated(["year", "operations"]).any()
    assert (table["published"] > table["year"]).all()
    wide = table.pivot_table(index="year", columns="operations", values="accidents").dropna()
    assert len(wide) >= 7
    assert (wide["general aviation"] < wide["all"]).all()
    assert (table["fatal"].dropna() < table.loc[table["fatal"].notna(), "accidents"]).all()


@pytest.mark.real
def test_real_totals_match_what_ntsb_published(real_records, monkeypatch):
    """Accidents of 2008-2021 within 1% together and within 2% in every year."""
    monkeypatch.setattr(published.source, "load", lambda: facts(simulated=False))
    events = pd.read_csv(real_records / "ntsb/avall_2008_2021/events.csv.gz", low_memory=False)
    own = events[events["ev_type"].eq("ACC") & events["ev_country"].eq("USA")]
    year = pd.to_datetime(own["ev_date"]).dt.year.rename("year")
    counts = own.groupby(year).size().rename("accidents").reset_index()
    counts = counts.assign(months=12, fatal=np.nan, deaths=np.nan).astype({"accidents": float})
    found = published.compared(nobody(), counts)
    assert len(found) == 13
    assert found["difference"].abs().max() < 2
    assert abs(published.total(found)["difference"]) < 1


@pytest.mark.real
def test_real_approvals_look_like_the_release_of_2017(real_records):
    """Of 2016's accidents that release had 2.9% of finals fatal, 32.7% of preliminaries."""
    folder = real_records / "ntsb/avall_2008_2021"
    columns = ["ev_id", "ev_type", "ev_country", "ev_date", "ev_highest_injury"]
    events = pd.read_csv(folder / "events.csv.gz", usecols=columns)
    admin = pd.read_csv(folder / "NTSB_Admin.csv.gz", usecols=["ev_id", "approval_date"])
    own = events[events["ev_type"].eq("ACC") & events["ev_country"].eq("USA")]
    rows = own.dropna(subset=["ev_highest_injury"]).merge(admin, on="ev_id", validate="1:1")
    fatal = rows["ev_highest_injury"].eq("FATL")
    told = zip(rows["ev_date"], fatal, rows["approval_date"], strict=True)
    found = settled.year_before(delays(list(told), "2025-10-29")).set_index("year").loc[2016]
    assert 0.01 < found["of settled"] < 0.05
    assert 0.25 < found["of open"] < 0.40
    assert found["of all"] == pytest.approx(0.16, abs=0.01)


def slopes(low: float, high: float) -> pd.DataFrame:
    row = {"what": "accidents", "months": 120, "ratio": (low + high) / 2, "low": low, "high": high}
    return pd.DataFrame([row])


def odds(low: float, high: float) -> dict[str, float]:
    return {"ratio": (low * high) ** 0.5, "low": low, "high": high}


@pytest.mark.parametrize(
    ("accidents", "shares", "headline"),
    [
        ((0.95, 0.98), (0.9, 1.1), "Fewer accidents, as large a share of them fatal as before"),
        ((1.01, 1.02), (1.1, 1.2), "More accidents, a larger share of them fatal"),
        ((0.99, 1.02), (0.7, 0.9), "No clear trend in accidents, a smaller share of them fatal"),
    ],
)
def test_the_trend_is_told_as_the_numbers_are(accidents, shares, headline):
    found = told.trend(slopes(*accidents), odds(*shares))
    assert found.headline == headline
    assert f"{100 * (sum(accidents) / 2 - 1):+.1f}% a year" in found.text
    assert told.trend(slopes(1, 1).iloc[:0], None).numbers == {}


@pytest.mark.parametrize(
    ("low", "high", "words"), [(1.2, 2, "are more often"), (0.4, 0.9, "are less often"),
                               (0.8, 1.3, "are about as often")]
)  # fmt: skip
def test_the_hour_is_told_as_the_numbers_are(low, high, words):
    hours = odds(low, high) | {"dark": 0.3, "midday": 0.2, "n_dark": 1200, "n_midday": 5000}
    found = told.late(hours)
    assert words in found.headline
    assert "30.0% of 1,200" in found.text
    assert "Too few" in told.late(None).headline


@pytest.mark.parametrize(("fatal_months", "words"), [(30, "hide deaths"), (3, "too many deaths")])
def test_young_reports_are_told_as_they_are(fatal_months, words):
    day = pd.Timestamp("2010-01-01")

    def when(months: int) -> str:
        return str((day + pd.Timedelta(days=30.5 * months)).date())

    rows = [("2010-01-01", True, when(fatal_months))] * 200
    rows += [("2010-01-01", False, when(33 - fatal_months))] * 800
    rows += [("2010-01-01", n % 4 == 0, when(6)) for n in range(100)]
    found = told.young(delays(rows, "2015-01-01"))
    assert words in found.headline
    assert found.numbers["low"] <= found.numbers["settled_within_a_year"] <= found.numbers["high"]


def test_there_are_three_findings_whatever_is_lacking():
    nothing = backtest.tried(pd.DataFrame({"month": [], "accidents": []}), 5, 36)
    empty = settled.Delays(FATAL_LATE.table.iloc[:0], None, 0)
    found = told.findings(slopes(1, 1).iloc[:0], None, None, empty, nothing)
    assert len(found) == 3
    assert all(one.headline.startswith("Too few") for one in found)
    assert json.dumps([one.numbers for one in found])


def test_a_forecasts_band_is_told_as_it_held(monkeypatch):
    row = {"MASE": 0.9, "inside80": 0.7, "inside95": 0.8, "forecasts": 30, "origins": 3}
    frame = pd.DataFrame([row], index=pd.Index(["ETS"], name="model"))
    monkeypatch.setattr(told, "scores", lambda _tried: frame)
    best = type("Best", (), {"best": "ETS"})()
    assert told.forecasts(best).headline == "A forecast's band promised too much"
    frame.loc["ETS", "inside95"] = 0.95
    assert told.forecasts(best).headline == "A forecast's band held what it promised"

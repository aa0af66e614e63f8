"""Causes: codes and the tree, how deep reports go, events by phase; the page's chain of calls."""

import json

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast import paths
from hindcast.analysis import records
from hindcast.analysis.causes import codes, depth, events, tree
from hindcast.figures import causes as figures
from hindcast.figures import causes_events

mpl.use("agg")

INVENTORY = {
    "kind": "eadms_csv",
    "releases": [{"release": "invented"}],
    "events": 9,
    "first": "2008-01-01",
    "last": "2021-12-31",
    "simulated": False,
    "fingerprint": "f",
    "tables": {"Findings": {"absent": []}, "Events_Sequence": {"absent": []}},
    "tables_absent": [],
}
REFERENCE = paths.reference()
PAGE = paths.root() / "notebooks" / "25_causes.ipynb"
STALL, SPEED, FUEL, LOST = "0106204244", "0106201020", "0107101024", "0202202544"
NONE = "0500000000"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    (tmp_path / "data" / "interim" / "core").mkdir(parents=True)
    (tmp_path / "data" / "reference").symlink_to(REFERENCE)
    (tmp_path / "data" / "interim" / "inventory.json").write_text(json.dumps(INVENTORY))
    yield tmp_path
    plt.close("all")


def accidents(fatal: list, **columns) -> pd.DataFrame:
    n = len(fatal)
    held = {
        "ev_id": [f"e{at}" for at in range(n)],
        "year": 2010,
        "ev_date": pd.Timestamp("2010-05-05"),
        "era": "2008+",
        "phase_group": "Landing",
        "occurrence": "Hard landing",
        "occurrence_code": "550092",
    }
    return pd.DataFrame({**held, **columns, "is_fatal": pd.array(fatal, dtype="boolean")}, range(n))


def reported(home, *rows: tuple[str, str | None]) -> None:
    """Write findings: accident and code."""
    told = pd.DataFrame(rows, columns=["ev_id", "finding_code"], dtype="str")
    told = told.assign(Aircraft_Key=1, finding_no=range(len(rows)), Cause_Factor=None)
    told.to_parquet(home / "data" / "interim" / "core" / "Findings.parquet")


def sequence(home, *rows: tuple[str, int, str]) -> None:
    told = pd.DataFrame(rows, columns=["ev_id", "Occurrence_No", "Occurrence_Code"])
    told.assign(Aircraft_Key=1).to_parquet(
        home / "data" / "interim" / "core" / "Events_Sequence.parquet"
    )


def test_the_older_scheme_is_left_out_and_not_mixed_in():
    dates = pd.to_datetime(["2007-03-03", "2010-03-03", "2007-03-03", "2012-03-03"])
    frame = accidents([True] * 4, era=["pre-2008", "2008+", None, None], ev_date=dates)
    assert codes.current(frame)["ev_id"].tolist() == ["e1", "e3"]


def test_weights_count_each_accident_once_and_unknown_codes_stay(home):
    reported(home, ("e0", STALL), ("e0", FUEL), ("e1", None), ("e1", "9876543210"), ("e2", NONE))
    found = codes.findings(accidents([True, False, False]))
    assert found.groupby("ev_id")["weight"].sum().tolist() == [1, 1, 1]
    counts = codes.unknown(found).set_index("what")["findings"].to_dict()
    assert counts == {
        "no code": 1,
        "code that no table explains": 1,
        "coded as not determined": 1,
        "all findings": 5,
    }
    drawn = tree.branches(found)
    assert {"98", codes.NOT_CODED} <= set(drawn.loc[drawn["level"].eq("category"), "name"])


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from([STALL, SPEED, FUEL, LOST, NONE, None])),
        min_size=1,
        max_size=30,
    )
)
def test_every_level_of_the_tree_adds_up_to_the_accidents(rows):
    told = pd.DataFrame(rows, columns=["ev_id", "code"]).astype({"code": "object"})
    parts = {
        name: told["code"].str[:width].fillna("no code") for name, width in codes.WIDTHS.items()
    }
    weight = 1 / told.groupby("ev_id")["ev_id"].transform("size")
    found = told.assign(**parts, weight=weight, is_fatal=pd.array([True] * len(told), "boolean"))
    drawn = tree.branches(found, least=0.2)
    for _, level in drawn.groupby("level"):
        assert level["weighted"].sum() == pytest.approx(told["ev_id"].nunique())
        ends = (level["start"] + level["weighted"]).sort_values()
        assert np.allclose(level["start"].sort_values()[1:], ends[:-1])
    children = drawn[drawn["level"].eq("section")].groupby("parent")["weighted"].sum()
    own = drawn[drawn["level"].eq("subcategory")].set_index("code")["weighted"]
    assert np.allclose(children.sort_index(), own.sort_index())


def test_a_code_told_twice_makes_one_accident(home):
    reported(home, ("e0", STALL), ("e0", STALL), ("e1", STALL))
    drawn = tree.branches(codes.findings(accidents([True, False]))).set_index("code")
    assert drawn.loc["010620", ["accidents", "findings", "fatal_share"]].tolist() == [2, 3, 0.5]


def test_extremes_leave_out_what_autopsies_find_and_what_is_rare(home):
    rows = [(f"e{at}", code) for at in range(9) for code in (STALL, "0201201044")]
    reported(home, *rows, ("e9", LOST))
    found = codes.findings(accidents([True] * 5 + [False] * 5))
    assert tree.extremes(found, least=5)["name"].tolist() == ["Angle of attack"]


def test_names_that_stand_twice_tell_their_section():
    names = pd.Series(tree.clear_names())
    assert names["01062010"] == "Airspeed"
    general = names[names.str.contains("(general)", regex=False)]
    assert len(general) > 50
    assert names.value_counts().head(1).item() < 5


def test_fatal_reports_are_longer_and_the_ratio_says_by_how_much(home):
    long = [(f"e{at}", code) for at in range(10) for code in (STALL, SPEED, FUEL, LOST)]
    reported(home, *long, *[(f"e{at}", STALL) for at in range(10, 30)])
    frame = accidents([True] * 10 + [False] * 20)
    counts = depth.counted(frame, codes.findings(frame))
    assert depth.ratio(counts)[0] == pytest.approx(4)
    spread = depth.spread(counts)
    assert spread.groupby("severity")["share"].sum().tolist() == [1, 1]
    assert depth.means(counts, "severity")["mean"].tolist() == [4, 1]


def test_the_ratio_of_lengths_has_an_interval_that_holds_it():
    draw = np.random.default_rng(1)
    number = np.concatenate([1 + draw.poisson(2.0, 400), 1 + draw.poisson(1.0, 900)])
    severity = ["fatal"] * 400 + ["not fatal"] * 900
    value, low, high = depth.ratio(pd.DataFrame({"severity": severity, "findings": number}))
    assert low < 1.5 < high
    assert low < value < high
    assert np.isnan(depth.ratio(pd.DataFrame({"severity": ["fatal"], "findings": [2]}))).all()


def test_a_chart_drops_no_accident_and_names_what_is_unknown():
    frame = accidents(
        [True, False, None, False, False],
        phase_group=["Landing", None, "Unknown", "Orbit", "Taxi"],
        occurrence=["Hard landing", None, "Unknown or undetermined", "Birdstrike", "Hard landing"],
    )
    told = events.charted(frame, events=1)
    assert told["event"].tolist() == [
        "Hard landing", events.NO_EVENT, events.NOT_KNOWN, events.OTHER_EVENT, "Hard landing",
    ]  # fmt: skip
    assert told["flight_phase"].tolist() == ["Landing", "unknown", "unknown", "Other phase", "Taxi"]
    cells = events.cells(told, least=1)
    inner = cells[
        cells["event"].ne(events.ALL_EVENTS) & cells["flight_phase"].ne(events.ALL_PHASES)
    ]
    total = cells[
        cells["event"].eq(events.ALL_EVENTS) & cells["flight_phase"].eq(events.ALL_PHASES)
    ]
    assert inner["accidents"].sum() == total["accidents"].item() == 5
    assert total["severity_unknown"].item() == 1


def test_cells_differ_only_where_they_do():
    rows = [
        ("A", "Taxi", 60, 55),
        ("A", "Landing", 60, 20),
        ("B", "Taxi", 200, 40),
        ("B", "Landing", 5, 5),
    ]
    frame = pd.concat(
        [
            accidents([True] * k + [False] * (n - k), occurrence=event, phase_group=phase)
            for event, phase, n, k in rows
        ],
        ignore_index=True,
    )
    cells = events.cells(events.charted(frame), least=10).set_index(["event", "flight_phase"])
    assert cells.loc[("A", "Taxi"), "differs"]
    assert not cells.loc[("A", "Landing"), "differs"]
    assert np.isnan(cells.loc[("B", "Landing"), "fatal_share"])
    assert not cells.loc[("B", "Landing"), "differs"]


def strata(rows: list[tuple]) -> pd.DataFrame:
    """Accidents of (event, phase, fatal, others)."""
    parts = [
        accidents([True] * k + [False] * o, occurrence=event, phase_group=phase)
        for event, phase, k, o in rows
    ]
    return events.charted(pd.concat(parts, ignore_index=True))


def test_a_phase_may_be_deadly_only_through_its_events():
    same = [
        ("A", "Maneuvering", 80, 20),
        ("A", "Landing", 8, 2),
        ("B", "Maneuvering", 1, 9),
        ("B", "Landing", 10, 90),
    ]
    found = events.compared(strata(same), "Maneuvering")
    assert found.crude[1] > 1
    assert found.within[0] == pytest.approx(1, abs=0.01)
    assert found.within[1] < 1 < found.within[2]
    assert found.strata == 2


def test_mantel_and_haenszels_ratio_is_that_of_a_textbook():
    """Sums of a d / n over sums of b c / n."""
    rows = [
        ("A", "Maneuvering", 30, 70),
        ("A", "Landing", 10, 90),
        ("B", "Maneuvering", 8, 12),
        ("B", "Landing", 15, 85),
    ]
    found = events.compared(strata(rows), "Maneuvering")
    assert found.within[0] == pytest.approx(
        (30 * 90 / 200 + 8 * 85 / 120) / (70 * 10 / 200 + 12 * 15 / 120)
    )
    assert list(events.table(*[{"Maneuvering": found}] * 2)["phase"]) == ["Maneuvering"]


def test_a_phase_that_no_accident_has_is_not_compared():
    found = events.compared(strata([("A", "Landing", 5, 5)]), "Maneuvering")
    assert np.isnan(found.crude).all()
    assert found.strata == 0


def test_a_loss_of_control_counts_in_its_own_phase_and_once(home):
    sequence(
        home, ("e0", 1, "400341"), ("e0", 2, "500240"), ("e0", 3, "550241"),
        ("e1", 1, "450241"), ("e2", 1, "777240"), ("e3", 1, "550230"),
    )  # fmt: skip
    found = events.losses_of_control(accidents([True, False, True, True]), least=1)
    assert dict(zip(found["phase"], found["accidents"], strict=True)) == {
        "Approach": 1,
        "Maneuvering": 1,
        records.UNKNOWN: 1,
    }


def test_how_the_defining_event_is_known_is_counted(home):
    rows = [("e0", True), ("e0", None), ("e1", None), ("e2", True)]
    told = pd.DataFrame(rows, columns=["ev_id", "Defining_ev"]).assign(Aircraft_Key=1)
    told.to_parquet(home / "data" / "interim" / "core" / "Events_Sequence.parquet")
    frame = accidents([True] * 4, occurrence_code=["550092", "550092", None, None])
    frame["phase_group"] = ["Landing", "Landing", "Landing", None]
    assert events.defined(frame)["accidents"].tolist() == [1, 1, 1, 1]


def test_years_with_few_coded_events_are_not_fair():
    frame = accidents([True] * 6, year=[2010] * 3 + [2012] * 3)
    frame["occurrence_code"] = [None, None, "1", "1", "1", None]
    assert events.fair_years(frame) == [2012]


def test_figures_draw_and_say_where_there_is_nothing(home):
    reported(home, ("e0", STALL), ("e0", FUEL), ("e1", None))
    frame = accidents([True, False, None])
    found = codes.findings(frame)
    counts = depth.counted(frame, found)
    ax = figures.tree(tree.branches(found))
    assert any("Personnel" in text.get_text() or "Aircraft" in text.get_text() for text in ax.texts)
    figures.lengths(depth.spread(counts), depth.means(counts, "year", "severity"))
    cells = events.cells(events.charted(frame), least=2)
    drawn = causes_events.heat(cells)
    assert drawn.get_yticklabels()[0].get_text() == "Hard landing"
    nothing = [
        figures.tree(tree.branches(found.head(0))),
        figures.lengths(
            depth.spread(counts.head(0)), depth.means(counts.head(0), "year", "severity")
        ),
        causes_events.heat(cells.head(0)),
        causes_events.phase_ratios({}, {}),
    ]
    for ax in nothing:
        assert any(text.get_text().startswith(("no ", "too few")) for text in ax.texts)


@pytest.mark.parametrize(("share", "colour"), [(0.0, "white"), (0.55, "black"), (1.0, "black")])
def test_ink_is_read_on_its_colour(share, colour):
    assert figures.ink(share) == colour


def invented(home, n: int = 900) -> None:
    """Accidents of fourteen years whose findings lean on the outcome; one year has no rows."""
    draw = np.random.default_rng(5)
    fatal = draw.random(n) < 0.25
    years = draw.choice([y for y in range(2008, 2022) if y != 2013], n)
    frame = accidents(fatal.tolist(), year=years).assign(
        ev_date=pd.to_datetime(pd.Series(years).astype(str) + "-06-01"),
        phase_group=np.where(draw.random(n) < np.where(fatal, 0.6, 0.2), "Maneuvering", "Landing"),
        is_us_accident=True,
        is_midair=False,
        is_on_airport=True,
    )
    folder = home / "data" / "processed" / "accidents"
    folder.mkdir(parents=True)
    frame.to_parquet(folder / "a.parquet")
    rows = []
    for name, is_fatal in zip(frame["ev_id"], fatal, strict=True):
        rows += [(name, SPEED), (name, STALL)] if draw.random() < 0.2 else [(name, FUEL)]
        rows += [(name, LOST)] if draw.random() < (0.6 if is_fatal else 0.05) else []
    reported(home, *rows)
    sequence(home, *[(name, 1, "450240") for name in frame["ev_id"][:300]])


@pytest.mark.parametrize("lacks", ["", "Findings", "Events_Sequence"])
def test_the_pages_chain_of_calls_runs_on_invented_records(home, lacks, monkeypatch):
    invented(home)
    if lacks:
        (home / "data" / "interim" / "core" / f"{lacks}.parquet").unlink()
        told = {name: one for name, one in INVENTORY["tables"].items() if name != lacks}
        inventory = INVENTORY | {"tables": told, "tables_absent": [lacks]}
        (home / "data" / "interim" / "inventory.json").write_text(json.dumps(inventory))
    cells = [c.source for c in nbformat.read(PAGE, as_version=4).cells if c.cell_type == "code"]
    small = "rule_rounds, network_rounds, least_code = 20, 2, 20"
    held: dict = {}
    for source in [cells[0], small, *cells[1:]]:
        exec(source, held)  # the page's own cells, as a kernel would run them
    told = json.loads((home / "data" / "processed" / "findings" / "causes.json").read_text())
    assert len(told) == 3
    headlines = [one["headline"] for one in told]
    assert headlines[0] == "Accidents while maneuvering are deadlier than others"
    assert ("too few" in headlines[1].lower()) == (lacks == "Findings")

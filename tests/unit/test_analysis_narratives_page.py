"""The page on narratives as a whole, on a tiny invented run: search, figures, findings, guard."""

import ast
import json
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import polars as pl
import pytest
from typer.testing import CliRunner

from hindcast import cli, paths
from hindcast.analysis.narratives import leak, ranking, search, words
from hindcast.errors import HindcastError
from hindcast.features import catalog, inputs
from hindcast.features.declare import Feature, Horizon
from hindcast.figures import narratives as figures
from hindcast.figures import narratives_search as search_figures

CHECKOUT = paths.root()
TEXTS = {
    True: ["The pilot's stall at low altitude.", "A spin after a stall, low over a ridge."],
    False: ["A hard landing after a bounce.", "A runway excursion in a gust on landing."],
}
ACCIDENTS = 120
TABLES = ("narratives", "Findings", "Events_Sequence", "aircraft", "events")


def accidents() -> pd.DataFrame:
    at = np.arange(ACCIDENTS)
    fatal = at % 3 == 0
    phase = {"phase_no": np.where(fatal, "450", "550")}
    days = pd.date_range("2015-01-01", periods=ACCIDENTS, freq="20D")
    return pd.DataFrame(
        {
            "ev_id": [f"e{one:03}" for one in at],
            "ev_date": days.date,
            "ev_year": days.year,
            "year": days.year,
            "era": "2008+",
            "severity": np.where(fatal, "Fatal", "None"),
            "is_fatal": fatal,
            "is_us_accident": True,
            "is_midair": False,
            "is_on_airport": ~fatal,
            "phase_group": np.where(fatal, "Maneuvering", "Landing"),
            **phase,
        }
    )


def tables(events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    keys = events[["ev_id"]].assign(Aircraft_Key=1)
    told = [TEXTS[fatal][at % 2] for at, fatal in enumerate(events["is_fatal"])]
    codes = np.where(events["is_fatal"], "0106204220", "0106204120")
    return {
        "narratives": keys.assign(narr_cause=[f"{one} It was {i}." for i, one in enumerate(told)]),
        "Findings": keys.assign(finding_no=1, finding_code=codes),
        "Events_Sequence": keys.assign(eventsoe_no="241", phase_no=events["phase_no"]),
        "aircraft": keys.assign(type_fly="INST", acft_category="AIR"),
        "events": keys[["ev_id"]].assign(light_cond="DAYL", wx_cond_basic="VMC"),
    }


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return a function that makes a home, without the tables named, and its folder."""
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    monkeypatch.setattr("hindcast.source.label", lambda: "Source: a test")

    def make(*absent: str):
        for folder in ("interim/core", "processed"):
            (tmp_path / "data" / folder).mkdir(parents=True)
        (tmp_path / "data/reference").symlink_to(CHECKOUT / "data/reference")
        events = accidents()
        events.to_parquet(tmp_path / "data/processed/accidents", partition_cols=["year"])
        for name, rows in tables(events).items():
            if name not in absent:
                rows.to_parquet(tmp_path / f"data/interim/core/{name}.parquet")
        held = {name: {"absent": []} for name in TABLES if name not in absent}
        inventory = {"tables": held, "tables_absent": list(absent)}
        paths.interim("inventory.json").write_text(json.dumps(inventory))
        part = np.where(np.arange(ACCIDENTS) < 80, "train", "test")
        events[["ev_id"]].assign(part=part).to_parquet(paths.processed("split.parquet"))
        forecasts = events[["ev_id", "is_fatal"]].assign(part=part, model="xgboost")
        forecasts = forecasts.assign(horizon="event", probability=0.2 + 0.5 * forecasts["is_fatal"])
        forecasts.to_parquet(paths.processed("predictions.parquet"))
        return tmp_path

    return make


def run_page() -> dict:
    """Run the notebook's cells one after the other with numbers that suit few texts."""
    book = nbformat.read(CHECKOUT / "notebooks" / "26_narratives.ipynb", as_version=4)
    small = {"least_accidents": 5, "least_topic_word": 5, "topic_numbers": [2, 3]}
    small |= {"topic_rounds": 1, "asked_by_text": 10, "bootstrap_rounds": 30, "terms_a_side": 4}
    told: dict = {}
    for cell in (one for one in book.cells if one.cell_type == "code"):
        exec(compile(cell.source, cell.id, "exec"), told)
        if "parameters" in cell.metadata.get("tags", []):
            told |= small
    plt.close("all")
    return told


def found_words() -> list[dict]:
    return json.loads(paths.processed("findings", "narratives.json").read_text())


def test_the_page_finds_what_the_texts_hold(home):
    home()
    told = run_page()
    assert set(told["leading"]["side"]) == {"fatal", "other"}
    assert told["by_topic"]["fatal_share"].iloc[0] == 1
    assert told["leaked"].scores["auc"].iloc[0] == 1
    labels = [one["figure"] for one in found_words()]
    assert labels == ["fig-narratives-topics", "fig-narratives-precision", "fig-narratives-leak"]


@pytest.mark.parametrize("absent", [["narratives"], ["Findings", "aircraft"], list(TABLES[:3])])
def test_the_page_runs_without_tables_and_says_which(home, absent):
    home(*absent)
    told = run_page()
    notice = told["records"].notice(told["run"], **{name: [] for name in absent}).data
    assert all(f"`{name}`" in notice for name in absent)
    assert len(found_words()) == 3
    if "narratives" in absent:
        assert all("too few probable causes" in one["text"] for one in found_words())


def test_the_shell_shows_accidents_and_says_when_nothing_matches(home):
    home()
    shown = CliRunner().invoke(cli.app, ["similar", "stalls at low altitude", "-k", "3"])
    assert shown.exit_code == 0
    assert shown.output.count("Fatal") == 3
    nothing = CliRunner().invoke(cli.app, ["similar", "submarine"])
    assert (nothing.exit_code, "no accident's probable cause" in nothing.output) == (0, True)


def test_similar_ranks_and_dates_what_it_finds(home):
    home()
    found = search.similar("hard landing after a bounce", k=5)
    assert found.columns.to_list() == ["score", "ev_id", "ev_date", "severity", "text"]
    assert found["score"].is_monotonic_decreasing
    assert found["text"].str.contains("hard landing").all()


@pytest.mark.parametrize(
    ("absent", "asked", "k", "said"),
    [
        (["narratives"], "stall", 3, "no probable-cause texts"),
        ([], "of the", 3, "no word to look for"),
        ([], "stall", 0, "at least one"),
    ],
)
def test_a_question_without_an_answer_says_why(home, absent, asked, k, said):
    home(*absent)
    with pytest.raises(HindcastError, match=said):
        search.similar(asked, k)


def test_without_a_run_the_search_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    with pytest.raises(HindcastError, match="dvc repro"):
        search.similar("stall")


TERMS = pd.DataFrame({"term": ["stall"], "z": [9.0], "odds_ratio": [5], "low": [4], "high": [6]})
TOPICS = pd.DataFrame(
    {"topic": ["a", "b"], "fatal_share": [0.5, 0.1], "low": [0.4, 0.05], "high": [0.6, 0.2]}
)


SCORES = ("precision", "reciprocal_rank", "ndcg")


def means(found: float, other: float, drawn: float) -> pd.DataFrame:
    frames = {
        name: pd.DataFrame({score: [value] * 3 for score in SCORES})
        for name, value in (("BM25", found), ("TF-IDF cosine", other))
    }
    frames["BM25"]["base_rate"] = drawn
    told = {name: frame.assign(relevant=9) for name, frame in frames.items()}
    return ranking.means(told, seed=1)


def scores(every: float, silent: float) -> pd.DataFrame:
    rows = [(leak.ALL, every), (leak.SAID_NOTHING, silent), (leak.LENGTH, 0.5)]
    frame = pd.DataFrame(rows, columns=["inputs", "auc"])
    return frame.assign(low=frame["auc"] - 0.05, high=frame["auc"] + 0.05)


@pytest.mark.parametrize(
    ("by_topic", "found", "leaks", "said"),
    [
        (
            TOPICS,
            (0.8, 0.6, 0.01),
            (0.9, 0.7),
            ["goes with how", "find accidents", "gives the"],
        ),
        (
            TOPICS.assign(low=0, high=1),
            (0.1, 0.3, 0.1),
            (0.55, 0.54),
            ["alike", "chance", "little"],
        ),
    ],
)
def test_headlines_follow_the_numbers(by_topic, found, leaks, said):
    told = words.findings(TERMS, by_topic, means(*found), scores(*leaks))
    assert [part in one.headline for one, part in zip(told, said, strict=True)] == [True] * 3


def test_sentences_follow_the_numbers():
    cases = (((0.8, 0.6, 0.1), 0.9), ((0.6, 0.8, 0.1), 0.7), ((0.6, 0.6, 0.1), 0.9))
    better, worse, same = (
        words.findings(TERMS, TOPICS, means(*found), scores(0.9, silent)) for found, silent in cases
    )
    assert "better than TF-IDF" in better[1].text
    assert "worse than TF-IDF" in worse[1].text
    assert "not told apart from" in same[1].text
    assert "without saying it" in better[2].text
    assert "said outright" in worse[2].text
    assert better[0].numbers["fatal_share_highest"] == 0.5


def test_topics_that_do_not_hold_are_no_finding():
    loose = TOPICS.iloc[[0]].assign(topic="c *", fatal_share=0.9, low=0.8, high=1)
    told = words.findings(TERMS, pd.concat([loose, TOPICS]), means(0.8, 0.6, 0.1), scores(0.9, 0.9))
    assert told[0].numbers["fatal_share_highest"] == 0.5
    assert "c *" not in told[0].text


def test_a_page_of_nothing_says_nothing_thrice():
    empty = pd.DataFrame(columns=["topic", "fatal_share", "score", "method", "mean", "inputs"])
    told = words.findings(empty, empty, empty, empty)
    assert [one.numbers for one in told] == [{}] * 3


def test_a_figure_of_nothing_says_why(monkeypatch):
    monkeypatch.setattr("hindcast.source.label", lambda: "Source: a test")
    nothing = pd.DataFrame(columns=["words_median", "topic", "what", "inputs", "ev_year"])
    drawn = [
        figures.coverage({"fatal": nothing}),
        figures.terms(nothing, nothing),
        figures.heat(pd.DataFrame()),
        figures.halves(nothing),
        figures.stability(nothing, 0, 0.8),
        figures.years(nothing),
        figures.ways(nothing),
        search_figures.precision({"BM25": nothing}),
        search_figures.alike(nothing),
        search_figures.areas(nothing, nothing),
    ]
    assert all(ax.texts for ax in drawn)
    plt.close("all")


def test_the_map_writes_each_share_into_its_cell(monkeypatch):
    monkeypatch.setattr("hindcast.source.label", lambda: "Source: a test")
    ax = figures.heat(pd.DataFrame({"None": [0.5, 0.001], "Fatal": [0.25, np.nan]}, ["a", "b"]))
    assert [text.get_text() for text in ax.texts] == ["50%", "25%", "0.1%"]
    plt.close("all")


# --- a verdict is never an input ---------------------------------------------------------------


def narrative_columns() -> set[str]:
    schema = pd.read_csv(paths.reference() / "eadms_schema.csv", dtype="str")
    own = schema[schema["table"] == "narratives"]
    elsewhere = set(schema["column"][schema["table"] != "narratives"])
    return set(own["column"]) - elsewhere


def rests_on_a_narrative(feature: Feature) -> bool:
    return bool(set(feature.inputs) & narrative_columns()) or "narr" in feature.source.lower()


def test_the_guard_sees_a_feature_that_reads_a_narrative():
    declared = {"known_at": Horizon.INVESTIGATION, "unit": "-", "why": "a test"}
    declared |= {"kind": "flag", "group": "a test"}
    reads = Feature(
        "is_told", pl.col("narr_cause").str.contains("stall"), source="aircraft", **declared
    )
    assert "narr_cause" in narrative_columns()
    assert rests_on_a_narrative(reads)


def test_no_feature_of_the_catalog_reads_a_narrative():
    assert [one.name for one in catalog.FEATURES if rests_on_a_narrative(one)] == []
    assert narrative_columns() <= catalog.FORBIDDEN


def test_no_module_that_makes_features_or_models_names_the_table():
    named = re.compile(r"^(narratives|narr_.*)$")
    source = paths.root() / "src" / "hindcast"
    found = set()
    for folder in ("features", "model"):
        for path in sorted((source / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and named.match(str(node.value)):
                    found.add((path.name, node.value))
    # The catalog names them to forbid them, leaks.py to measure what each gives away.
    assert {name for name, _ in found} == {"catalog.py", "leaks.py"}
    assert {value for name, value in found if name == "catalog.py"} <= catalog.FORBIDDEN


def test_inputs_are_the_same_with_and_without_narratives(tmp_path):
    events = pd.DataFrame({"ev_id": ["a"], "ev_date": [pd.Timestamp("2015-01-01")]})
    events = events.assign(ev_type="ACC", ev_country="USA", ev_highest_injury="FATL")
    events.to_parquet(tmp_path / "events.parquet")
    before = inputs.build(tmp_path)
    told = pd.DataFrame({"ev_id": ["a"], "Aircraft_Key": [1], "narr_cause": ["A fatal stall."]})
    told.to_parquet(tmp_path / "narratives.parquet")
    assert inputs.build(tmp_path).equals(before)

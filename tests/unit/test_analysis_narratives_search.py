"""The search in probable causes and its judge, on invented texts and codes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.analysis import records
from hindcast.analysis.narratives import cleaning, judging, neighbours, ranking, search

WORDS = pd.Series(
    [
        "fuel exhaustion in cruise flight",
        "a stall in the turn to final",
        "carburetor icing during descent and a forced landing",
        "the wire was struck while spraying",
        "fuel starvation",
    ]
)
METHODS = {"BM25": search.Bm25, "TF-IDF cosine": search.Cosine}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_likest_text_comes_first(method):
    index = method.of(WORDS)
    assert index.ranked("fuel exhaustion in cruise", 3)[0].tolist() == [0, 4]
    assert index.ranked("carburetor icing", 3)[0].tolist() == [2]
    _, scores = index.ranked("fuel in the turn", 5)
    assert (np.diff(scores) <= 0).all()
    assert (scores > 0).all()


def test_stems_find_other_forms():
    assert search.Bm25.of(WORDS).ranked("striking wires", 1)[0].tolist() == [3]


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_equal_texts_keep_their_order(method):
    index = method.of(pd.Series(["stall spin"] * 4 + ["fuel"]))
    assert index.ranked("spin", 3)[0].tolist() == [0, 1, 2]


INDEXES = [method.of(WORDS) for method in METHODS.values()]


@given(asked=st.text(max_size=40))
def test_nothing_that_is_typed_breaks_the_search(asked):
    for index in INDEXES:
        found, scores = index.ranked(asked, 3)
        assert len(found) == len(scores) <= 3


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_without_texts_nothing_is_found(method):
    assert method.of(pd.Series([], dtype="str")).ranked("stall", 3)[0].tolist() == []


def test_the_index_matches_words_as_the_servers_does():
    texts = pytest.importorskip("hindcast.serve.records.texts")
    from hindcast import fulltext

    assert f"tokenize='{fulltext.TOKENIZE}'" in texts._TABLES
    assert f"tokenize='{fulltext.TOKENIZE}'" in search._TABLE


OF = {
    "finding": pd.DataFrame({"ev_id": ["a", "b", "c"], "code": ["0107101024", "0106204220", "05"]}),
    "phase": pd.DataFrame({"ev_id": ["a", "b", "c", "d"], "code": ["402", "500", "402", "402"]}),
    "occurrence": pd.DataFrame({"ev_id": ["d"], "code": ["192"]}),
}
RULES = pd.DataFrame(
    [
        (1, "fuel ran out in cruise", "fuel", "finding", "0107101024 02061030"),
        (1, "fuel ran out in cruise", "fuel", "occurrence", "192"),
        (1, "fuel ran out in cruise", "cruise", "phase", "40"),
        (2, "stall", "stall", "finding", "01062042"),
    ],
    columns=["query_no", "query", "clause", "field", "codes"],
)
EVENTS = pd.DataFrame({"ev_id": ["a", "b", "c", "d"]})


def test_an_accident_is_relevant_if_it_meets_every_clause_by_any_code():
    found = judging.judged_by(RULES, OF, EVENTS)
    assert found.to_dict("list") == {1: [True, False, False, True], 2: [False, True, False, False]}


def test_wrong_answers_say_which_clause_they_lack():
    met = judging.clauses(RULES, OF, EVENTS)
    found = judging.missed({1: np.array([1, 2, 0])}, met)
    assert found.to_dict("records") == [
        {"query_no": 1, "wrong": 2, "clause": "fuel", "unmet": 2},
        {"query_no": 1, "wrong": 2, "clause": "cruise", "unmet": 1},
    ]


def test_only_accidents_with_codes_of_2008_on_are_judged():
    frame = EVENTS.assign(text=["x", "x", None, "x"], era=["2008+", "pre-2008", "2008+", "2008+"])
    assert judging.collection(frame, OF)["ev_id"].to_list() == ["a"]
    assert judging.steps(frame, OF)["accidents"].to_list() == [4, 3, 2, 1, 1]


def test_the_rules_are_ten_queries_of_codes_that_exist():
    narrow, broad = judging.queries(), judging.queries(judging.BROAD)
    assert narrow["query_no"].nunique() == 10
    assert len(narrow) < len(broad)
    clauses = ["query_no", "clause"]
    assert set(map(tuple, broad[clauses].to_numpy())) == set(map(tuple, narrow[clauses].to_numpy()))
    read = {"dtype": "str"}
    from hindcast import paths

    parts = ["category_no", "subcategory_no", "section_no", "subsection_no"]
    known = pd.read_csv(paths.reference() / "finding_subsections.csv", **read)[parts].agg(
        "".join, axis=1
    )
    phases = pd.read_csv(paths.reference() / "phase_codes.csv", **read)
    phases = phases[phases["era"] == judging.ERA]["phase_no"]
    for field, codes in zip(broad["field"], broad["codes"], strict=True):
        for code in codes.split():
            if field == "finding":
                assert known.str.startswith(code[:8]).any(), code
            if field == "phase":
                assert phases.str.startswith(code).any(), code


def test_a_field_without_codes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("hindcast.paths.reference", lambda: tmp_path)
    (tmp_path / "search_queries.csv").write_text(
        "query_no,query,clause,width,field,codes,why,source\n1,q,c,narrow,colour,1,x,y\n"
    )
    with pytest.raises(records.AnalysisError, match="no field colour"):
        judging.queries()


def test_scores_of_known_answers():
    """Hits at ranks 2 and 3 of 5, 3 relevant: ndcg (1/log2 3 + 1/2) / (1 + 1/log2 3 + 1/2)."""
    relevant = pd.DataFrame({1: [True, True, False, False, True, False, False, False]})
    (found,) = ranking.judged({1: np.array([2, 0, 4, 3])}, relevant, 5).to_dict("records")
    assert (found["hits"], found["precision"], found["base_rate"]) == (2, 0.4, 3 / 8)
    assert found["reciprocal_rank"] == 0.5
    gain = 1 / np.log2(3) + 0.5
    assert found["ndcg"] == pytest.approx(gain / (1 + gain))
    assert found["low"] < 0.4 < found["high"]


@settings(max_examples=40)
@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8))
def test_scores_lie_between_nothing_and_the_best_order(order, is_relevant):
    relevant = pd.DataFrame({1: is_relevant})
    (found,) = ranking.judged({1: np.array(order)}, relevant, 4).to_dict("records")
    for name in ("precision", "reciprocal_rank", "ndcg"):
        assert 0 <= found[name] <= 1
    best = np.argsort(~np.array(is_relevant), kind="stable")
    (ideal,) = ranking.judged({1: best}, relevant, 4).to_dict("records")
    assert ideal["ndcg"] == pytest.approx(1 if any(is_relevant) else 0)
    assert ideal["ndcg"] >= found["ndcg"] - 1e-12


def test_means_have_the_difference_of_the_methods_and_the_random_draw():
    frames = {
        name: pd.DataFrame(
            {"precision": p, "reciprocal_rank": p, "ndcg": p, "base_rate": [0.1, 0.3, 0]}
        )
        for name, p in (("one", [0.9, 0.7, 0]), ("two", [0.4, 0.2, 0]))
    }
    # The third query is one that no accident meets.
    frames = {name: frame.assign(relevant=[5, 9, 0]) for name, frame in frames.items()}
    found = ranking.means(frames, seed=1).set_index(["method", "score"])
    assert found.loc[("one - two", "ndcg"), ["mean", "low", "high"]].tolist() == pytest.approx(
        [0.5, 0.5, 0.5]
    )
    assert found.loc[("random draw", "precision"), "mean"] == pytest.approx(0.2)
    table = ranking.table({"narrow": found.reset_index()})
    assert table["method"].to_list() == ["one", "two", "one - two", "random draw"]
    assert table["precision"][0] == "0.80 (0.70 to 0.90)"
    assert table["ndcg"][3] == ""


def test_neighbours_share_codes_where_texts_go_with_codes():
    kinds = ["stall spin", "fuel tank", "wire pole"]
    frame = pd.DataFrame({"words": [f"{kinds[at % 3]} {'x' * (at + 2)}" for at in range(60)]})
    frame["ev_id"] = [f"e{at}" for at in range(60)]
    frame["phase_group"] = [kinds[at % 3] for at in range(60)]
    frame["is_fatal"] = pd.array([at % 3 == 0 for at in range(60)], dtype="boolean")
    codes = [f"{at % 3}000000000" for at in range(60)]
    findings = pd.DataFrame({"ev_id": frame["ev_id"], "code": codes})
    rankers = {"BM25": search.Bm25.of(frame["words"])}
    found = neighbours.alike(rankers, frame, findings, asked=30, k=5, seed=1)
    wide = found.pivot_table(index="method", columns="what", values="mean")
    assert (wide.loc["BM25"] == 1).all()
    assert (wide.loc["random draw"] < 0.8).all()
    assert neighbours.alike(rankers, frame.iloc[:0], findings, asked=3, k=5, seed=1).empty


def test_function_words_alone_ask_for_nothing():
    assert search.asked_for("of the and", cleaning.rules()) == []

"""Words of the probable causes: cleaning, terms, log-odds. All texts here are invented."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2

from hindcast.analysis.narratives import cleaning, equal_length, log_odds, matrix, texts, wording

RULES = cleaning.rules()


def told(rows: list[tuple[str, bool | None]]) -> pd.DataFrame:
    """Return accidents with texts, as `texts.read` gives them."""
    written = pd.Series([text for text, _ in rows], dtype="str")
    return pd.DataFrame(
        {
            "ev_id": [f"e{at}" for at in range(len(rows))],
            "ev_date": pd.date_range("2010-01-01", periods=len(rows)),
            "ev_year": 2010,
            "text": written,
            "words": [RULES.clean(one) for one in written.fillna("")],
            "severity": ["Fatal" if fatal else "None" for _, fatal in rows],
            "is_fatal": pd.array([fatal for _, fatal in rows], dtype="boolean"),
        }
    )


@pytest.mark.parametrize(
    "written",
    [
        "The National Transportation Safety Board determines the probable cause(s) of this "
        "accident to be: A gust.",
        "A gust. Contributing to the accident was",
        "Simulated record. A gust, for reasons drawn by chance.",
    ],
)
def test_boilerplate_leaves_no_term(written):
    assert set(cleaning.terms(RULES.clean(written), RULES.edges)) <= {"gust"}


def test_possessives_and_odd_quotes_do_not_part_a_word():
    for written in ("The pilot's stall", "the pilot\u2019s stall", "the pilots' stall"):
        assert cleaning.terms(RULES.clean(written), RULES.edges)[-1] == "stall"
    assert RULES.clean("the pilot\u2019s\u00a0stall") == "the pilot stall"


@given(st.text(alphabet="abN123-. ,", max_size=60))
def test_no_term_holds_a_digit(text):
    found = cleaning.terms(RULES.clean(text), RULES.edges)
    assert not any(one.isdigit() for term in found for one in term)


@given(st.lists(st.sampled_from(["loss", "of", "the", "control", ",", "n12ab"]), max_size=12))
def test_terms_are_whole_phrases(words):
    row = cleaning.words(" ".join(words))
    for term in cleaning.terms(" ".join(words), RULES.edges):
        parts = term.split()
        assert len(parts) <= cleaning.LONGEST
        assert not {parts[0], parts[-1]} & RULES.edges
        assert f" {term} " in f" {' '.join(row)} "


def test_names_are_masked_and_words_of_the_code_tables_are_not():
    written = ["The Smithson engine failed.", "A stall of the Smithson.", "Loss Of Control by him"]
    masked = cleaning.names(written, cleaning.vocabulary())
    assert masked == {"smithson"}
    assert cleaning.terms("the smithson engine", RULES.edges, masked) == ["engine"]


def test_a_word_that_only_opens_sentences_is_no_name():
    assert cleaning.names(["Wind. Wind. A gust of wind."], frozenset()) == frozenset()


def test_an_event_has_one_text_whatever_its_aircraft():
    rows = {"ev_id": ["a", "a", "b", "b", "c"], "Aircraft_Key": [1, 2, 2, 1, 1]}
    same = pd.DataFrame(rows | {"narr_cause": ["One.", "One. ", "Two.", "First.", None]})
    found = texts.of_events(same)
    assert found.to_dict("list") == {"ev_id": ["a", "b"], "text": ["One.", "First.\nTwo."]}


def test_coverage_counts_who_has_a_text_and_how_long():
    frame = told([("a b c", True), (None, True), ("a", False)])
    found = texts.coverage(frame, "severity").set_index("severity")
    assert found.loc["Fatal", ["accidents", "with_text", "share"]].tolist() == [2, 1, 0.5]
    assert found.loc["Fatal", "words_median"] == 3
    assert found.loc["Fatal", "low"] < 0.5 < found.loc["Fatal", "high"]


def test_rare_terms_and_terms_of_nearly_all_texts_are_not_counted():
    frame = told([("stall common", True)] * 3 + [("wire common", False)] * 20)
    assert matrix.build(frame, 3).names.tolist() == ["stall", "stall common", "wire", "wire common"]
    assert matrix.build(frame, 4).names.tolist() == ["wire", "wire common"]
    assert matrix.build(frame.assign(text=pd.NA), 3).counts.shape == (0, 0)


def sides(fatal_with: int, fatal: int, other_with: int, other: int) -> matrix.Terms:
    rows = [("stall low", True)] * fatal_with + [("wind low", True)] * (fatal - fatal_with)
    rows += [("stall low", False)] * other_with + [("wind low", False)] * (other - other_with)
    return matrix.build(told(rows), 1)


def test_without_a_prior_the_odds_ratio_is_that_of_the_table():
    found = log_odds.compare(sides(30, 100, 10, 100), prior=1e-9).set_index("term").loc["stall"]
    known = Table2x2([[30, 70], [10, 90]])
    assert found["odds_ratio"] == pytest.approx(known.oddsratio, rel=1e-6)
    assert (found["low"], found["high"]) == pytest.approx(known.oddsratio_confint(), rel=1e-6)
    assert (found["fatal"], found["other"]) == (30, 10)


def test_the_prior_pulls_towards_no_difference():
    strong = [log_odds.compare(sides(30, 100, 10, 100), prior) for prior in (1, 100, 10_000)]
    ratios = [one.set_index("term")["odds_ratio"]["stall"] for one in strong]
    assert ratios[0] > ratios[1] > ratios[2] > 1


def test_a_term_of_one_side_has_a_finite_interval():
    found = log_odds.compare(sides(0, 100, 40, 100), prior=20).set_index("term").loc["stall"]
    assert 0 < found["low"] < found["odds_ratio"] < found["high"] < 1


def test_accidents_of_unknown_severity_do_not_count():
    rows = [("stall low", True), ("wind low", False)] * 20
    known = log_odds.compare(matrix.build(told(rows), 1), 10)
    more = log_odds.compare(matrix.build(told([*rows, *[("stall low", None)] * 30]), 1), 10)
    pd.testing.assert_frame_equal(
        known.set_index("term").loc[["stall", "wind"]],
        more.set_index("term").loc[["stall", "wind"]],
        check_exact=False,
        rtol=0.5,
    )
    assert more.set_index("term").loc["stall", "fatal"] == 20


def test_one_side_alone_compares_nothing():
    terms = matrix.build(told([("stall low", True)] * 5), 1)
    assert log_odds.compare(terms, 10).empty


def test_terms_of_the_same_texts_are_shown_once_and_as_the_longer_phrase():
    rows = [("angle of attack", True)] * 60 + [("a gust of wind", False)] * 60
    rows += [("attack", True)] * 5 + [("gust", False)] * 5
    terms = matrix.build(told(rows), 3)
    found = log_odds.leading(log_odds.compare(terms, 10), terms, most=5)
    assert found["term"].to_list() == ["angle of attack", "gust of wind"]
    assert found["side"].to_list() == ["fatal", "other"]
    assert (found["low"] < found["odds_ratio"]).all()
    assert (found["odds_ratio"] < found["high"]).all()


def test_intervals_of_chosen_terms_are_wider():
    rows = [("stall low", True), ("wind low", False)] * 30 + [("rain x", True), ("rain", False)] * 9
    terms = matrix.build(told(rows), 3)
    found = log_odds.compare(terms, 10)
    (chosen,) = log_odds.leading(found, terms, most=1).query("side == 'fatal'").to_dict("records")
    plain = found.set_index("term").loc[chosen["term"]]
    assert chosen["low"] < plain["low"] < plain["odds_ratio"] < plain["high"] < chosen["high"]


def test_between_texts_of_one_length_a_word_that_only_goes_with_length_says_nothing():
    long, short = "filler " * 20, "filler "
    rows = [(long + "rudder", True)] * 40 + [(long + "wind", True)] * 40
    rows += [(long + "rudder", False)] * 10 + [(long + "wind", False)] * 10
    rows += [(short + "wind", False)] * 90 + [(short + "rudder", False)] * 5
    rows += [(short + "wind", True)] * 18 + [(short + "rudder", True)]
    terms = matrix.build(told(rows), 3)
    crude = log_odds.compare(terms, 1e-9).set_index("term")["odds_ratio"]["rudder"]
    (equal,) = equal_length.at_equal_length(terms, ["rudder"], strata=2).to_dict("records")
    assert crude > 3
    assert equal["equal_low"] < 1 < equal["equal_high"]


def test_a_term_that_every_class_lacks_on_one_side_has_no_pooled_ratio():
    terms = matrix.build(told([("stall", True)] * 5 + [("wind", False)] * 5), 1)
    (found,) = equal_length.at_equal_length(terms, ["stall"]).to_dict("records")
    assert np.isnan(found["equal_length"])


def test_shares_by_severity_are_of_the_severitys_texts():
    terms = matrix.build(told([("stall low", True), ("wind low", True), ("wind low", False)]), 1)
    found = log_odds.by_severity(terms, ["stall", "wind"], ["None", "Minor", "Fatal"])
    assert found.to_dict() == {
        "None": {"stall": 0, "wind": 1},
        "Fatal": {"stall": 0.5, "wind": 0.5},
    }


def test_halves_agree_where_years_do_and_do_not_where_they_turn():
    steady = [("stall low", True), ("wind low", False)] * 60
    turned = steady[:60] + [(text, not fatal) for text, fatal in steady[60:]]
    same, other = (
        log_odds.agreement(log_odds.in_halves(matrix.build(told(rows), 3), 10, 3))
        for rows in (steady, turned)
    )
    assert same["same_side"][0] == 1
    assert other["same_side"][0] == 0


def test_ways_of_saying_one_thing_by_year():
    rows = told(
        [("for undetermined reasons", False), ("could not be determined", False), ("x", True)]
    )
    found = wording.by_year(rows.assign(ev_year=[2008, 2010, 2010]), wording.UNKNOWN_CAUSE)
    wide = found.pivot_table(index="ev_year", columns="way", values="share", dropna=False)
    assert wide.loc[2008].to_dict() == {"either": 1, "not determined": 0, "undetermined": 1}
    assert wide.loc[2010, "either"] == 0.5
    assert found[found["ev_year"] == 2009]["share"].isna().all()

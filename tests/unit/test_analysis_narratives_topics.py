"""Topics of invented texts: found again, counted, and followed over the years."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from hindcast.analysis.narratives import matrix, stability, topic_shares, topics

KINDS = [["fuel", "tank", "exhaustion"], ["stall", "spin", "airspeed"], ["wire", "pole", "tower"]]


def counted(per_kind: int, seed: int = 1) -> matrix.Terms:
    """Return texts of three kinds, each of words of its own, and a word that all may have."""
    draws = np.random.default_rng(seed)
    names = np.array(sorted([word for kind in KINDS for word in kind] + ["pilot"]), dtype=object)
    rows = np.zeros((3 * per_kind, len(names)))
    for at in range(len(rows)):
        own = np.isin(names, KINDS[at % 3])
        rows[at, own] = draws.integers(1, 4, 3)
        rows[at, names == "pilot"] = draws.integers(0, 2)
    frame = pd.DataFrame({"ev_id": [f"e{at}" for at in range(len(rows))]})
    return matrix.Terms(frame, names, sparse.csr_array(rows), frozenset())


@pytest.fixture(scope="module")
def terms() -> matrix.Terms:
    return counted(40)


@pytest.fixture(scope="module")
def tried(terms) -> pd.DataFrame:
    return stability.stability(topics.weights(terms), terms.names, [3, 7, 50], rounds=2, seed=1)


def test_three_kinds_of_texts_are_three_topics(terms):
    found = topics.fit(topics.weights(terms), terms.names, 3, [1])
    assert {frozenset(words[:3]) for words in found.leading()} == {frozenset(k) for k in KINDS}
    of = found.of_texts()
    assert of.value_counts()[found.names].to_list() == [40, 40, 40]
    assert (pd.crosstab(of, np.arange(120) % 3) > 0).to_numpy().sum() == 3


def test_shares_of_a_text_sum_to_one_and_loadings_have_length_one(terms):
    found = topics.fit(topics.weights(terms), terms.names, 3, [1])
    np.testing.assert_allclose(found.shares.sum(axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(found.loadings, axis=1), 1)


def test_a_text_between_two_topics_has_none(terms):
    found = topics.fit(topics.weights(terms), terms.names, 3, [])
    third = np.full((1, 3), 1 / 3)
    between = topics.Topics(found.names, found.words, found.loadings, third, 0.0)
    assert between.of_texts().to_list() == [topics.NONE]


def test_a_fit_is_wholly_like_itself_whatever_the_order(terms):
    found = topics.fit(topics.weights(terms), terms.names, 3, [])
    turned = topics.Topics(
        found.names[::-1], found.words, found.loadings[::-1], found.shares[:, ::-1], 0.0
    )
    compared = stability.compared(found, turned)
    np.testing.assert_allclose(compared[["cosine", "jaccard"]], 1)


def test_true_topics_hold_and_too_many_do_not(tried):
    held = stability.holding(tried, 0.9)
    numbers = stability.by_number(held).set_index("topics")
    assert numbers.index.to_list() == [3, 7]  # 50 are more than there are words
    assert numbers.loc[3, "holding"] == 1
    assert numbers.loc[7, "holding"] < 1
    assert stability.choose(stability.by_number(held), 0.99) == 3


def test_stability_repeats(terms, tried):
    again = stability.stability(topics.weights(terms), terms.names, [3, 7, 50], rounds=2, seed=1)
    pd.testing.assert_frame_equal(tried, again)


def test_topics_that_do_not_hold_are_marked(terms, tried):
    found = topics.fit(topics.weights(terms), terms.names, 3, [1, 2])
    firm = stability.holding(tried, 0.9)
    loose = firm.assign(holds=False)
    assert stability.marked(found, firm).names == found.names
    starred = stability.marked(found, loose)
    assert all(name.endswith(stability.STAR) for name in starred.names)
    table = stability.table(starred, loose)
    assert table["texts"].sum() == 120
    assert table["texts_anew"].notna().all()


def test_topics_of_the_same_leading_words_are_told_apart():
    words = np.array(["a", "b", "c", "d", "e"], dtype=object)
    loadings = np.array([[4, 3, 2, 1, 0], [4, 3, 2, 0, 1]], dtype=float)
    assert topics._called(words, loadings) == ["a, b, c, d", "a, b, c, e"]


def test_no_words_no_topics():
    none = matrix.Terms(
        pd.DataFrame({"ev_id": ["a"]}), np.array([]), sparse.csr_array((1, 0)), frozenset()
    )
    weighted = topics.weights(none)
    tried = stability.stability(weighted, none.names, [3], 1, 1)
    held = stability.holding(tried, 0.9)
    chosen = stability.choose(stability.by_number(held), 0.9)
    found = stability.marked(topics.fit(weighted, none.names, chosen, [1]), held)
    assert (chosen, found.of_texts().to_list()) == (0, [topics.NONE])
    assert stability.table(found, held).empty


def dated(years: list[int], of: list[str], fatal: list[bool]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ev_year": years,
            "topic": pd.Categorical(of, ["a", "b", topics.NONE]),
            "is_fatal": pd.array(fatal, dtype="boolean"),
        }
    )


def test_the_deadliest_topic_comes_first_and_those_without_one_last():
    frame = dated([2010] * 60, ["a", "b", topics.NONE] * 20, [False, True, True] * 20)
    found = topic_shares.fatal(frame)
    assert found["topic"].to_list() == ["b", "a", topics.NONE]
    assert found["fatal_share"].to_list() == [1, 0, 1]


def test_a_year_without_texts_is_a_gap():
    found = topic_shares.by_year(dated([2008, 2010], ["a", "b"], [True, False]))
    wide = found.pivot_table(index="ev_year", columns="topic", values="share", dropna=False)
    assert wide["a"].to_list()[::2] == [1, 0]
    assert wide.loc[2009].isna().all()


@pytest.mark.parametrize("rising", [True, False])
def test_a_trend_has_its_direction(rising):
    years = np.repeat(np.arange(2008, 2018), 40)
    is_a = np.random.default_rng(1).random(400) < (years - 2007) / 14
    frame = dated(list(years), ["a" if one == rising else "b" for one in is_a], [False] * 400)
    found = topic_shares.trends(frame).set_index("topic")
    assert (found.loc["a", "low"] > 1) == rising
    assert (found.loc["b", "high"] < 1) == rising
    assert topic_shares.trends(frame[frame["ev_year"] == 2010]).empty


def test_phases_of_a_topic_sum_to_one_and_unknown_ones_stay():
    frame = dated([2010] * 9, ["a", "a", "b"] * 3, [True] * 9)
    phases = ["Landing", None, "Takeoff", "Landing", "Unknown", "Taxi", "Landing", "Landing", None]
    found = topic_shares.by_phase(frame.assign(phase_group=phases), least=3)
    assert found.columns.to_list() == ["Landing", "other phases", "unknown"]
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found.loc["a", "unknown"] == pytest.approx(2 / 6)

"""Causes: which findings stand together beyond chance, and what communities are worth."""

from itertools import combinations

import matplotlib as mpl
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.analysis.causes import chance, network
from hindcast.figures import causes_network

mpl.use("agg")

CODES = ["01062042", "01062010", "01071010", "02022025", "02041520", "03036020"]
LIMITS = network.Limits(5, 0.05, 1.5)


def held(has: np.ndarray) -> chance.Held:
    return chance.Held(has.astype(bool), CODES[: has.shape[1]])


def drawn_without_replacement(w: list[float], k: int) -> tuple[np.ndarray, np.ndarray]:
    """Single and joint probabilities of conditional Bernoulli sampling, set by set."""
    one, two, whole = np.zeros(len(w)), np.zeros((len(w), len(w))), 0.0
    for chosen in combinations(range(len(w)), k):
        weight = float(np.prod([w[i] for i in chosen]))
        whole += weight
        one[list(chosen)] += weight
        for a, b in combinations(chosen, 2):
            two[a, b] += weight
            two[b, a] += weight
    return one / whole, two / whole


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.05, 1), min_size=3, max_size=6), st.data())
def test_expectations_are_those_of_counting_every_set(w, data):
    k = data.draw(st.integers(1, len(w)))
    share = np.array(w) / sum(w)
    one, two = drawn_without_replacement(list(share), k)
    assert np.allclose(chance.inclusion(share, k)[k], one)
    sizes = np.zeros(k + 1)
    sizes[k] = 7
    assert np.allclose(chance.joint(share, sizes), 7 * two, atol=1e-9)


def test_fitted_weights_expect_each_finding_as_often_as_it_is():
    draw = np.random.default_rng(2)
    has = draw.random((400, 6)) < [0.6, 0.4, 0.3, 0.2, 0.1, 0.05]
    has = has[has.any(axis=1)]
    counts, sizes = has.sum(axis=0).astype(float), np.bincount(has.sum(axis=1)).astype(float)
    w = chance.weights(counts, sizes)
    assert np.allclose(sizes @ chance.inclusion(w, len(sizes) - 1), counts, rtol=1e-5)


def test_pairs_of_all_findings_add_up_to_those_of_the_lists():
    has = np.random.default_rng(3).random((300, 6)) < 0.35
    has = has[has.any(axis=1)]
    k = has.sum(axis=1)
    found = chance.pairs(held(has))
    assert found["expected"].sum() == pytest.approx((k * (k - 1) / 2).sum(), rel=1e-4)
    assert found["both"].sum() == (k * (k - 1) // 2).sum()


def deep_and_shallow() -> np.ndarray:
    """Findings dealt by chance, to long lists and to short ones."""
    draw = np.random.default_rng(4)
    has = np.zeros((3000, 6), dtype=bool)
    for row in has:
        row[draw.choice(6, 4 if draw.random() < 0.3 else 1, replace=False)] = True
    return has


def test_long_lists_alone_are_no_association():
    own = held(deep_and_shallow())
    assert not chance.pairs(own)["q"].lt(0.05).any()
    assert chance.independent(own, 0.05) > 0


def test_a_planted_pair_is_found_and_no_other():
    has = deep_and_shallow()
    has[:200, :2] = True
    found = chance.pairs(held(has))
    edges = chance.edges(found, least=5, alpha=0.01, lift=1.1)
    assert edges[["a", "b"]].to_numpy().tolist() == [CODES[:2]]
    assert edges["weight"].item() == pytest.approx(np.log(edges["lift"].item()))
    assert chance.edges(found, least=5, alpha=0.01, lift=1.5).empty


def test_counting_an_accident_twice_is_having_it_twice():
    has = deep_and_shallow()[:500]
    times = np.ones(500)
    times[:100] = 2
    twice = chance.pairs(held(np.vstack([has, has[:100]])))
    pd.testing.assert_frame_equal(chance.pairs(held(has), times), twice)


def test_rare_findings_and_those_that_say_nothing_are_no_nodes():
    rows = [(f"e{at}", code) for at in range(5) for code in ("01062042", "05000000", "no code")]
    told = pd.DataFrame([*rows, ("e0", "02022025")], columns=["ev_id", "subsection"])
    told = told.assign(year=2010, is_fatal=True, category=told["subsection"].str[:2])
    told.loc[told["subsection"].eq("no code"), "category"] = "no code"
    own = chance.held(told, least=2)
    assert own.codes == ["01062042"]
    assert chance.pairs(own).empty
    assert chance.independent(own, 0.05) == 0


def two_groups() -> chance.Held:
    draw = np.random.default_rng(6)
    has = np.zeros((2000, 6), dtype=bool)
    for row in has:
        side = draw.choice([0, 3])
        row[side + draw.choice(3, 2, replace=False)] = True
    return held(has)


def test_two_groups_are_two_communities_that_come_back():
    own = two_groups()
    net = network.network(own, chance.edges(chance.pairs(own), *LIMITS), seed=1)
    assert sorted(map(sorted, net.communities)) == [sorted(CODES[:3]), sorted(CODES[3:])]
    stable = network.stability(own, net, LIMITS, rounds=4, seed=1)
    assert stable["mean"].tolist() == [1, 1, 1, 1]
    low, high = network.by_chance(net, rounds=4, seed=1)
    assert low <= high
    pairs = chance.pairs(own)
    assert "6 are beyond chance" in network.quality(net, own, pairs, (low, 0.1), 0.05).data
    assert "no more than" in network.quality(net, own, pairs, (0.9, 0.95), 0.05).data


def test_communities_tell_accidents_with_two_of_their_findings():
    own = two_groups()
    net = network.network(own, chance.edges(chance.pairs(own), *LIMITS), seed=1)
    rows = [
        ("e0", CODES[0]),
        ("e0", CODES[1]),
        ("e1", CODES[0]),
        ("e2", CODES[3]),
        ("e2", CODES[4]),
    ]
    told = pd.DataFrame(rows, columns=["ev_id", "subsection"]).assign(year=2010)
    fatal = {"e0": True, "e1": True, "e2": False}
    told = told.assign(is_fatal=told["ev_id"].map(fatal).astype("boolean"))
    found = network.told(net, told)
    assert found["accidents"].sum() == 2
    assert sorted(found["fatal_share"]) == [0, 1]


def test_no_edges_are_no_communities_and_are_said_so(tmp_path, monkeypatch):
    own = held(deep_and_shallow()[:50])
    net = network.network(own, chance.edges(chance.pairs(own), *LIMITS), seed=1)
    assert net.communities == []
    assert network.stability(own, net, LIMITS, rounds=2, seed=1).empty
    assert "too few" in network.quality(net, own, chance.pairs(own), (np.nan,) * 2, 0.05).data


def test_the_layout_hangs_on_the_seed_alone():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(a, b, 1.0) for a, b in combinations(CODES[:4], 2)])
    graph.add_edge(CODES[4], CODES[5], weight=1.0)
    one = network.Network(graph, [CODES[:4], CODES[4:]], 0.4)
    turned = nx.Graph()
    turned.add_weighted_edges_from([(b, a, 1.0) for a, b in reversed([*graph.edges])])
    two = network.Network(turned, [CODES[:4], CODES[4:]], 0.4)
    here, there = causes_network.layout(one, 3), causes_network.layout(two, 3)
    assert all(np.array_equal(here[code], there[code]) for code in CODES)

"""Findings that go together as a network, its communities, and how stable these are."""

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
from IPython.display import Markdown
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from hindcast.analysis import shares
from hindcast.analysis.causes import chance, codes, tree


@dataclass(frozen=True)
class Network:
    """A network of findings.

    Attributes
    ----------
    graph
        Nodes are codes with ``accidents``; edges have ``weight, both, lift``.
    communities
        Codes by community, by accidents, largest first.
    modularity
        Of these communities; NaN without edges.
    """

    graph: nx.Graph
    communities: list[list[str]]
    modularity: float

    @property
    def community(self) -> dict[str, int]:
        """Code -> number of its community."""
        return {code: at for at, own in enumerate(self.communities) for code in own}


def network(held: chance.Held, edges: pd.DataFrame, seed: int) -> Network:
    """Return the network of ``edges`` and its Louvain communities.

    Parameters
    ----------
    held
        Of `hindcast.analysis.causes.chance.held`: how many accidents have a finding.
    edges
        Of `hindcast.analysis.causes.chance.edges`.
    """
    often = dict(zip(held.codes, held.has.sum(axis=0).tolist(), strict=True))
    graph = _graph(edges)
    nx.set_node_attributes(graph, {code: often[code] for code in graph}, "accidents")
    parts = _parts(graph, seed)
    named = [sorted(own, key=lambda code: (-often[code], code)) for own in parts]
    named.sort(key=lambda own: (-sum(often[code] for code in own), own))
    worth = nx.community.modularity(graph, parts) if parts else np.nan
    return Network(graph, named, float(worth))


def _graph(edges: pd.DataFrame) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(sorted({*edges["a"], *edges["b"]}))
    for row in edges.itertuples():
        graph.add_edge(row.a, row.b, weight=row.weight, both=row.both, lift=row.lift)
    return graph


def _parts(graph: nx.Graph, seed: int) -> list[set[str]]:
    if not graph.number_of_edges():
        return []
    return nx.community.louvain_communities(graph, weight="weight", seed=seed)


def told(net: Network, findings: pd.DataFrame, least: int = 2) -> pd.DataFrame:
    """Return the communities: their commonest findings, their accidents and the fatal share.

    Parameters
    ----------
    findings
        Of `hindcast.analysis.causes.codes.findings`.
    least
        Findings of the community that an accident has for it to count.

    Returns
    -------
    pandas.DataFrame
        ``community`` (from 1), ``findings, commonest, accidents, fatal_share, low, high``.
    """
    rows = codes.told(findings, "subsection")
    rows = rows.assign(community=rows["subsection"].map(net.community)).dropna(subset=["community"])
    size = rows.groupby(["ev_id", "community"]).size()
    enough = size[size >= least].reset_index()[["ev_id", "community"]]
    once = rows.drop_duplicates(["ev_id", "community"])
    deep = once.merge(enough, on=["ev_id", "community"], validate="one_to_one")
    found = shares.by(deep.astype({"community": int}), "community")
    names = tree.clear_names()
    first = [", ".join(names.get(c, c) for c in own[:4]) for own in net.communities]
    about = {
        "community": range(len(first)),
        "findings": [len(own) for own in net.communities],
        "commonest": first,
    }
    both = pd.DataFrame(about).merge(found, on="community", how="left", validate="one_to_one")
    both = both.drop(columns=["severity_unknown", "fatal"])
    return both.assign(community=both["community"] + 1)


class Limits(NamedTuple):
    """From where on a pair is drawn: see `hindcast.analysis.causes.chance.edges`."""

    least: int
    alpha: float
    lift: float


def stability(
    held: chance.Held, net: Network, limits: Limits, rounds: int, seed: int
) -> pd.DataFrame:
    """Return how far communities agree between seeds, and between bootstrap samples and the whole.

    Parameters
    ----------
    rounds
        Seeds, and bootstrap samples of accidents. Each sample has its own expectations, edges and
        communities; it is compared over the findings that both networks hold.

    Returns
    -------
    pandas.DataFrame
        ``what, measure, mean, low, high, rounds``: adjusted Rand index and normalized mutual
        information (1: the same; 0 for Rand: as far as chance), with the range of the middle 95%.
    """
    columns = ["what", "measure", "mean", "low", "high", "rounds"]
    if not net.communities:
        return pd.DataFrame(columns=columns)
    other_seeds = [_membership(_parts(net.graph, seed + at)) for at in range(rounds)]
    between = [_agreement(one, two) for one, two in combinations(other_seeds, 2)]
    draw = np.random.default_rng(seed)
    samples = [_resampled(held, limits, draw, seed) for _ in range(rounds)]
    whole = [_agreement(net.community, one) for one in samples]
    return pd.DataFrame(
        [*_summed("between seeds", between), *_summed("between samples and all", whole)],
        columns=columns,
    )


def _membership(parts: list[set[str]]) -> dict[str, int]:
    return {code: at for at, own in enumerate(parts) for code in own}


def _resampled(held: chance.Held, limits: Limits, draw: np.random.Generator, seed: int) -> dict:
    times = np.bincount(draw.integers(0, len(held), len(held)), minlength=len(held))
    found = chance.pairs(held, times.astype(float))
    edges = chance.edges(found, *limits)
    return _membership(_parts(_graph(edges), seed))


def _agreement(one: dict[str, int], two: dict[str, int]) -> tuple[float, float]:
    both = sorted(one.keys() & two.keys())
    a, b = [one[code] for code in both], [two[code] for code in both]
    return adjusted_rand_score(a, b), normalized_mutual_info_score(a, b)


def _summed(what: str, pairs: list[tuple[float, float]]) -> list[list]:
    values = np.array(pairs).reshape(-1, 2)
    if not len(values):
        return []
    low, high = np.quantile(values, [0.025, 0.975], axis=0)
    measures = ("adjusted Rand index", "normalized mutual information")
    return [
        [what, measure, values[:, at].mean(), low[at], high[at], len(values)]
        for at, measure in enumerate(measures)
    ]


def by_chance(net: Network, rounds: int, seed: int) -> tuple[float, float]:
    """Return the middle 95% of the modularity of networks rewired at random.

    Each finding keeps its number of edges; weights are dealt anew. Louvain finds communities in
    anything: only a modularity above this range tells of some.
    """
    if net.graph.number_of_edges() < 4:
        return (np.nan, np.nan)
    draw = np.random.default_rng(seed)
    values = [_rewired(net.graph, draw) for _ in range(rounds)]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _rewired(graph: nx.Graph, draw: np.random.Generator) -> float:
    other = nx.Graph(graph)
    swaps = 3 * graph.number_of_edges()
    at = int(draw.integers(2**31))
    nx.double_edge_swap(other, nswap=swaps, max_tries=100 * swaps, seed=at)
    dealt = draw.permutation([weight for *_, weight in graph.edges(data="weight")])
    for (a, b), weight in zip(sorted(map(sorted, other.edges)), dealt, strict=True):
        other[a][b]["weight"] = float(weight)
    return float(nx.community.modularity(other, _parts(other, at)))


def quality(
    net: Network,
    held: chance.Held,
    pairs: pd.DataFrame,
    rewired: tuple[float, float],
    alpha: float,
) -> Markdown:
    """Return in words how many pairs are beyond chance, and whether communities are.

    Parameters
    ----------
    pairs
        Of `hindcast.analysis.causes.chance.pairs`.
    rewired
        Of `by_chance`.
    """
    beyond = int((pairs["q"].lt(alpha) & pairs["lift"].gt(1)).sum())
    told = (
        f"Of {len(pairs):,} pairs of {len(held.codes)} findings, {beyond:,} are beyond chance; a "
        f"test that ignores how long the lists are names {chance.independent(held, alpha):,}. "
        f"{net.graph.number_of_edges():,} are frequent and strong enough to be drawn."
    )
    if np.isnan(net.modularity) or np.isnan(rewired[0]):
        return Markdown(f"{told} These are too few to speak of communities.")
    more = "more than" if net.modularity > rewired[1] else "no more than"
    return Markdown(
        f"{told} Their communities have a modularity of {net.modularity:.2f}, {more} the "
        f"{rewired[0]:.2f} to {rewired[1]:.2f} of networks rewired at random."
    )

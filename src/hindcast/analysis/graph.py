"""Causal diagrams: what is adjusted for, and why, as a graph that can be checked.

A diagram states assumptions; data cannot prove it. What follows from it, the set of variables to
adjust for, is computed here and not chosen by eye.
"""

from dataclasses import dataclass
from itertools import combinations

import networkx as nx


@dataclass(frozen=True)
class Diagram:
    """A directed acyclic graph of causes.

    Attributes
    ----------
    arrows
        ``(cause, effect, why)``.
    unmeasured
        Nodes that the records do not hold.
    """

    exposure: str
    outcome: str
    arrows: tuple[tuple[str, str, str], ...]
    unmeasured: frozenset[str] = frozenset()

    @property
    def graph(self) -> nx.DiGraph:
        """The arrows as a graph, each with its ``why``.

        Raises
        ------
        ValueError
            The arrows form a circle.
        """
        made = nx.DiGraph()
        made.add_edges_from((cause, effect, {"why": why}) for cause, effect, why in self.arrows)
        if not nx.is_directed_acyclic_graph(made):
            raise ValueError(f"arrows form a circle: {nx.find_cycle(made)}")
        return made

    @property
    def mediators(self) -> set[str]:
        """Nodes on the way from exposure to outcome: adjusting for them would hide the effect."""
        graph = self.graph
        return nx.descendants(graph, self.exposure) & nx.ancestors(graph, self.outcome)


def closes_back_doors(diagram: Diagram, adjusted_for: set[str]) -> bool:
    """Say whether adjusting for a set leaves no open path into the exposure (Pearl's criterion).

    Examples
    --------
    >>> arrows = (("season", "imc", ""), ("season", "fatal", ""), ("imc", "fatal", ""))
    >>> weather = Diagram("imc", "fatal", arrows)
    >>> closes_back_doors(weather, set()), closes_back_doors(weather, {"season"})
    (False, True)
    """
    graph = diagram.graph
    if adjusted_for & nx.descendants(graph, diagram.exposure):
        return False
    graph.remove_edges_from(list(graph.out_edges(diagram.exposure)))
    return nx.is_d_separator(graph, {diagram.exposure}, {diagram.outcome}, adjusted_for)


def adjustment_set(diagram: Diagram) -> set[str] | None:
    """Return the smallest set of measured variables that closes every back door.

    Returns
    -------
    set of str or None
        The first in alphabetical order among the smallest; None where no measured set does it.
    """
    graph = diagram.graph
    behind = nx.descendants(graph, diagram.exposure) | {diagram.exposure, diagram.outcome}
    candidates = sorted(set(graph) - behind - diagram.unmeasured)
    for size in range(len(candidates) + 1):
        for chosen in combinations(candidates, size):
            if closes_back_doors(diagram, set(chosen)):
                return set(chosen)
    return None

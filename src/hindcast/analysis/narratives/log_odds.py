"""Which terms set the texts of fatal accidents apart: weighted log-odds with an informative prior.

After Monroe, Colaresi and Quinn (2008), "Fightin' Words", Political Analysis 16(4), 372-403,
doi:10.1093/pan/mpn018: a term's odds on either side are pulled towards its odds in all texts, the
rarer the term, the more. Here a term counts once per accident, not once per use: words of one text
depend on each other, accidents hardly do.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from hindcast.analysis.narratives.matrix import Terms

LEVEL = 0.05
SAME = 0.75
"""Share of a term's texts that a longer term must stand in, to be shown instead of it."""
COLUMNS = ["term", "fatal", "other", "odds_ratio", "low", "high", "z", "q_value"]


def compare(terms: Terms, prior: float) -> pd.DataFrame:
    """Return for each term the odds that a fatal accident's text has it, over those of others.

    Parameters
    ----------
    terms
        Of `hindcast.analysis.narratives.matrix.build`; accidents of unknown severity are left out.
    prior
        Weight of the prior on either side, in accidents.

    Returns
    -------
    pandas.DataFrame
        One row a term, in alphabetical order: ``term``; ``fatal`` and ``other``, the accidents
        whose text has it; ``odds_ratio, low, high`` with a 95% interval; ``z``; ``q_value``
        (Benjamini-Hochberg over all terms). Empty where one side has no accidents.
    """
    is_fatal = terms.accidents["is_fatal"].astype("boolean")
    sides = [np.flatnonzero(is_fatal.fillna(not wanted) == wanted) for wanted in (True, False)]
    if not len(terms.names) or not all(map(len, sides)):
        return pd.DataFrame(columns=COLUMNS)
    present = terms.present
    counts = [np.asarray(present[side].sum(axis=0)).ravel() for side in sides]
    share = (counts[0] + counts[1]) / (len(sides[0]) + len(sides[1]))
    log_odds, variance = zip(
        *(_side(n, len(side), share * prior, prior) for n, side in zip(counts, sides, strict=True)),
        strict=True,
    )
    delta, error = log_odds[0] - log_odds[1], np.sqrt(variance[0] + variance[1])
    z = delta / error
    told = pd.DataFrame({"term": terms.names, "fatal": counts[0], "other": counts[1]})
    told = told.astype({"term": "str", "fatal": "int64", "other": "int64"})
    q = multipletests(2 * norm.sf(np.abs(z)), method="fdr_bh")[1]
    return _with_interval(told, delta, error, LEVEL).assign(z=z, q_value=q)[COLUMNS]


def _side(
    having: np.ndarray, of: int, prior_having: np.ndarray, prior: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return log odds and their variance on one side, the prior's accidents added."""
    yes, no = having + prior_having, of - having + prior - prior_having
    return np.log(yes / no), 1 / yes + 1 / no


def _with_interval(
    told: pd.DataFrame, delta: np.ndarray, error: np.ndarray, level: float
) -> pd.DataFrame:
    wide = norm.isf(level / 2) * error
    bounds = {"low": np.exp(delta - wide), "high": np.exp(delta + wide)}
    return told.assign(odds_ratio=np.exp(delta), **bounds)


def for_selected(found: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return ``chosen`` with intervals that allow for having been chosen among many.

    Of the intervals of terms picked because they differ most, more than 5% would miss. At the level
    of 5% times the share of terms that differ, the expected share that misses is 5% again (false
    coverage rate: Benjamini and Yekutieli 2005, JASA 100(469), 71-81).

    Parameters
    ----------
    found
        All terms, of `compare`.
    chosen
        Some of its rows, all with ``q_value`` below 5%.
    """
    differing = max(int((found["q_value"] < LEVEL).sum()), 1)
    delta = np.log(chosen["odds_ratio"])
    level = LEVEL * differing / max(len(found), 1)
    return _with_interval(chosen, delta, delta / chosen["z"], level)


def leading(found: pd.DataFrame, terms: Terms, most: int, alike: float = 0.5) -> pd.DataFrame:
    """Return the terms that differ most, on either side, without saying the same thing twice.

    Parameters
    ----------
    found
        Of `compare`.
    most
        Terms a side.
    alike
        A term is passed over if its texts are so much those of a chosen term (Jaccard).

    Returns
    -------
    pandas.DataFrame
        Rows of ``found`` with ``side`` (``fatal`` or ``other``), the most certain first; intervals
        of `for_selected`. A term that mostly stands in one longer term is shown as that.
    """
    texts = _Texts(terms)
    sides = []
    for side, sign in (("fatal", 1), ("other", -1)):
        differing = found[(found["q_value"] < LEVEL) & (found["z"] * sign > 0)]
        ranked = differing.sort_values(["z", "term"], key=_ranked)["term"].to_list()
        names = [texts.phrase(name, ranked) for name in texts.unlike(ranked, most, alike)]
        sides.append(found.set_index("term").loc[names].reset_index().assign(side=side))
    return for_selected(found, pd.concat(sides, ignore_index=True))


def _ranked(values: pd.Series) -> pd.Series:
    return -values.abs() if values.name == "z" else values


class _Texts:
    """The texts that each term stands in."""

    def __init__(self, terms: Terms) -> None:
        self._present = terms.present.tocsc()
        self._at = {name: place for place, name in enumerate(terms.names)}

    def of(self, name: str) -> set[int]:
        """Return the positions of the texts."""
        return set(self._present[:, [self._at[name]]].indices.tolist())

    def unlike(self, ranked: list[str], most: int, alike: float) -> list[str]:
        """Return the first ``most`` names whose texts are not mostly those of one before."""
        kept: dict[str, set[int]] = {}
        for name in ranked:
            if len(kept) == most:
                break
            mine = self.of(name)
            if all(len(mine & other) < alike * len(mine | other) for other in kept.values()):
                kept[name] = mine
        return list(kept)

    def phrase(self, name: str, ranked: list[str]) -> str:
        """Return the longest term with ``name`` in it that stands in most of its texts."""
        own = self.of(name)
        around = [one for one in ranked if f" {name} " in f" {one} "]
        same = [one for one in around if len(self.of(one)) >= SAME * len(own)]
        return max(same, key=lambda one: (len(one.split()), len(self.of(one)), one))


def by_severity(terms: Terms, names: list[str], levels: list[str]) -> pd.DataFrame:
    """Return the share of each severity's texts that have each of some terms.

    Returns
    -------
    pandas.DataFrame
        Terms by levels (those that occur).
    """
    at = {name: place for place, name in enumerate(terms.names)}
    chosen = terms.present[:, [at[name] for name in names]].toarray()
    frame = pd.DataFrame(chosen, columns=names).groupby(terms.accidents["severity"].to_numpy())
    shares = frame.mean()
    return shares.reindex([level for level in levels if level in shares.index]).T


def in_halves(terms: Terms, prior: float, least: int) -> pd.DataFrame:
    """Return each term's odds ratio in the earlier and in the later half of the accidents.

    Parameters
    ----------
    least
        Texts of either half that a term must stand in.

    Returns
    -------
    pandas.DataFrame
        ``term, earlier, later`` (odds ratios), and ``differs``: whether ``earlier`` does, with
        false discoveries controlled at 5%.
    """
    middle = len(terms.accidents) // 2
    rows = np.argsort(terms.accidents["ev_date"].to_numpy(), kind="stable")
    halves = [terms.of(part) for part in (rows[:middle], rows[middle:])]
    held = [np.asarray(half.present.sum(axis=0)).ravel() for half in halves]
    often = np.flatnonzero(np.minimum(*held) >= least)
    parts = [compare(half.only(often), prior) for half in halves]
    if any(part.empty for part in parts):
        return pd.DataFrame(columns=["term", "earlier", "later", "differs"])
    earlier, later = parts
    told = {"term": earlier["term"], "earlier": earlier["odds_ratio"], "later": later["odds_ratio"]}
    return pd.DataFrame(told | {"differs": earlier["q_value"] < LEVEL})


def agreement(halves: pd.DataFrame) -> pd.DataFrame:
    """Return how far the later half repeats the earlier.

    Returns
    -------
    pandas.DataFrame
        One row: ``terms``, those in both halves; ``differing``, in the earlier half;
        ``same_side``, the share of these on the same side in the later; ``correlation`` of the
        odds ratios (Spearman).
    """
    found = halves[halves["differs"].astype(bool)]
    logs = np.log(halves[["earlier", "later"]].astype(float))
    same = np.sign(logs["earlier"]) == np.sign(logs["later"])
    told = {"terms": len(halves), "differing": len(found), "same_side": same[found.index].mean()}
    told |= {"correlation": logs["earlier"].corr(logs["later"], method="spearman")}
    return pd.DataFrame([told]).round(3)

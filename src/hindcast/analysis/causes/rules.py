"""Association rules between findings, and from findings to a fatal outcome.

A lift alone says little: here each has a bootstrap interval, an exact test with false discoveries
controlled over all rules tried, and is looked at again in later years, which did not choose it. A
rule whose sides imply one another by the tree of codes is a definition and no rule.
"""

import logging
from collections.abc import Iterable

import numpy as np
import pandas as pd
from mlxtend.frequent_patterns import fpgrowth
from scipy.stats import false_discovery_control, hypergeom

from hindcast.analysis.causes import codes, tree

log = logging.getLogger(__name__)

FATAL = "fatal"
LARGEST = 3
"""Findings on the left of a rule, at most."""
_TABLE = ["n", "left", "right", "both"]


def baskets(findings: pd.DataFrame) -> pd.DataFrame:
    """Return which accident of known severity has which sections and subsections of findings.

    Parameters
    ----------
    findings
        Of `hindcast.analysis.causes.codes.findings`. Rows without a code, "not determined" and
        medical findings are left out: the last come from autopsies, so that they follow a death.

    Returns
    -------
    pandas.DataFrame
        Booleans; index ``ev_id``, columns codes (6 or 8 digits) and `FATAL`, ``year`` last.
    """
    said = codes.substantive(findings)
    rows = said[said["is_fatal"].notna() & said["subcategory"].ne(codes.MEDICAL)]
    log.info("findings for rules: %d before, %d after", len(said), len(rows))
    about = rows.drop_duplicates("ev_id").set_index("ev_id")
    parts = [pd.crosstab(rows["ev_id"], rows[level]) > 0 for level in ("section", "subsection")]
    wide = pd.concat(parts, axis=1)
    outcome = {FATAL: about["is_fatal"].reindex(wide.index).astype(bool)}
    return wide.assign(**outcome, year=about["year"].reindex(wide.index))


def is_definition(left: Iterable[str], right: str) -> bool:
    """Say whether codes of a rule imply one another: one is the beginning of another.

    Examples
    --------
    >>> is_definition(["01062010"], "010620"), is_definition(["01062010"], "01062041")
    (True, False)
    """
    every = [*left, right]
    return any(
        one != two and (one.startswith(two) or two.startswith(one))
        for one in every
        for two in every
    )


def frequent(baskets: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the sets of items that at least ``least`` accidents have (FP-growth).

    Returns
    -------
    pandas.DataFrame
        ``items`` (sorted tuple of codes, `FATAL` last) and ``accidents``.
    """
    wide = baskets.drop(columns="year")
    if wide.empty:
        return pd.DataFrame({"items": [], "accidents": []})
    often = wide.loc[:, wide.sum() >= least]
    support = (least - 0.5) / len(wide)
    found = fpgrowth(often, min_support=support, use_colnames=True, max_len=LARGEST + 1)
    items = [tuple(sorted(own)) for own in found["itemsets"]]
    counts = (found["support"] * len(wide)).round().astype(int)
    told = pd.DataFrame({"items": items, "accidents": counts})
    return told.sort_values("items", ignore_index=True)


def mined(baskets: pd.DataFrame, least: int) -> pd.DataFrame:
    """Return the rules of which at least ``least`` accidents have both sides.

    Returns
    -------
    pandas.DataFrame
        ``items_left`` (tuple), ``item_right``, ``is_definition`` and ``n, left, right, both``
        (accidents: all, with the left side, the right one, both). Rules to a finding have one
        finding on the left; rules to `FATAL` up to three.
    """
    sets = frequent(baskets, least)
    counts = dict(zip(sets["items"], sets["accidents"], strict=True))
    rows = [
        (
            left,
            right,
            is_definition(left, right),
            len(baskets),
            counts[left],
            counts[(right,)],
            both,
        )
        for items, both in counts.items()
        for left, right in _sides(items)
    ]
    return pd.DataFrame(rows, columns=["items_left", "item_right", "is_definition", *_TABLE])


def _sides(items: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    if items[-1] == FATAL:
        return [(items[:-1], FATAL)] if len(items) > 1 else []
    return [((a,), b) for a, b in (items, items[::-1])] if len(items) == 2 else []


def judged(rules: pd.DataFrame, rounds: int, seed: int) -> pd.DataFrame:
    """Return the rules that are no definitions with lift, interval and test.

    Returns
    -------
    pandas.DataFrame
        ``rules`` with ``share`` (of the accidents with the left side that have the right one),
        ``lift, low, high`` (that share over the share of all; 95%, Bayesian bootstrap),
        ``q`` (Fisher's exact test, upper tail, false discoveries controlled over these rules by
        Benjamini and Yekutieli, who allow for rules that overlap).
    """
    kept = rules[~rules["is_definition"].astype(bool)].reset_index(drop=True)
    log.info("rules: %d before, %d that are no definitions", len(rules), len(kept))
    if kept.empty:
        names = ["share", "lift", "low", "high", "q"]
        return kept.assign(**{name: pd.Series(dtype=float) for name in names})
    p = hypergeom.sf(kept["both"] - 1, kept["n"], kept["left"], kept["right"])
    bounds = _drawn(kept, rounds, seed)
    return kept.assign(
        share=kept["both"] / kept["left"],
        lift=_lift(*(kept[name].to_numpy(dtype=float) for name in _TABLE)),
        low=bounds[0],
        high=bounds[1],
        q=false_discovery_control(np.clip(p, 0, 1), method="by"),
    )


def _lift(n: np.ndarray, left: np.ndarray, right: np.ndarray, both: np.ndarray) -> np.ndarray:
    return np.divide(
        n * both, left * right, out=np.full(both.shape, np.nan), where=left * right > 0
    )


def _drawn(rules: pd.DataFrame, rounds: int, seed: int) -> np.ndarray:
    """Bounds of the lift over draws of accidents anew (Bayesian bootstrap of the rule's table).

    Half an accident is added to each cell (Jeffreys), so that a rule without exceptions is not
    taken for one that cannot have any.
    """
    draw = np.random.default_rng(seed)
    n, left, right, both = (rules[name].to_numpy(dtype=float) for name in _TABLE)
    others = n - left - right + both
    with_left = draw.beta(both + 0.5, left - both + 0.5, (rounds, len(n)))
    without = draw.beta(right - both + 0.5, others + 0.5, (rounds, len(n)))
    part = draw.beta(left + 1, n - left + 1, (rounds, len(n)))
    lifts = with_left / (part * with_left + (1 - part) * without)
    return np.quantile(lifts, [0.025, 0.975], axis=0)


def adding(rules: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Return the rules beyond chance of which no shorter rule says as much.

    A longer left side stays if the right one is more frequent with it than with each left side
    that lacks one of its findings (exact test within that one, at ``alpha`` for each).
    """
    told = rules[rules["q"].lt(alpha) & rules["lift"].gt(1)]
    tables = {
        (left, right): (n, k)
        for left, right, n, k in rules[["items_left", "item_right", "left", "both"]].itertuples(
            index=False
        )
    }
    adds = [_adds(row, tables, alpha) for row in told.itertuples()]
    log.info(
        "rules beyond chance: %d, of which %d say more than shorter ones", len(told), sum(adds)
    )
    return told[np.array(adds, dtype=bool)].reset_index(drop=True)


def _adds(row, tables: dict, alpha: float) -> bool:
    for gone in row.items_left if len(row.items_left) > 1 else ():
        shorter = tuple(item for item in row.items_left if item != gone)
        n, k = tables[(shorter, row.item_right)]
        if hypergeom.sf(row.both - 1, n, k, row.left) >= alpha:
            return False
    return True


def without_echoes(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the strongest rule of those that say the same in other words, strongest first.

    Rules say the same if their findings are of the same sections; for rules between findings, also
    if they only change sides. Strength is the lower bound of the lift.
    """
    order = ["low", "share", "items_left", "item_right"]
    ordered = rules.sort_values(order, ascending=[False, False, True, True])
    same = [_sections(row.items_left, row.item_right) for row in ordered.itertuples()]
    repeats = pd.Series(same, index=ordered.index, dtype="object").duplicated()
    return ordered[~repeats].reset_index(drop=True)


def _sections(left: tuple[str, ...], right: str) -> tuple[str, ...]:
    every = left if right == FATAL else (*left, right)
    return (*sorted({code[:6] for code in every}), FATAL if right == FATAL else "")


def leading(rules: pd.DataFrame, baskets: pd.DataFrame, most: int = 12) -> pd.DataFrame:
    """Return the strongest rules of which each tells of accidents that those before it did not.

    Parameters
    ----------
    rules
        Of `without_echoes`, strongest first.
    baskets
        In which they were found. Of the accidents with both sides, at least half have to be new.
    """
    told: dict[str, np.ndarray] = {}
    kept = []
    for at, row in enumerate(rules.itertuples()):
        own = _with_all(baskets, (*row.items_left, row.item_right))
        before = told.get(row.item_right, np.zeros(len(own), dtype=bool))
        if 2 * (own & ~before).sum() >= own.sum():
            kept.append(at)
            told[row.item_right] = before | own
        if len(kept) == most:
            break
    return rules.iloc[kept].reset_index(drop=True)


def again(rules: pd.DataFrame, later: pd.DataFrame, rounds: int, seed: int) -> pd.DataFrame:
    """Return the rules with their lift in accidents that did not choose them.

    Parameters
    ----------
    later
        Of `baskets`, of later years.

    Returns
    -------
    pandas.DataFrame
        ``rules`` with ``later_left, later_both, later_lift, later_low, later_high``; NaN where the
        later years hold no accident with the left side.
    """
    counts = pd.DataFrame([_recounted(row, later) for row in rules.itertuples()], columns=_TABLE)
    values = [counts[name].to_numpy(dtype=float) for name in _TABLE]
    bounds = _drawn(counts, rounds, seed) if len(counts) and len(later) else [np.nan] * 2
    return rules.assign(
        later_left=counts["left"],
        later_both=counts["both"],
        later_lift=_lift(*values),
        later_low=bounds[0],
        later_high=bounds[1],
    )


def _recounted(row, later: pd.DataFrame) -> tuple[int, int, int, int]:
    known = [item for item in (*row.items_left, row.item_right) if item in later]
    if len(known) <= len(row.items_left):
        return len(later), 0, int(later[row.item_right].sum()) if row.item_right in later else 0, 0
    left, right = _with_all(later, row.items_left), _with_all(later, (row.item_right,))
    return len(later), int(left.sum()), int(right.sum()), int((left & right).sum())


def _with_all(baskets: pd.DataFrame, items: tuple[str, ...]) -> np.ndarray:
    return np.logical_and.reduce([baskets[item].to_numpy(dtype=bool) for item in items])


def worded(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the rules with ``left_side`` and ``right_side`` in words."""
    names = tree.clear_names() | {
        code: f"{name} (any)" for code, name in codes.labels("section").items()
    }
    left = [" + ".join(names.get(c, c) for c in own) for own in rules["items_left"]]
    right = [names.get(c, c) for c in rules["item_right"]]
    return rules.assign(left_side=left, right_side=right)


def steps(
    rules: pd.DataFrame, tested: pd.DataFrame, kept: pd.DataFrame, alpha: float
) -> pd.DataFrame:
    """Return how many rules each sieve left, for rules to `FATAL` and to findings.

    Parameters
    ----------
    rules, tested, kept
        Of `mined`, `judged` and `again`.
    """
    told = {
        "frequent enough": rules,
        "no definitions": tested,
        "beyond chance": tested[tested["q"].lt(alpha) & tested["lift"].gt(1)],
        "say more than a shorter one, strongest of their kind": kept,
        "hold in later years (interval above 1)": kept[kept["later_low"].gt(1)],
    }
    rows = []
    for step, own in told.items():
        fatal = int(own["item_right"].eq(FATAL).sum())
        rows.append({"step": step, "to fatal": fatal, "to another finding": len(own) - fatal})
    return pd.DataFrame(rows)


def table(rules: pd.DataFrame, most: int = 15) -> pd.DataFrame:
    """Return the strongest rules to `FATAL` as the page shows them.

    Parameters
    ----------
    rules
        Of `worded`.
    """
    own = rules.head(most)
    told = {
        "findings": own["left_side"],
        "accidents": own["left"],
        "fatal share": own["share"].round(3),
        **own[["lift", "low", "high"]].round(2).to_dict("series"),
        "q": [f"{q:.0e}" for q in own["q"]],
        "accidents later": own["later_left"],
        "lift later": own["later_lift"].round(2),
        "low later": own["later_low"].round(2),
    }
    return pd.DataFrame(told)

"""Accidents by the topic of their text: how many were fatal, when, and in what phase of flight."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from hindcast.analysis import odds, records, shares
from hindcast.analysis.narratives.topics import NONE

LEAST = 10
DECADE = 10.0


def fatal(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return the fatal share by ``topic``, the deadliest first, accidents without one last."""
    told = shares.by(accidents, "topic", least=LEAST)
    told = told.assign(last=told["topic"] == NONE)
    order = told.sort_values(["last", "fatal_share"], ascending=[True, False], kind="stable")
    return order.drop(columns="last").reset_index(drop=True)


def by_year(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return each topic's share of a year's texts, with Wilson's 95% intervals.

    Returns
    -------
    pandas.DataFrame
        ``ev_year, topic, texts, of_topic, share, low, high``, for every year from the first to the
        last; a year without texts has no share.
    """
    counts = pd.crosstab(accidents["ev_year"], accidents["topic"], dropna=False)
    if counts.empty:
        return pd.DataFrame(columns=["ev_year", "topic", "texts", "of_topic", *_BOUNDS])
    years = range(int(counts.index.min()), int(counts.index.max()) + 1)
    counts = counts.reindex(years, fill_value=0).rename_axis("ev_year")
    told = counts.reset_index().melt("ev_year", var_name="topic", value_name="of_topic")
    told["texts"] = told["ev_year"].map(counts.sum(axis=1))
    known = told["texts"].where(told["texts"] > 0)
    low, high = proportion_confint(told["of_topic"], known.fillna(1), method="wilson")
    bounds = pd.DataFrame({"low": low, "high": high}).where(known.notna())
    return told.assign(share=told["of_topic"] / known, low=bounds["low"], high=bounds["high"])


_BOUNDS = ["share", "low", "high"]


def trends(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return how each topic's odds changed over ten years: a logistic regression on the year.

    Returns
    -------
    pandas.DataFrame
        ``topic, odds_ratio, low, high, q_value`` (Benjamini-Hochberg over the topics, as text),
        the largest rise first; empty where there is but one year.
    """
    years = (accidents["ev_year"].astype(float) - accidents["ev_year"].min()) / DECADE
    told = []
    for topic in accidents["topic"].cat.categories if years.max() > 0 else []:
        frame = pd.DataFrame({"is_topic": (accidents["topic"] == topic), "decade": years})
        if frame["is_topic"].nunique() == 2:
            fit = odds.logistic(frame, "is_topic ~ decade")
            told.append({"topic": topic} | odds.ratios(fit).iloc[0].drop("term").to_dict())
    if not told:
        return pd.DataFrame(columns=["topic", "odds_ratio", "low", "high", "q_value"])
    found = pd.DataFrame(told).astype({"odds_ratio": float, "low": float, "high": float})
    q = multipletests(found.pop("p_value").astype(float), method="fdr_bh")[1]
    found["q_value"] = ["< 0.001" if one < 0.001 else f"{one:.3f}" for one in q]
    return found.sort_values("odds_ratio", ascending=False, kind="stable", ignore_index=True)


def by_phase(accidents: pd.DataFrame, least: int = 300) -> pd.DataFrame:
    """Return in which phase of flight the accidents of each topic were, topics by phases.

    Parameters
    ----------
    least
        Phases of fewer accidents stand together under ``other phases``; coded as unknown, and
        not coded, are both ``unknown``.

    Returns
    -------
    pandas.DataFrame
        Shares of a topic's accidents; each row sums to 1.
    """
    coded = accidents["phase_group"].where(accidents["phase_group"] != "Unknown")
    phase = records.named(coded)
    often = phase.value_counts()
    common = [name for name in often.index if often[name] >= least and name != records.UNKNOWN]
    told = phase.astype(str).where(phase.isin([*common, records.UNKNOWN]), "other phases")
    counts = pd.crosstab(accidents["topic"], told)
    order = [one for one in (*common, "other phases", records.UNKNOWN) if one in counts]
    return counts[order].div(counts.sum(axis=1).replace(0, np.nan), axis=0)

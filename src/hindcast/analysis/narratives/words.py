"""The page's three findings in words that follow from the run's numbers."""

import pandas as pd

from hindcast.analysis.findings import Finding, ratio, share
from hindcast.analysis.narratives import leak
from hindcast.analysis.narratives.stability import STAR
from hindcast.analysis.narratives.topics import NONE

LITTLE = 0.6
"""An AUC below which a text tells little."""


def findings(
    terms: pd.DataFrame, by_topic: pd.DataFrame, means: pd.DataFrame, scores: pd.DataFrame
) -> list[Finding]:
    """Return the three findings: what fatal accidents' texts tell of, the search, the leak.

    Topics that do not hold are not told of.

    Parameters
    ----------
    terms
        Of `hindcast.analysis.narratives.log_odds.leading`.
    by_topic
        Of `hindcast.analysis.narratives.topic_shares.fatal`.
    means
        Of `hindcast.analysis.narratives.ranking.means`, the narrow rules.
    scores
        ``scores`` of `hindcast.analysis.narratives.leak.measure`.
    """
    return [_topics(terms, by_topic), _search(means), _leak(scores)]


def _nothing(headline: str, figure: str) -> Finding:
    return Finding(headline, "These records hold too few probable causes to say.", figure, {})


def _topics(terms: pd.DataFrame, by_topic: pd.DataFrame) -> Finding:
    figure = "fig-narratives-topics"
    names = by_topic["topic"].astype("str")
    told = by_topic[(names != NONE) & ~names.str.endswith(STAR) & by_topic["fatal_share"].notna()]
    if len(told) < 2:
        return _nothing("No topics to compare", figure)
    first, last = told.iloc[0], told.iloc[-1]
    apart = bool(first["low"] > last["high"])
    headline = "What a text is about goes with how it ended" if apart else "Topics end much alike"
    text = (
        f"Of the accidents whose text is about '{first['topic']}' "
        f"{share(first['fatal_share'], first['low'], first['high'])} were fatal, of those about "
        f"'{last['topic']}' {share(last['fatal_share'], last['low'], last['high'])}."
    )
    numbers = {f"fatal_share_{name}": row["fatal_share"] for name, row in _ends(first, last)}
    if len(terms):
        row = terms.loc[terms["z"].abs().idxmax()]
        text += (
            f" The term that parts the texts most surely is '{row['term']}': odds ratio between "
            f"fatal accidents and the others {ratio(row['odds_ratio'], row['low'], row['high'])}."
        )
        numbers |= {"term": row["term"], "term_odds_ratio": row["odds_ratio"]}
    return Finding(headline, text, figure, numbers)


def _ends(first: pd.Series, last: pd.Series) -> list[tuple[str, pd.Series]]:
    return [("highest", first), ("lowest", last)]


def _search(means: pd.DataFrame) -> Finding:
    figure = "fig-narratives-precision"
    told = means[means["score"] == "precision"].set_index("method")
    if told.empty or told["mean"].isna().any():
        return _nothing("Nothing to search", figure)
    found, drawn = told.loc["BM25"], told.loc["random draw"]
    other = told.loc["BM25 - TF-IDF cosine"]
    headline = (
        "Plain words find accidents of the kind"
        if found["low"] > drawn["high"]
        else "Plain words find little more than chance"
    )
    text = (
        f"Of the first answers to the worked queries "
        f"{share(found['mean'], found['low'], found['high'])} are what was asked for by their "
        f"codes; of accidents drawn at random {share(drawn['mean'])} are. "
        f"BM25 is {_sided(other)} TF-IDF cosine: {_points(other)}."
    )
    numbers = {"precision": found["mean"], "random_draw": drawn["mean"]}
    return Finding(headline, text, figure, numbers | {"bm25_less_cosine": other["mean"]})


def _sided(difference: pd.Series) -> str:
    if difference["low"] > 0:
        return "better than"
    return "worse than" if difference["high"] < 0 else "not told apart from"


def _points(difference: pd.Series) -> str:
    mean, low, high = (100 * difference[name] for name in ("mean", "low", "high"))
    return f"{mean:+.1f} percentage points (95% interval {low:+.1f} to {high:+.1f})"


def _leak(scores: pd.DataFrame) -> Finding:
    figure = "fig-narratives-leak"
    told = scores.set_index("inputs")
    if told.empty:
        return _nothing("Nothing to warn of", figure)
    every, silent = told.loc[leak.ALL], told.loc[leak.SAID_NOTHING]
    gives = every["low"] > LITTLE
    headline = (
        "The verdict gives the outcome away, so no model may read it"
        if gives
        else "The verdict's words tell little of the outcome, and still no model may read them"
    )
    text = (
        f"A regression on nothing but the words reaches a ROC AUC of {_area(every)} on the test "
        f"years, and {_area(silent)} without the words that name death or injury: "
        f"{_silent(every, silent)}."
    )
    return Finding(headline, text, figure, {"auc": every["auc"], "auc_silent": silent["auc"]})


def _area(row: pd.Series) -> str:
    return f"{row['auc']:.3f} (95% interval {row['low']:.3f} to {row['high']:.3f})"


def _silent(every: pd.Series, silent: pd.Series) -> str:
    if silent["auc"] < every["low"]:
        return "part of what they give away is said outright"
    return "what they give away, they give away without saying it"

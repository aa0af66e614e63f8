"""The page's three findings; the numbers choose the words."""

import numpy as np
import pandas as pd
from IPython.display import Markdown
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.rates import test_poisson_2indep

from hindcast.analysis.findings import Finding, share
from hindcast.analysis.limits import bounds
from hindcast.analysis.limits.hours import COMMUTERS, OTHERS

NONE = "These records do not hold what it takes."
VERDICTS = {
    True: "The rates differ beyond chance; the hours' own error is in no interval.",
    False: "The rates do not differ beyond chance.",
}


def findings(
    operations: pd.DataFrame,
    settled: pd.DataFrame,
    places: pd.DataFrame,
    factor: float,
    effects: pd.DataFrame,
    seen: pd.DataFrame,
    adjusted: pd.DataFrame,
) -> list[Finding]:
    """Return the three findings: rates, makes, a second pilot.

    Parameters
    ----------
    operations
        Of `hindcast.analysis.limits.hours.by_operation`.
    settled, places, factor
        Of `hindcast.analysis.limits.makes`, and within which factor hours are taken to be known.
    effects, seen
        Of `hindcast.analysis.limits.estimators.effects` and `hindcast.analysis.limits.bounds.seen`.
    adjusted
        Of `hindcast.analysis.limits.question.adjusted`.
    """
    pilot = second_pilot(effects, seen, adjusted)
    return [rates(operations), safest(settled, places, factor), pilot]


def rates(found: pd.DataFrame) -> Finding:
    """Say whether shares and rates of two operations point the same way."""
    label, rows = "fig-limits-rankings", found.set_index("operation")
    if not {COMMUTERS, OTHERS} <= set(rows[rows["fatal_share"].notna()].index):
        return Finding("Without hours there is no rate", NONE, label, {})
    hire, rest = rows.loc[COMMUTERS], rows.loc[OTHERS]
    by_share, by_rate = _sign_of_shares(hire, rest), _sign_of_rates(hire, rest)
    text = (
        f"Of the accidents under Part 135 {_share(hire)} were fatal, of those in general aviation "
        f"{_share(rest)}. Per 100,000 published flight hours there were {_rate(hire)} fatal "
        f"accidents under Part 135 and {_rate(rest)} in general aviation. {VERDICTS[by_rate != 0]}"
    )
    named = {"part_135": hire, "general_aviation": rest}
    numbers = {
        f"{name}_{column}": float(row[column])
        for name, row in named.items()
        for column in ("fatal_share", "low", "high", "fatal_rate", "rate_low", "rate_high")
    }
    return Finding(_compared(by_share, by_rate), text, label, numbers)


def _share(row: pd.Series) -> str:
    return share(row["fatal_share"], row["low"], row["high"])


def _rate(row: pd.Series) -> str:
    ends = f"{row['rate_low']:#.2g} to {row['rate_high']:#.2g}"
    return f"{row['fatal_rate']:#.2g} (95% interval {ends})"


def _sign_of_shares(one: pd.Series, other: pd.Series) -> int:
    """Return 1 or -1 where Newcombe's interval of the difference leaves out zero, else 0."""
    known = [row["accidents"] - row["severity_unknown"] for row in (one, other)]
    counts = (one["fatal"], known[0], other["fatal"], known[1])
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    return int(low > 0) - int(high < 0)


def _sign_of_rates(one: pd.Series, other: pd.Series) -> int:
    """Return 1 or -1 where the score test of equal rates is significant at 5%, else 0."""
    sizes = (one["fatal"], one["flight_hours"], other["fatal"], other["flight_hours"])
    test = test_poisson_2indep(*sizes, method="etest-score", compare="ratio")
    return int(np.sign(one["fatal_rate"] - other["fatal_rate"])) if test.pvalue < 0.05 else 0


def _compared(by_share: int, by_rate: int) -> str:
    if not by_rate:
        return "Even with published hours these two ways of flying cannot be told apart"
    if not by_share:
        return "Fatal shares that can hardly be told apart go with rates far apart"
    if by_share != by_rate:
        return "What looks deadliest hangs on what one divides by"
    return "Share and rate point the same way here, which no count could have told"


def safest(settled: pd.DataFrame, places: pd.DataFrame, factor: float) -> Finding:
    """Say how many pairs of makes can be put in order, and whether one is surely the safest."""
    label = "fig-limits-makes"
    if not settled["pairs"].max():
        return Finding("No make can be called the safest", NONE, label, {})
    by_share = int(settled.loc[settled["factor"].eq(1), "settled"].iloc[0])
    known = int(settled.loc[settled["factor"].le(factor), "settled"].iloc[-1])
    pairs, last = int(settled["pairs"].max()), int(places["safest"].eq(len(places)).sum())
    headline = "No make can be called the safest" if last > 1 else "One make stays the safest"
    text = (
        f"By fatal share alone {by_share} of {pairs} pairs of the {len(places)} makes differ by "
        f"more than chance. If hours per accident are known only within a factor of {factor:g}, "
        f"{known} do, and {last} {'makes' if last != 1 else 'make'} may be the one with the fewest "
        "fatal accidents per hour."
    )
    numbers = {"pairs": pairs, "settled_by_share": by_share, "settled_by_hours": known}
    return Finding(headline, text, label, numbers | {"may_be_safest": last, "factor": factor})


def second_pilot(effects: pd.DataFrame, seen: pd.DataFrame, adjusted: pd.DataFrame) -> Finding:
    """Say what the causal question's answer is, with its uncertainty, whichever way it falls."""
    label = "fig-limits-effects"
    if effects.empty:
        return Finding("A second pilot in IMC: too few accidents to say", NONE, label, {})
    rows = effects.set_index("method")
    crude, robust = rows.loc["crude"], rows.loc["doubly robust"]
    weakest = float(seen["smallest_fall"].max())
    e_limit = bounds.e_value_of_limit(robust["ratio_low"], robust["ratio_high"])
    needed = (
        f"The E-value of its nearer limit is {e_limit:.2f}."
        if e_limit > 1
        else f"Only a fall of about {100 * weakest:.0f} points would have been noticed."
    )
    text = (
        f"Of airplane accidents in IMC under Part 91, {crude['with_it']:.1%} were fatal with a "
        f"second pilot and {crude['without']:.1%} without. Adjusted for {_nodes(adjusted)}, the "
        f"difference is {_points(robust)}, against {_points(crude)} as it stands. {needed}"
    )
    columns = ("difference", "low", "high", "ratio", "ratio_low", "ratio_high")
    numbers = {f"adjusted_{name}": float(robust[name]) for name in columns}
    numbers |= {f"crude_{name}": float(crude[name]) for name in columns}
    extra = {"e_value_limit": e_limit, "smallest_fall": weakest}
    return Finding(_headline(crude, robust), text, label, numbers | extra)


def _nodes(adjusted: pd.DataFrame) -> str:
    """Return the nodes of which at least one column was there, as prose lists them."""
    held = list(dict.fromkeys(adjusted.loc[adjusted["is_used"], "node"]))
    return " and ".join(filter(None, [", ".join(held[:-1]), *held[-1:]])) or "nothing"


def _points(row: pd.Series) -> str:
    ends = f"{100 * row['low']:+.1f} to {100 * row['high']:+.1f}"
    return f"{100 * row['difference']:+.1f} percentage points (95% interval {ends})"


def _headline(crude: pd.Series, robust: pd.Series) -> str:
    if robust["low"] > 0:
        return "With a second pilot accidents in IMC are more often fatal, if the diagram holds"
    if robust["high"] < 0:
        return "With a second pilot accidents in IMC are less often fatal, if the diagram holds"
    if crude["high"] < 0:
        return "Adjusted, the second pilot's advantage can no longer be seen"
    if crude["low"] > 0:
        return "Adjusted, the second pilot's disadvantage can no longer be seen"
    return "Whether a second pilot makes accidents in IMC less deadly cannot be seen"


def answered(effects: pd.DataFrame) -> Markdown:
    """Say the answer with its uncertainty in one sentence, whichever way it falls."""
    if effects.empty:
        return Markdown("There are too few accidents for an answer.\n")
    row = effects.set_index("method").loc["doubly robust"]
    low, high = (f"{abs(100 * row[end]):.0f}" for end in ("low", "high"))
    if row["low"] > 0:
        told = f"{low} to {high} more of a hundred such accidents would be fatal"
    elif row["high"] < 0:
        told = f"{high} to {low} fewer of a hundred such accidents would be fatal"
    else:
        told = (
            f"anything from {low} fewer to {high} more of a hundred such accidents would be fatal, "
            "so these records cannot say whether it helps or harms"
        )
    given = "with a second pilot aboard, and all else as the diagram has it"
    return Markdown(f"**In plain words:** {given}, {told}.\n")

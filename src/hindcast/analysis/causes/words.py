"""The page's findings in words; which words, the run's numbers decide."""

from dataclasses import replace

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from hindcast.analysis.causes import events
from hindcast.analysis.causes.flags import STOPPED
from hindcast.analysis.causes.rules import FATAL
from hindcast.analysis.findings import Finding, ratio, share


def findings(
    phases: pd.DataFrame,
    losses: pd.DataFrame,
    compared: events.Compared,
    fair: events.Compared,
    rules: pd.DataFrame,
    shifts: pd.DataFrame,
    depth: tuple[float, float, float],
    alpha: float,
    phase: str = "Maneuvering",
) -> list[Finding]:
    """Return the three findings of the page.

    Parameters
    ----------
    phases, losses, compared, fair
        Of `hindcast.analysis.causes.events`; the last two for ``phase``, of all years and of those
        in which most accidents have a coded event.
    rules
        Worded, of `hindcast.analysis.causes.rules`.
    shifts
        Of `hindcast.analysis.causes.shifts.tested`.
    depth
        Of `hindcast.analysis.causes.depth.ratio`.
    alpha
        Share of false discoveries allowed.
    """
    told = [
        _of_phase(phases, losses, compared, fair, phase),
        _of_rules(rules, depth),
        _of_shifts(shifts, alpha),
    ]
    return [replace(one, numbers=_without_gaps(one.numbers)) for one in told]


def _without_gaps(numbers: dict) -> dict:
    """Numbers as JSON takes them: what could not be computed is null."""
    return {name: None if pd.isna(value) else value for name, value in numbers.items()}


def side(low: float, high: float, words: tuple[str, str, str]) -> str:
    """Return the word for an interval above 1, below 1, or around it.

    Examples
    --------
    >>> [side(*x, ("more", "less", "no clear")) for x in ((1.1, 2), (0.2, 0.9), (0.9, 1.1))]
    ['more', 'less', 'no clear']
    """
    if low > 1:
        return words[0]
    return words[1] if high < 1 else words[2]


def _of_phase(
    phases: pd.DataFrame,
    losses: pd.DataFrame,
    compared: events.Compared,
    fair: events.Compared,
    phase: str,
) -> Finding:
    row = phases[phases["flight_phase"].eq(phase)]
    if row.empty or np.isnan(compared.crude[0]):
        text = f"These records hold too few accidents of the phase {phase.lower()} to compare."
        return Finding(f"{phase}: too little is known", text, "fig-causes-heat", {})
    (own,) = row.to_dict("records")
    crude = side(*compared.crude[1:], _DEADLIER)
    text = (
        f"Of accidents while {phase.lower()}, {share(own['fatal_share'], own['low'], own['high'])} "
        f"were fatal: the odds of being fatal are {ratio(*compared.crude)} times those of other "
        f"accidents.{_within(fair, crude)}{_lost(losses, phase)}"
    )
    numbers = {
        "fatal_share": own["fatal_share"],
        "low": own["low"],
        "high": own["high"],
        "accidents": int(own["accidents"]),
        "odds_ratio": compared.crude[0],
        "odds_ratio_within_events": fair.within[0],
        "odds_ratio_within_events_low": fair.within[1],
        "odds_ratio_within_events_high": fair.within[2],
    }
    return Finding(f"Accidents while {phase.lower()} are {crude}", text, "fig-causes-heat", numbers)


def _within(fair: events.Compared, crude: str) -> str:
    if np.isnan(fair.within[0]):
        return ""
    within = side(*fair.within[1:], _DEADLIER)
    also = "are" if crude == within else "yet are"
    return (
        f" Within the same kind of defining event they {also} {within}: {ratio(*fair.within)}, "
        "in the years in which most accidents have a coded event."
    )


def _lost(losses: pd.DataFrame, phase: str) -> str:
    own = losses[losses["phase"].eq(phase) & losses["fatal_share"].notna()]
    if own.empty:
        return ""
    (row,) = own.to_dict("records")
    return (
        f" Of losses of control in flight while {phase.lower()}, "
        f"{share(row['fatal_share'], row['low'], row['high'])} were fatal."
    )


_DEADLIER = ("deadlier than others", "less deadly than others", "about as deadly as others")


def _of_rules(rules: pd.DataFrame, depth: tuple[float, float, float]) -> Finding:
    deeper = _depth_in_words(*depth)
    told = rules[rules["item_right"].eq(FATAL)]
    if told.empty and np.isnan(depth[0]):
        text = "These records hold too few findings to say what stands in reports of deaths."
        return Finding("Too few findings to compare", text, "fig-causes-depth", {})
    if told.empty:
        text = f"No combination of findings goes with death beyond chance. {deeper}"
        numbers = {"findings_ratio": depth[0]}
        return Finding(
            "No finding stands out in fatal accidents", text, "fig-causes-depth", numbers
        )
    best = told.iloc[0]
    held = int(told["later_low"].gt(1).sum())
    text = (
        f"Of the accidents with {_quoted(best['left_side'])}, "
        f"{_certain(best)} were fatal, {ratio(best['lift'], best['low'], best['high'])} "
        f"times the share of all; in later years, which did not choose the rule, "
        f"{_later(best)}. Of {len(told)} such rules {held} hold in later years. {deeper}"
    )
    numbers = {
        "share": best["share"], "lift": best["lift"], "low": best["low"], "high": best["high"],
        "later_lift": best["later_lift"], "rules": len(told), "hold_later": held,
        "findings_ratio": depth[0],
    }  # fmt: skip
    headline = f"{_plain(best['left_side'])}: {_mostly(best['share'])}"
    return Finding(headline, text, "fig-causes-rules", numbers)


def _certain(best: pd.Series) -> str:
    low, high = proportion_confint(best["both"], best["left"], method="wilson")
    return share(best["share"], low, min(high, 1.0))


def _plain(left: str) -> str:
    return left.replace(" (any)", "").replace(" (general)", "").replace(" + ", " with ")


def _mostly(value: float) -> str:
    if value >= 0.9:
        return "nearly always fatal"
    return "mostly fatal" if value >= 0.5 else "more often fatal than others"


def _quoted(left: str) -> str:
    return " and ".join(f"“{one}”" for one in left.split(" + "))


def _later(best: pd.Series) -> str:
    if np.isnan(best["later_lift"]):
        return "there is none of them"
    return ratio(best["later_lift"], best["later_low"], best["later_high"])


def _depth_in_words(value: float, low: float, high: float) -> str:
    many = side(low, high, ("more", "fewer", "about as many"))
    return (
        f"Reports of fatal accidents list {many} findings: {ratio(value, low, high)} for every one "
        "in other reports."
    )


def _of_shifts(shifts: pd.DataFrame, alpha: float) -> Finding:
    stepped = shifts[shifts["step_q"].lt(alpha)] if len(shifts) else shifts
    drifted = shifts[shifts["trend_q"].lt(alpha)] if len(shifts) else shifts
    numbers = {"codes": len(shifts), "steps": len(stepped), "trends": len(drifted)}
    if shifts.empty:
        text = f"These records have too few years to tell a trend from a step in {STOPPED}."
        return Finding("Too few years to see a shift", text, "fig-causes-shifts", numbers)
    text = (
        f"Of {len(shifts)} codes, {len(stepped)} step up or down in {STOPPED} beyond their trend, "
        f"and {len(drifted)} have a trend (false discoveries held to {alpha:.0%})."
    )
    if len(stepped):
        first = stepped.sort_values(["step_q", "code"]).iloc[0]
        text += (
            f" The clearest is “{first['name']}” ({first['kind']}): the odds that a report has it, "
            f"after over before, are {ratio(first['step'], first['step_low'], first['step_high'])}."
        )
        numbers |= {name: first[name] for name in ("name", "step", "step_low", "step_high")}
    few = len(stepped) * 5 < len(shifts)
    headline = (
        f"No code clearly steps in {STOPPED}"
        if stepped.empty
        else f"{'Few' if few else 'Many'} codes step in {STOPPED}"
    )
    return Finding(headline, text, "fig-causes-shifts", numbers)

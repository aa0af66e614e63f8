"""The three findings of the page in words: directions are read off the run's numbers."""

import itertools
from typing import Any

import pandas as pd

from hindcast.analysis.findings import Finding, ratio, share
from hindcast.analysis.weather_light import interaction, sensitivity, standard
from hindcast.analysis.weather_light.standard import Estimate


def side(low: float, high: float, null: float) -> str:
    """Return ``above``, ``below`` or ``none``: where an interval lies to what no effect would give.

    Examples
    --------
    >>> side(1.2, 2.0, 1.0), side(0.4, 0.9, 1.0), side(0.9, 1.1, 1.0)
    ('above', 'below', 'none')
    """
    return "above" if low > null else "below" if high < null else "none"


def findings(
    contrasts: pd.DataFrame, night: dict[str, Any] | None, rules: pd.DataFrame
) -> list[Finding]:
    """Return the page's findings: instrument weather, night with it, and its degrees.

    Parameters
    ----------
    contrasts
        Of `hindcast.analysis.weather_light.adjusted.contrasts`.
    night
        Of `hindcast.analysis.weather_light.interaction.study`.
    rules
        Of `hindcast.analysis.weather_light.curves.rules`.
    """
    return [weather(contrasts), together(night), degrees(rules, contrasts)]


def weather(contrasts: pd.DataFrame) -> Finding:
    """Return the finding on IMC, crude and adjusted, with the E-value."""
    figure = "fig-weather-light-ratios"
    own = _rows(contrasts, "instrument weather (IMC)")
    if own is None:
        text = "Too few accidents have a known weather of both kinds for a comparison."
        return Finding("Weather cannot be compared in these records", text, figure, {})
    crude, adjusted = own["crude"], own["adjusted"]
    where = side(adjusted["risk_ratio_low"], adjusted["risk_ratio_high"], 1.0)
    bound = sensitivity.e_value_of_bound(adjusted["risk_ratio_low"], adjusted["risk_ratio_high"])
    head = {
        "above": "Accidents in instrument weather are more often fatal, like for like",
        "below": "Accidents in instrument weather are less often fatal, like for like",
        "none": "Like for like, instrument weather makes no clear difference",
    }[where]
    text = (
        f"Of accidents in instrument weather {share(crude['share_with'])} were fatal, of those in "
        f"visual weather {share(crude['share_without'])}: a crude ratio of "
        f"{ratio(*_ends(crude, 'risk_ratio'))}. Adjusted for season, year, region, light, "
        "operation, aircraft and pilot it is "
        f"{ratio(*_ends(adjusted, 'risk_ratio'))}, {points(*_ends(adjusted, 'difference'))}. "
        f"{_strength(where, bound)}"
    )
    numbers = {
        "share_imc": crude["share_with"],
        "share_vmc": crude["share_without"],
        **_numbers("crude_ratio", crude, "risk_ratio"),
        **_numbers("adjusted_ratio", adjusted, "risk_ratio"),
        **_numbers("adjusted_difference", adjusted, "difference"),
        "adjusted_odds_ratio": adjusted["odds_ratio"],
        "e_value_of_bound": bound,
        "accidents": adjusted["rows"],
    }
    return Finding(head, text, figure, numbers)


def _strength(where: str, bound: float) -> str:
    if where == "none":
        return "Its interval includes 1, so nothing needs explaining away."
    return (
        "An unmeasured cause, such as the pilot's instrument rating, would have to go with both "
        f"weather and outcome by ratios of {bound:.1f} each to explain the interval's nearer end "
        "away."
    )


def together(night: dict[str, Any] | None) -> Finding:
    """Return the finding on night and IMC together, on both scales."""
    figure = "fig-weather-light-interaction"
    if night is None:
        text = "Too few accidents happened at night in instrument weather to be compared."
        return Finding("Night and cloud together cannot be judged here", text, figure, {})
    found, product = night["adjusted"], night["odds"]["adjusted"]
    cells = [standard.share(found, at) for at in range(4)]
    surplus = standard.delta(found, interaction.surplus)
    excess = standard.delta(found, interaction.excess)
    ratios = standard.log_ratio(found, {3: 1, 2: -1, 1: -1, 0: 1})
    text = (
        f"Adjusted shares that were fatal: {_share(cells[0])} in visual weather by day, "
        f"{_share(cells[1])} at night; in instrument weather {_share(cells[2])} by day, "
        f"{_share(cells[3])} at night. The ratio of ratios is "
        f"{ratio(ratios.value, ratios.low, ratios.high)}, the relative excess due to interaction "
        f"{ratio(excess.value, excess.low, excess.high)}."
    )
    numbers = {f"share_{name}": told.value for name, told in zip(_CELLS, cells, strict=True)}
    numbers |= {"ratio_of_ratios": ratios.value, "reri": excess.value, "surplus": surplus.value}
    numbers |= {"product_term_of_odds": product.value}
    return Finding(_scales(ratios, surplus), text, figure, numbers)


_CELLS = ("day_vmc", "night_vmc", "day_imc", "night_imc")
_ADDITIVE = {
    "above": "Night and cloud together are more than their sum",
    "below": "Night and cloud together are less than their sum",
    "none": "Night and cloud add up within error",
}
_MULTIPLICATIVE = {
    "above": "and more than multiply",
    "below": "and do not multiply",
    "none": "and may as well multiply",
}


def _scales(ratios: Estimate, surplus: Estimate) -> str:
    added = _ADDITIVE[side(surplus.low, surplus.high, 0.0)]
    return f"{added} {_MULTIPLICATIVE[side(ratios.low, ratios.high, 1.0)]}"


def degrees(rules: pd.DataFrame, contrasts: pd.DataFrame) -> Finding:
    """Return the finding on the degrees of bad weather, beside that on wind."""
    figure = "fig-weather-light-rules"
    own = rules[rules["kind"].eq("adjusted")]
    if len(own) < 2:
        text = "Too few accidents have a ceiling and a visibility on record."
        return Finding("Degrees of bad weather cannot be compared here", text, figure, {})
    steps = own["share"].to_list()
    rising = all(a < b for a, b in itertools.pairwise(steps))
    head = "The fatal share rises" if rising else "The fatal share does not rise"
    listed = ", ".join(
        f"{share(row.share, row.low, row.high)} in {row.category}" for row in own.itertuples()
    )
    text = (
        "By ceiling and visibility at a station, adjusted shares that were fatal are "
        f"{listed}.{_wind(contrasts)}"
    )
    numbers = {f"share_{row.category.lower()}": row.share for row in own.itertuples()}
    first, last = own["category"].iloc[[0, -1]]
    return Finding(f"{head} with every step from {first} to {last}", text, figure, numbers)


def _wind(contrasts: pd.DataFrame) -> str:
    own = _rows(contrasts, "wind of 15 kts or more")
    if own is None:
        return ""
    wind = own["adjusted"]
    where = side(wind["risk_ratio_low"], wind["risk_ratio_high"], 1.0)
    words = {
        "above": "Strong wind goes with a higher share",
        "below": "Strong wind goes with a lower share",
        "none": "Strong wind makes no clear difference",
    }[where]
    return f" {words}: an adjusted ratio of {ratio(*_ends(wind, 'risk_ratio'))}."


def points(value: float, low: float, high: float) -> str:
    """Return a difference of shares in words.

    Examples
    --------
    >>> points(0.12, 0.1, 0.141), points(-0.02, -0.05, 0.01)
    ('12.0 points more (95% interval 10.0 to 14.1)', '2.0 points less (95% interval -1.0 to 5.0)')
    """
    word, sign = ("more", 1) if value >= 0 else ("less", -1)
    ends = sorted((100 * sign * low, 100 * sign * high))
    return f"{abs(100 * value):.1f} points {word} (95% interval {ends[0]:.1f} to {ends[1]:.1f})"


def _share(told: Estimate) -> str:
    return share(told.value, told.low, told.high)


def _ends(row: dict[str, float], name: str) -> tuple[float, float, float]:
    return row[name], row[f"{name}_low"], row[f"{name}_high"]


def _numbers(name: str, row: dict[str, float], value: str) -> dict[str, float]:
    told = _ends(row, value)
    return {name: told[0], f"{name}_low": told[1], f"{name}_high": told[2]}


def _rows(contrasts: pd.DataFrame, exposure: str) -> dict[str, dict] | None:
    """Return an exposure's crude and adjusted rows; None where it could not be compared."""
    own = contrasts[contrasts["exposure"].eq(exposure)]
    return own.set_index("kind").to_dict("index") if len(own) == 2 else None

"""What the monitor found, as rows for a terminal and lines to read."""

from collections.abc import Iterator, Mapping
from typing import Any

WORDS = {0: "quiet", 1: "something crossed a bound", 2: "not enough to judge"}


def rows(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return one row a model: outcomes that are in, and what they say; conditions after them.

    Parameters
    ----------
    told
        As `hindcast.monitor.run.report` returns it.
    """
    models = [_model(one) for one in told["models"]]
    return models or [{"predictions": "0", "outcomes in": "0"}]


def _model(one: Mapping[str, Any]) -> dict[str, str]:
    outcomes, numbers = one["outcomes"], one["complete"] if one["enough"] else one["all_in"]
    return {
        "model": f"{one['horizon']} {one['version']} ({one['role']})",
        "predictions": str(outcomes["predictions"]),
        "outcomes in": f"{outcomes['outcomes']} ({outcomes['share_in'] or 0:.0%})",
        "waiting (days)": _number(outcomes["open_median_days"], ".0f"),
        "verdict": "yes" if one["enough"] else "no",
        "fatal / foreseen": _number(numbers.get("ratio"), ".2f"),
        "slope": _number(numbers.get("slope"), ".2f"),
        "ECE (chance)": _number(numbers.get("ece"), ".3f")
        + f" ({_number(numbers.get('ece_expected_by_chance'), '.3f')})",
        "ROC AUC": _number(numbers.get("roc_auc"), ".3f"),
    }


def _number(value: float | None, how: str) -> str:
    return "-" if value is None else f"{value:{how}}"


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is on, what is off, what could not be looked at, and how it ends."""
    for one in told["conditions"]:
        state = "ON " if one["is_on"] else "off"
        yield f"{state} {one['name']} {one['subject']}: {one['told']}"
    for one in told["models"]:
        if (warning := _selected(one)) is not None:
            yield warning
    yield from (f"not watched: {one}" for one in told["unwatched"])
    yield f"{told['predictions']} predictions: {WORDS[told['status']]}"


def _selected(one: Mapping[str, Any]) -> str | None:
    outcomes = one["outcomes"]
    if outcomes["unlike_p"] is None or outcomes["unlike_p"] > 0.05:
        return None
    return (
        f"{one['horizon']} {one['version']}: outcomes in are no random part: mean forecast "
        f"{outcomes['mean_forecast_in']:.3f}, of the rest {outcomes['mean_forecast_open']:.3f}"
    )

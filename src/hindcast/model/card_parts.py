"""What cards are put together from: numbers as text, and tables in Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any


def value(of: Mapping[str, Any], name: str, digits: int = 3) -> str:
    """Return a figure with its interval, where it has one.

    Examples
    --------
    >>> value({"f1": 0.7, "f1_ci": [0.65, 0.75]}, "f1")
    '0.700 (0.650 to 0.750)'
    """
    bounds = of.get(f"{name}_ci")
    between = f" ({told(bounds[0], digits)} to {told(bounds[1], digits)})" if bounds else ""
    return told(of[name], digits) + between


def told(number: float | None, digits: int = 3) -> str:
    """Return a number as text; what does not exist is called undefined."""
    return "undefined" if number is None else f"{number:.{digits}f}"


def named(record: Mapping[str, Any]) -> str:
    """Return the name of a kind of accident.

    Examples
    --------
    >>> named({"by": "far_part", "group": "137"})
    'far part: 137'
    """
    return f"{record['by'].replace('_', ' ')}: {record['group']}"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"

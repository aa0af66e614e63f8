"""A page's findings in words, with the run's own numbers, for its last cell and the front page."""

from dataclasses import asdict, dataclass

from IPython.display import Markdown

from hindcast import atomic, paths


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes
    ----------
    headline
        A short claim without numbers, such as "Weather decides at night".
    text
        One to three sentences with the run's numbers and their intervals; they say "share of
        accidents", never "risk".
    figure
        Label of the page's figure or table that shows it, such as ``fig-night-imc``.
    numbers
        The numbers in the text, under names that explain themselves, unrounded.
    """

    headline: str
    text: str
    figure: str
    numbers: dict[str, float | int | str | None]


def tell(page: str, found: list[Finding]) -> Markdown:
    """Write a page's findings to ``data/processed/findings`` and return them as a list in words.

    Parameters
    ----------
    page
        The notebook's name without its number, such as ``trends``.
    found
        In order of interest.
    """
    atomic.write_json(
        paths.processed("findings", f"{page}.json"), [asdict(finding) for finding in found]
    )
    lines = [f"{at}. **{f.headline}.** {f.text}" for at, f in enumerate(found, start=1)]
    return Markdown("\n".join(lines) + "\n")


def share(value: float, low: float | None = None, high: float | None = None) -> str:
    """Return a share as prose shows it, with its interval where there is one.

    Examples
    --------
    >>> share(0.1752), share(0.1752, 0.17, 0.1806)
    ('17.5%', '17.5% (95% interval 17.0% to 18.1%)')
    """
    if low is None or high is None:
        return f"{value:.1%}"
    return f"{value:.1%} (95% interval {low:.1%} to {high:.1%})"


def ratio(value: float, low: float, high: float) -> str:
    """Return an odds ratio with its interval as prose shows it.

    Examples
    --------
    >>> ratio(2.345, 1.9, 2.861)
    '2.35 (95% interval 1.90 to 2.86)'
    """
    return f"{value:.2f} (95% interval {low:.2f} to {high:.2f})"

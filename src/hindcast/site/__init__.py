"""The published site: Quarto where it is installed, nbconvert elsewhere, the same pages in order.

Nothing is computed here. Numbers in prose come from ``reports/metrics.json`` through variables,
figures from the executed notebooks.
"""

import logging
from pathlib import Path

from hindcast import paths
from hindcast.site import facts, fallback, quarto

log = logging.getLogger(__name__)

__all__ = ["build"]


def build() -> Path:
    """Write the site to ``reports/_site`` and return the path of its front page.

    Raises
    ------
    FileNotFoundError
        The study has not run yet: there is no ``reports/metrics.json``.
    RuntimeError
        Quarto is installed and failed; its own words are in the message.
    """
    project = paths.root()
    facts.write(project)
    if quarto.installed():
        quarto.render(project)
    else:
        log.warning(
            "quarto is not on PATH: rendering the same pages through nbconvert, plainer but "
            "complete; for the full site install Quarto (https://quarto.org) and `make site`"
        )
        fallback.render(project)
    return project / "reports" / "_site" / "index.html"

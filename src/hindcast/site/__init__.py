"""The published site: Quarto where it is installed, nbconvert elsewhere, the same pages in order.

Nothing is computed here. Numbers in prose come from ``reports/metrics.json`` through variables,
figures from the executed notebooks.
"""

import logging
import shutil
import tempfile
from pathlib import Path

from hindcast import paths
from hindcast.site import audit, facts, fallback, published, quarto

log = logging.getLogger(__name__)

__all__ = ["build", "build_published"]

SITE = Path("reports", "_site")


def build() -> Path:
    """Write the site of the last run to ``reports/_site``; return the path of its front page.

    Raises
    ------
    FileNotFoundError
        The study has not run yet: there is no ``reports/metrics.json``.
    RuntimeError
        Quarto is installed and failed; its own words are in the message.
    """
    project = paths.root()
    facts.write(project)
    _render(project)
    return project / SITE / "index.html"


def build_published() -> Path:
    """Write the site of the published run to ``reports/_site``; return its front page.

    Raises
    ------
    hindcast.site.published.NothingPublishedError
        No run has been published.
    """
    project = paths.root()
    with tempfile.TemporaryDirectory(dir=project / "reports", prefix=".published-") as scratch:
        published.assemble(project, Path(scratch))
        _render(Path(scratch))
        shutil.rmtree(project / SITE, ignore_errors=True)
        (Path(scratch) / SITE).rename(project / SITE)
    return project / SITE / "index.html"


def _render(project: Path) -> None:
    if quarto.installed():
        quarto.render(project)
        for problem in audit.problems(project / SITE):
            log.warning("%s", problem)
        return
    log.warning(
        "quarto is not on PATH: rendering the same pages through nbconvert, plainer but "
        "complete; for the full site install Quarto (https://quarto.org) and `make site`"
    )
    fallback.render(project)

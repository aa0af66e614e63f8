"""The site of the published run: pages of real records, built where there are none.

What `hindcast publish` keeps in Git is enough to render every page: executed notebooks, the pieces
and variables that prose quotes, maps. They are put together beside the project, whose own run
stays as it is.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from hindcast.analysis.places import webmap
from hindcast.errors import HindcastError

KEPT = {"notebooks": "reports/notebooks", "generated": "reports/generated", "maps": "reports/maps"}
"""Folder in reports/published -> where the pages look for it."""
PAGES = ("index.qmd", "_quarto.yml", "CITATION.cff", "SECURITY.md", "docs", "reports/cards")


class NothingPublishedError(HindcastError, FileNotFoundError):
    """There is no published run to build a site of."""


def assemble(project: Path, scratch: Path) -> None:
    """Lay out in ``scratch`` a project that holds the pages and the published run.

    Raises
    ------
    NothingPublishedError
        A part of reports/published is missing.
    """
    published = project / "reports" / "published"
    parts = {published / name: scratch / place for name, place in KEPT.items()}
    parts[published / "_variables.yml"] = scratch / "_variables.yml"
    parts |= {project / name: scratch / name for name in PAGES}
    parts |= {page: scratch / "reports" / page.name for page in (project / "reports").glob("*.qmd")}
    for source, target in parts.items():
        _copy(source, target)
    rewrite_maps(scratch / KEPT["maps"], webmap.with_libraries)


def rewrite_maps(folder: Path, rewritten: Callable[[str], str]) -> None:
    """Write every map of a folder anew: Git keeps them without the libraries they are drawn by."""
    for page in sorted(folder.glob("*.html")):
        page.write_text(rewritten(page.read_text(encoding="utf-8")), encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise NothingPublishedError(
            f"no {source}: run the study on real records, then `make publish`"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy(source, target)

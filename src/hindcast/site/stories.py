"""What the analysis pages found, for the front page and the page of findings."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGES = {
    "trends": "Trends",
    "places": "Places",
    "aircraft": "Aircraft",
    "crew": "Crew",
    "weather_light": "Weather and light",
    "causes": "Causes",
    "narratives": "Narratives",
    "limits": "Limits",
}
"""The analysis pages in the order a reader meets them: stage -> title."""


@dataclass(frozen=True)
class Story:
    """The findings of one page.

    Attributes
    ----------
    notebook
        File name of the executed notebook.
    found
        As `hindcast.analysis.findings.tell` wrote them, in order of interest.
    """

    title: str
    notebook: str
    found: list[dict[str, Any]]


def read(project: Path) -> list[Story]:
    """Return the stories of the last run, in order.

    Raises
    ------
    FileNotFoundError
        A page has not been run, or told nothing.
    """
    return [_story(project, page, title) for page, title in PAGES.items()]


def _story(project: Path, page: str, title: str) -> Story:
    path = project / "data" / "processed" / "findings" / f"{page}.json"
    notebooks = sorted((project / "reports" / "notebooks").glob(f"[0-9][0-9]_{page}.ipynb"))
    if not path.is_file() or not notebooks:
        raise FileNotFoundError(f"no findings of {page} in {path}: run 'dvc repro {page}' first")
    return Story(title, notebooks[0].name, json.loads(path.read_text(encoding="utf-8")))


def pieces(project: Path) -> dict[str, str]:
    """Return what pages include: ``findings`` in full, ``findings_front`` one of each page."""
    told = read(project)
    return {
        "findings": "\n".join(_section(story) for story in told),
        "findings_front": "".join(_line(story) for story in told if story.found),
    }


def _line(story: Story) -> str:
    first = story.found[0]
    link = f"/reports/notebooks/{story.notebook}#{first['figure']}"
    return f"- **[{first['headline']}]({link}).** {first['text']}\n"


def _section(story: Story) -> str:
    lines = [f"## {story.title}\n"]
    for finding in story.found:
        link = f"/reports/notebooks/{story.notebook}#{finding['figure']}"
        lines.append(f"- **{finding['headline']}.** {finding['text']} [How it was found]({link})")
    if story.found and (label := story.found[0]["figure"]).startswith("fig-"):
        lines.append(f"\n{{{{< embed notebooks/{story.notebook}#{label} >}}}}")
    page = f"/reports/notebooks/{story.notebook}"
    return "\n".join(lines) + f"\n\n*All of it, with the code: [{story.title}]({page})*\n"

"""Render the Quarto project's pages without Quarto: the same pages, in order, through nbconvert."""

import itertools
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import nbformat
import yaml
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from traitlets.config import Config

from hindcast.site import qmd

TEMPLATES = Path(__file__).parent / "templates"
KINDS = {"fig": "Figure", "tbl": "Table"}
REFERENCE = re.compile(r"(?<![\w@])@((?:fig|tbl)-[\w-]+)")
LINK = re.compile(r'(href="(?![a-z]+:|#)[^"]*?)\.(?:qmd|ipynb)(#[^"]*)?"')


@dataclass(frozen=True)
class Page:
    """A page of the site: its source and its place, both relative to the project."""

    source: Path

    @property
    def target(self) -> Path:
        """Where the page goes, relative to the site."""
        return self.source.with_suffix(".html")


def render(project: Path) -> None:
    """Write every page that ``_quarto.yml`` lists to its output folder, whole or not at all.

    Raises
    ------
    hindcast.site.qmd.PageError
        A page asks for something that is not there.
    """
    config = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    variables = yaml.safe_load((project / "_variables.yml").read_text(encoding="utf-8"))
    site = project / config["project"]["output-dir"]
    site.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".site-") as scratch:
        for page in pages(project, config):
            html = _page_html(project, page, config, variables)
            target = Path(scratch) / "site" / page.target
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(html, encoding="utf-8")
        shutil.rmtree(site, ignore_errors=True)
        (Path(scratch) / "site").rename(site)


def pages(project: Path, config: dict[str, Any]) -> list[Page]:
    """Return the pages that ``project.render`` lists, patterns expanded in alphabetical order."""
    found = [sorted(project.glob(pattern)) for pattern in config["project"]["render"]]
    return [Page(path.relative_to(project)) for path in itertools.chain.from_iterable(found)]


def _page_html(project: Path, page: Page, config: dict[str, Any], variables: dict) -> str:
    title, notebook = _content(project / page.source, variables)
    numbers = _label_cells(notebook)
    _link_references(notebook, numbers)
    body, _ = _exporter().from_notebook_node(notebook)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            site=config["website"]["title"],
            body=LINK.sub(r'\1.html\2"', body),
            is_simulated=page.source.suffix == ".ipynb" and _is_simulated(variables),
            menu=_menu(project, page, config["website"]["navbar"]["left"]),
        )
    )


def _is_simulated(variables: dict[str, Any]) -> bool:
    """Say whether notebook pages, which carry no banner of their own, need one."""
    return variables.get("source", {}).get("simulated") == "true"


def _content(path: Path, variables: dict) -> tuple[str, NotebookNode]:
    if path.suffix == ".qmd":
        return qmd.read(path, variables)
    notebook = nbformat.read(path, as_version=4)
    return notebook.cells[0].source.splitlines()[0].removeprefix("# "), notebook


def _label_cells(notebook: NotebookNode) -> dict[str, str]:
    """Move ``#|`` options from the cells into their metadata; return label -> "Figure 2"."""
    counters = {kind: itertools.count(1) for kind in KINDS}
    numbers: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            given = qmd.options(cell.source)
            cell.source = qmd.OPTION.sub("", cell.source).lstrip("\n")
            kind = given.get("label", "").partition("-")[0]
            if kind in KINDS:
                numbers[given["label"]] = f"{KINDS[kind]} {next(counters[kind])}"
            cell.metadata["page"] = _caption(given, kind, numbers)
            cell.metadata["alt"] = given.get("fig-alt", "")
    return numbers


def _caption(given: dict[str, str], kind: str, numbers: dict[str, str]) -> dict[str, str]:
    label = given.get("label", "")
    caption = given.get(f"{kind}-cap", "")
    return {"label": label, "number": numbers.get(label, ""), "caption": caption}


def _link_references(notebook: NotebookNode, numbers: dict[str, str]) -> None:
    def link(match: re.Match[str]) -> str:
        if match[1] not in numbers:
            raise qmd.PageError(f"@{match[1]} refers to nothing on its page")
        return f"[{numbers[match[1]]}](#{match[1]})"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = REFERENCE.sub(link, cell.source)


def _exporter() -> HTMLExporter:
    removal = {"remove_cell_tags": ["remove-cell"], "enabled": True}
    exporter = HTMLExporter(
        config=Config({"TagRemovePreprocessor": removal}),
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="page",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    exporter.register_preprocessor(TagRemovePreprocessor, enabled=True)
    return exporter


def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=False)  # noqa: S701


def _menu(project: Path, here: Page, entries: list) -> list[dict[str, Any]]:
    """Return the navigation as text and link, links relative to the page that shows it."""
    up = "../" * len(here.source.parent.parts)
    menu = []
    for entry in entries:
        entry = {"href": entry} if isinstance(entry, str) else entry
        children = _menu(project, here, entry.get("menu", []))
        href = entry.get("href", "")
        link = up + str(Path(href).with_suffix(".html")) if href else ""
        menu.append(
            {
                "text": entry.get("text", ""),
                "href": link,
                "here": href == str(here.source),
                "menu": children,
            }
        )
    return menu

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

from hindcast.errors import HindcastError
from hindcast.site import audit, cite, qmd, search

TEMPLATES = Path(__file__).parent / "templates"
KINDS = {"fig": "Figure", "tbl": "Table"}
REFERENCE = re.compile(r"(?<![\w@])@((?:fig|tbl)-[\w-]+)")
ROOTED = re.compile(r'href="/(?!/)')
HEADING_2 = re.compile(r'<h2[^>]*\bid="([^"]*)"[^>]*>(.*?)</h2>', re.DOTALL)
FAULTS_SHOWN = 30
LINK = re.compile(r'(href="(?![a-z]+:|#)[^"]*?)\.(?:qmd|ipynb)(#[^"]*)?"')


class SiteError(HindcastError, ValueError):
    """The pages have faults that a reader would meet; the site before stands."""


@dataclass(frozen=True)
class Page:
    """A page of the site: its source and its place, both relative to the project."""

    source: Path

    @property
    def target(self) -> Path:
        """Where the page goes, relative to the site."""
        return self.source.with_suffix(".html")

    @property
    def up(self) -> str:
        """The way from the page to the site's folder."""
        return "../" * len(self.source.parent.parts)


def render(project: Path) -> None:
    """Write every page that ``_quarto.yml`` lists to its output folder, whole or not at all.

    Raises
    ------
    hindcast.site.qmd.PageError
        A page asks for something that is not there.
    SiteError
        A page has a broken link, a picture without words, or loads something from elsewhere.
    """
    config = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    variables = yaml.safe_load((project / "_variables.yml").read_text(encoding="utf-8"))
    site = project / config["project"]["output-dir"]
    site.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".site-") as scratch:
        beside = Path(scratch) / "site"
        index = []
        for page in pages(project, config):
            html, sections = _page_html(project, page, config, variables)
            _write(beside / page.target, html)
            index += sections
        _write_assets(beside / "assets", index)
        _copy_resources(project, config, beside)
        _check(beside)
        shutil.rmtree(site, ignore_errors=True)
        beside.rename(site)


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _write_assets(folder: Path, index: list[search.Entry]) -> None:
    for name in ("style.css", "site.js"):
        _write(folder / name, (TEMPLATES / name).read_text(encoding="utf-8"))
    _write(folder / "search.js", search.script(index))


def _copy_resources(project: Path, config: dict[str, Any], site: Path) -> None:
    for pattern in config["project"].get("resources", []):
        for path in sorted(project.glob(pattern)):
            target = site / path.relative_to(project)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def _check(site: Path) -> None:
    if told := audit.problems(site):
        raise SiteError(f"{len(told)} faults in the pages:\n" + "\n".join(told[:FAULTS_SHOWN]))


def pages(project: Path, config: dict[str, Any]) -> list[Page]:
    """Return the pages that ``project.render`` lists, patterns expanded in alphabetical order."""
    found = [sorted(project.glob(pattern)) for pattern in config["project"]["render"]]
    return [Page(path.relative_to(project)) for path in itertools.chain.from_iterable(found)]


def _page_html(
    project: Path, page: Page, config: dict[str, Any], variables: dict
) -> tuple[str, list[search.Entry]]:
    """Return a page, and its sections for the search."""
    title, notebook = _content(project / page.source, variables)
    numbers = _label_cells(notebook)
    _link_references(notebook, numbers)
    body, _ = _exporter().from_notebook_node(notebook)
    body = LINK.sub(r'\1.html\2"', ROOTED.sub(rf'href="{page.up}', body))
    sections = search.entries(title, str(page.target), body)
    is_notebook = page.source.suffix == ".ipynb"
    menu = _menu(project, page, config["website"]["navbar"]["left"])
    before, after = _neighbours(menu)
    html = (
        _environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            site=config["website"]["title"],
            lead=sections[0].text[:160] if sections else title,
            up=page.up,
            body=body,
            contents=_contents(body),
            is_simulated=is_notebook and _is_simulated(variables),
            menu=menu,
            before=before,
            after=after,
            made_by=f"notebooks/{page.source.name}" if is_notebook else "",
            citation=_citation(project, variables, title),
        )
    )
    return html, sections


def _contents(body: str) -> list[dict[str, str]]:
    """Return the second-level headings of a page, for its list of contents."""
    return [{"id": label, "text": search.plain(text)} for label, text in HEADING_2.findall(body)]


def _citation(project: Path, variables: dict[str, Any], title: str) -> str:
    told = variables.get("source", {})
    path = project / "CITATION.cff"
    if not path.is_file() or not told:
        return title
    source = told | {"simulated": told.get("simulated") == "true", "releases": [told["releases"]]}
    return cite.sentence(cite.read(project), source, title)


def _neighbours(menu: list[dict[str, Any]]) -> tuple[dict | None, dict | None]:
    """Return the menu's entries before and after the page that it is shown on."""
    flat = [child for entry in menu for child in (entry["menu"] or [entry])]
    at = next((place for place, entry in enumerate(flat) if entry["here"]), None)
    if at is None:
        return None, None
    return (flat[at - 1] if at else None), (flat[at + 1] if at + 1 < len(flat) else None)


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
    menu = []
    for entry in entries:
        entry = {"href": entry} if isinstance(entry, str) else entry
        children = _menu(project, here, entry.get("menu", []))
        href = entry.get("href", "")
        menu.append(
            {
                "text": entry.get("text", ""),
                "href": here.up + str(Path(href).with_suffix(".html")) if href else "",
                "here": href == str(here.source),
                "inside": any(child["here"] for child in children),
                "menu": children,
            }
        )
    return menu

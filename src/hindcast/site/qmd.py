"""Read a .qmd page as a notebook, so that nbconvert can render it where Quarto is missing.

Understood is what the project's own pages use: front matter, ``var``, ``include`` and ``embed``
shortcodes, callouts, tabs and references to figures and tables. Anything else in Quarto's own
syntax is refused, so that a page cannot silently lose a part.
"""

import re
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from hindcast.errors import HindcastError

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
SHORTCODE = re.compile(r"\{\{<\s*(\w+)\s+(\S+)\s*>\}\}")
EMBED = re.compile(r"^\{\{<\s*embed\s+(\S+)#(\S+)\s*>\}\}\s*$", re.MULTILINE)
CALLOUT = re.compile(
    r"^:::+ *\{\.callout-(\w+)(?: +title=\"([^\"]*)\")?\}\n(.*?)^:::+ *$", re.M | re.S
)
TABSET = re.compile(r"^:::+ *\{\.panel-tabset\}\n(.*?)^:::+ *$", re.M | re.S)
OPTION = re.compile(r"^#\|\s*([\w-]+):\s*(.*)$", re.MULTILINE)


class PageError(HindcastError, ValueError):
    """A page asks for something that is not there, or that only Quarto understands."""


def read(page: Path, variables: dict[str, Any]) -> tuple[str, NotebookNode]:
    """Return the title and the content of a .qmd page; embeds become cells with their outputs.

    Parameters
    ----------
    page
        A .qmd file.
    variables
        What ``_variables.yml`` holds.
    """
    text = page.read_text(encoding="utf-8")
    matter = FRONT_MATTER.match(text)
    if matter is None:
        raise PageError(f"{page.name}: expected front matter between --- lines at the top")
    title = yaml.safe_load(matter[1])["title"]
    body = _shortcodes(_included(text[matter.end() :], page), page, variables)
    body = TABSET.sub(r"\1", _callouts(body))  # tabs under one another
    return title, new_notebook(cells=[new_markdown_cell(f"# {title}"), *_cells(body, page)])


def _included(text: str, page: Path) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[1] != "include":
            return match[0]
        return _sibling(page, match[2]).read_text(encoding="utf-8")

    return SHORTCODE.sub(replace, text)


def _shortcodes(text: str, page: Path, variables: dict[str, Any]) -> str:
    def replace(match: re.Match[str]) -> str:
        name, argument = match.groups()
        if name == "embed":
            return match[0]
        if name != "var":
            raise PageError(f"{page.name}: shortcode {name!r} is not understood without Quarto")
        return str(_look_up(variables, argument, page))

    return SHORTCODE.sub(replace, text)


def _look_up(variables: dict[str, Any], dotted: str, page: Path) -> Any:
    value: Any = variables
    for key in dotted.split("."):
        if not isinstance(value, dict) or key not in value:
            raise PageError(f"{page.name}: no variable {dotted!r} in _variables.yml")
        value = value[key]
    return value


def _callouts(text: str) -> str:
    return CALLOUT.sub(
        lambda m: (
            f'<div class="callout callout-{m[1]}">\n\n**{m[2] or m[1].title()}.** {m[3]}\n</div>\n'
        ),
        text,
    )


def _cells(text: str, page: Path) -> list[NotebookNode]:
    prose, *rest = EMBED.split(text)
    cells = [new_markdown_cell(prose)]
    for notebook, label, following in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        cells += [embedded(_sibling(page, notebook), label), new_markdown_cell(following)]
    return cells


def _sibling(page: Path, relative: str) -> Path:
    path = page.parent / relative
    if not path.is_file():
        raise PageError(f"{page.name}: {relative} is not there: run the stage that writes it")
    return path


def embedded(notebook: Path, label: str) -> NotebookNode:
    """Return the cell of an executed notebook that carries ``#| label:`` ``label``."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code" and options(cell.source).get("label") == label:
            cell.source = "\n".join(m[0] for m in OPTION.finditer(cell.source))
            cell.id = label[:64]  # ids of cells repeat from notebook to notebook
            return cell
    raise PageError(f"{notebook.name}: no cell is labelled {label!r}")


def options(source: str) -> dict[str, str]:
    r"""Return the ``#|`` options at the top of a code cell.

    Examples
    --------
    >>> options('#| label: fig-ladder\n#| fig-alt: "Four points."\nplot()')
    {'label': 'fig-ladder', 'fig-alt': 'Four points.'}
    """
    return {key: str(yaml.safe_load(value)) for key, value in OPTION.findall(source)}

"""How the study and its records are cited: from CITATION.cff and the run's own source."""

from pathlib import Path
from typing import Any

import yaml


def read(project: Path) -> dict[str, Any]:
    """Return what CITATION.cff holds."""
    return yaml.safe_load((project / "CITATION.cff").read_text(encoding="utf-8"))


def sentence(citation: dict[str, Any], source: dict[str, Any], title: str = "") -> str:
    """Return the citation of the study, or of one of its pages, as a sentence.

    Parameters
    ----------
    citation
        Of `read`.
    source
        Of metrics.json: releases, first and last day, whether simulated.
    title
        Of the page.

    Examples
    --------
    >>> told = {"authors": [{"name": "the authors"}], "title": "hindcast", "version": "1.0"}
    >>> records = {"releases": ["avall"], "first": "2008-01-01", "last": "2021-12-31"}
    >>> sentence(told, records | {"simulated": False}, "Trends")
    'the authors. Trends. In: hindcast. Version 1.0. Records: NTSB avall, 2008-01-01 to 2021-12-31.'
    """
    authors = ", ".join(author["name"] for author in citation["authors"])
    part = f"{title}. In: " if title else ""
    return f"{authors}. {part}{citation['title']}. Version {citation['version']}. {_of(source)}."


def _of(source: dict[str, Any]) -> str:
    span = f"{source['first']} to {source['last']}"
    if source["simulated"]:
        return f"Records: SIMULATED, {span}"
    return f"Records: NTSB {', '.join(source['releases'])}, {span}"


def markdown(citation: dict[str, Any], source: dict[str, Any]) -> str:
    """Return the page's part on citing: the sentence and the same as BibTeX."""
    authors = " and ".join(f"{{{author['name']}}}" for author in citation["authors"])
    entry = {
        "author": authors,
        "title": citation["title"],
        "version": citation["version"],
        "note": _of(source),
    }
    body = ",\n".join(f"  {key} = {{{value}}}" for key, value in entry.items())
    return f"{sentence(citation, source)}\n\n```bibtex\n@software{{hindcast,\n{body}\n}}\n```\n"

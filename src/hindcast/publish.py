"""Copy a run's results to where a reader of the repository finds them: real records only."""

import base64
import re
import shutil
import tempfile
from pathlib import Path

import nbformat

from hindcast import atomic, ladder
from hindcast.analysis.places import webmap
from hindcast.errors import HindcastError
from hindcast.site import published, qmd

LADDER = re.compile(r"(<!-- ladder -->\n).*?(<!-- /ladder -->)", re.DOTALL)


class PublishError(HindcastError, RuntimeError):
    """The last run may not be published."""


def publish(project: Path) -> Path:
    """Copy metrics, executed notebooks, figures and what pages quote to ``reports/published``.

    The table in the README is written anew from the same metrics.

    Raises
    ------
    PublishError
        The run was on simulated records: results in the repository come from real ones.
    FileNotFoundError
        The study has not been run.
    """
    metrics = ladder.read(project / "reports" / "metrics.json")
    if metrics["source"]["simulated"]:
        raise PublishError(
            "the last run was on SIMULATED records, which are never published: "
            "run on NTSB's (`make run RAW=DIR`), then publish"
        )
    target = project / "reports" / "published"
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".published-") as scratch:
        beside = Path(scratch) / "published"
        _collect(project, beside)
        shutil.rmtree(target, ignore_errors=True)
        beside.rename(target)
    _write_readme(project / "README.md", metrics)
    return target


def _collect(project: Path, out: Path) -> None:
    reports = project / "reports"
    out.mkdir()
    for folder in published.KEPT:
        shutil.copytree(_made(reports / folder), out / folder)
    published.rewrite_maps(out / "maps", webmap.without_libraries)
    shutil.copy(_made(project / "_variables.yml"), out)
    for name in ("metrics.json", "what_helped.csv"):
        shutil.copy(reports / name, out)
    shutil.copy(project / "dvc.lock", out)
    (out / "figures").mkdir()
    for notebook in sorted((out / "notebooks").glob("*.ipynb")):
        for label, picture in figures(notebook).items():
            (out / "figures" / f"{label}.png").write_bytes(picture)


def _made(path: Path) -> Path:
    if not path.exists():
        raise PublishError(f"the last run is not whole: no {path}; `make run` makes it")
    return path


def figures(notebook: Path) -> dict[str, bytes]:
    """Return the PNG of every cell labelled ``fig-...`` in an executed notebook, by label."""
    found = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        label = qmd.options(cell.source).get("label", "") if cell.cell_type == "code" else ""
        for output in cell.get("outputs", []):
            if label.startswith("fig-") and "image/png" in output.get("data", {}):
                found[label] = base64.b64decode(output.data["image/png"])
    return found


def _write_readme(readme: Path, metrics: dict) -> None:
    block = f"{ladder.markdown(metrics)}\n{ladder.tested_on(metrics)}\n"
    text = readme.read_text(encoding="utf-8")
    if not LADDER.search(text):
        raise PublishError(f"{readme.name} has no <!-- ladder --> ... <!-- /ladder --> to fill")
    atomic.write_text(readme, LADDER.sub(lambda m: m[1] + block + m[2], text))

"""Run one notebook as a stage: Papermill, with exactly the parameters that are its own.

An executed copy is written only when every cell ran, and is normalised (no timestamps, no random
ids, no paths of one machine), so that two runs on the same records give the same bytes.
"""

import base64
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from hindcast import atomic, params, paths, pictures
from hindcast.errors import HindcastError

log = logging.getLogger(__name__)


def _local(scratch: str) -> Config:
    """Return what makes a kernel listen on sockets in a folder of its own, not on open ports.

    Left to itself it puts them into the working folder, where two stages may take each other's.
    """
    if os.name == "nt":  # no such sockets
        return Config({"KernelManager": {"transport": "tcp"}})
    return Config({"KernelManager": {"transport": "ipc", "ip": str(Path(scratch) / "kernel")}})


class StageError(HindcastError, RuntimeError):
    """A stage could not run or stopped; the message names stage, cell and cause."""


def run(name: str) -> Path:
    """Run the notebook of stage ``name``; return the path of its executed copy.

    Raises
    ------
    StageError
        There is no such notebook, its parameters cell does not match params.yaml, or a cell failed.
    """
    source = notebook_of(name)
    given = params.section(name)
    check_parameters(name, declared_parameters(source), set(given))
    executed = normalised(_execute(name, source, given), paths.root())
    target = paths.reports("notebooks", source.name)
    atomic.write_text(target, nbformat.writes(executed))
    log.info("%s: executed copy in %s", name, target.relative_to(paths.root()))
    return target


def notebook_of(name: str) -> Path:
    """Return the notebook whose file name is a number and ``name``."""
    found = sorted((paths.root() / "notebooks").glob(f"[0-9][0-9]_{name}.ipynb"))
    if len(found) != 1:
        raise StageError(f"stage {name!r}: expected one notebooks/NN_{name}.ipynb, found {found}")
    return found[0]


def declared_parameters(source: Path) -> set[str]:
    """Return the names assigned in the notebook's ``parameters`` cell."""
    return set(papermill.inspect_notebook(str(source)))


def check_parameters(name: str, declared: set[str], given: set[str]) -> None:
    """Refuse a notebook that does not declare exactly what its stage is given.

    Papermill itself only warns of an unknown parameter, and says nothing of a missing one.

    Examples
    --------
    >>> check_parameters("train", {"seed"}, {"seed", "depth"})
    Traceback (most recent call last):
    ...
    hindcast.stage.StageError: stage 'train': params.yaml gives depth, which the parameters cell \
does not declare
    """
    if extra := given - declared:
        raise StageError(
            f"stage {name!r}: params.yaml gives {', '.join(sorted(extra))}, "
            "which the parameters cell does not declare"
        )
    if missing := declared - given:
        raise StageError(
            f"stage {name!r}: the parameters cell declares {', '.join(sorted(missing))}, "
            "which params.yaml does not give"
        )


def _execute(name: str, source: Path, given: dict[str, Any]) -> NotebookNode:
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return papermill.execute_notebook(
                source,
                Path(scratch) / source.name,
                parameters=given,
                cwd=source.parent,
                progress_bar={"desc": name},
                config=_local(scratch),
                stderr_file=sys.stderr,
            )
        except PapermillExecutionError as error:
            raise StageError(
                f"stage {name!r} stopped in cell {error.exec_count} of {source.name}: "
                f"{error.ename}: {error.evalue}\n--- the cell ---\n{error.source}"
            ) from error


def normalised(notebook: NotebookNode, root: Path) -> NotebookNode:
    """Return ``notebook`` without what differs between two runs of the same code on the same data.

    The cell with the defaults is marked ``remove-cell``: a reader wants the values that were used.
    """
    notebook = nbformat.from_dict(notebook)
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        _normalise_cell(cell, number, str(root))
    return notebook


def _normalise_cell(cell: NotebookNode, number: int, root: str) -> None:
    cell.id = f"cell-{number:02d}"
    tags = cell.metadata.get("tags", [])
    cell.metadata = nbformat.from_dict({"tags": _reader_tags(tags)} if tags else {})
    if cell.cell_type == "code":
        cell.outputs = [_without_paths(output, root) for output in _joined_streams(cell.outputs)]


def _reader_tags(tags: list[str]) -> list[str]:
    return [*tags, "remove-cell"] if "parameters" in tags else list(tags)


def _joined_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join pieces of standard output, whose number is chance; leave out progress on stderr."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if output.output_type != "stream":
            joined.append(output)
        elif output.name == "stdout" and joined and joined[-1].output_type == "stream":
            joined[-1].text += output.text
        elif output.name == "stdout":
            joined.append(output)
    return joined


def _without_paths(output: NotebookNode, root: str) -> NotebookNode:
    output.pop("metadata", None) if output.output_type == "stream" else None
    if "text" in output:
        output.text = output.text.replace(f"{root}/", "")
    for kind, content in output.get("data", {}).items():
        if kind == "image/png":
            output.data[kind] = _smaller(content)
        elif isinstance(content, str):
            output.data[kind] = content.replace(f"{root}/", "")
    return output


def _smaller(picture: str) -> str:
    return base64.b64encode(pictures.smaller(base64.b64decode(picture))).decode()

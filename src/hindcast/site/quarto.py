"""Call Quarto, where there is one."""

import shutil
import subprocess
from pathlib import Path

from hindcast.errors import HindcastError


class QuartoError(HindcastError, RuntimeError):
    """Quarto stopped."""


def installed() -> bool:
    """Say whether ``quarto`` is on PATH."""
    return shutil.which("quarto") is not None


def render(project: Path) -> None:
    """Render the Quarto project in ``project``.

    Raises
    ------
    QuartoError
        Quarto stopped with an error.
    """
    done = subprocess.run(
        ["quarto", "render"], cwd=project, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise QuartoError(f"quarto render stopped with {done.returncode}:\n{done.stderr[-4000:]}")

"""A server whose challengers fail as ``FAULTS`` says: ``{"event": "raises", "scene": "slow"}``.

Run as a program, with the settings of the environment. ``SOUND`` names the versions without fault.
"""

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from hindcast.serve import run
from hindcast.serve.forecast import engine


class Raises(engine.Engine):
    """Fails whatever it is asked."""

    def classes(self, matrix: Any) -> Any:
        """Fail."""
        raise ArithmeticError("this version is broken")


class Slow(engine.Engine):
    """Takes its time."""

    def classes(self, matrix: Any) -> Any:
        """Answer late."""
        time.sleep(0.1)
        return super().classes(matrix)


KINDS = {"raises": Raises, "slow": Slow}


def create() -> Any:
    """Return the application of one worker, its challengers faulty."""
    faults, sound = json.loads(os.environ["FAULTS"]), os.environ["SOUND"].split()
    load = engine.load

    def faulty(folder: Path, horizon: str, *more: Any) -> engine.Engine:
        loaded = load(folder, horizon, *more)
        if horizon not in faults or folder.name in sound:
            return loaded
        return KINDS[faults[horizon]](**{name: getattr(loaded, name) for name in vars(loaded)})

    engine.load = faulty
    return run.create()


if __name__ == "__main__":
    settings = run.environment.read()
    asked = run.config(settings, "faulty_server:create")
    listening = socket.socket(fileno=int(os.environ["LISTENING"]))
    if settings.workers > 1:
        Multiprocess(asked, [listening]).run()
    else:
        uvicorn.Server(asked).run([listening])

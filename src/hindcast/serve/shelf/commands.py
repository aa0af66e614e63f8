"""``hindcast shelf``: what lies on the shelf, and who is what.

What a command needs is imported when it runs: the command line stands also where the packages of
the server are not installed.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

app = typer.Typer(no_args_is_help=True, help="Versions that the server answers from.")
_say = Console(stderr=True)

Horizon = Annotated[str, typer.Argument(help="dispatch, event, scene or investigation")]


def _tell(text: str) -> None:
    _say.print(text, markup=False, highlight=False, soft_wrap=True)


def _shelf() -> Path:
    from hindcast.serve import environment

    return environment.read().shelf_folder


@app.command("list")
def list_() -> None:
    """List the versions of every horizon, newest first, with what they are."""
    from hindcast.serve.shelf import overview

    rows = overview.rows(_shelf())
    table = Table(*(Column(name, no_wrap=name in ("horizon", "version", "is")) for name in rows[0]))
    for row in rows:
        table.add_row(*row.values())
    Console().print(table)


@app.command()
def history() -> None:
    """Tell who took whose place, when and why, newest last."""
    from hindcast.serve.shelf import aliases

    for move in (aliases.read(_shelf()) or aliases.Aliases()).history:
        told = f"{move.at:%F %T} {move.horizon} {move.what} {move.version}: {move.reason}"
        Console().print(told, markup=False, highlight=False, soft_wrap=True)


@app.command()
def promote(
    horizon: Horizon,
    version: Annotated[str | None, typer.Argument(help="The challenger where not given.")] = None,
    reason: Annotated[str, typer.Option(help="Kept in the history.")] = "",
) -> None:
    """Make the challenger, or a version, the champion; running servers follow within a second.

    No comparison is made: `hindcast promote` compares on the test rows first.
    """
    from hindcast.serve.shelf import moves

    now = moves.promote(_shelf(), horizon, version, reason)
    _tell(f"{horizon}: {now} is the champion now")


@app.command()
def rollback(
    horizon: Horizon, reason: Annotated[str, typer.Option(help="Kept in the history.")] = ""
) -> None:
    """Make the champion before this one the champion again."""
    from hindcast.serve.shelf import moves

    now = moves.rollback(_shelf(), horizon, reason)
    _tell(f"{horizon}: {now} is the champion again")


@app.command()
def challenge(
    horizon: Horizon,
    mode: Annotated[str, typer.Option(help="off, shadow, or share=0.1")],
    by: Annotated[
        Literal["key", "request"], typer.Option(help="What a share is of: keys or requests.")
    ] = "key",
    version: Annotated[str | None, typer.Option(help="The challenger where not given.")] = None,
) -> None:
    """Say what the challenger is given: nothing, every request unanswered, or a share to answer."""
    from hindcast.serve.shelf import moves

    kind, share = moves.parsed(mode)
    who = moves.challenge(_shelf(), horizon, kind, share, by, version)
    _tell(f"{horizon}: {who} challenges, {mode}")

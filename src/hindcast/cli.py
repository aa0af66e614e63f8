"""The command line: ``hindcast --help``."""

import logging
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_say = Console(stderr=True)


@app.callback()
def main(verbose: Annotated[bool, typer.Option("--verbose", "-v")] = False) -> None:
    """NTSB accident records to an evaluated, explained severity model and a site."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(message)s",
        handlers=[RichHandler(console=_say, show_path=False, show_time=False)],
    )


@app.command()
def stage(name: str) -> None:
    """Run one stage's notebook with its section of params.yaml."""
    from hindcast import stage as stages
    from hindcast.params import ParameterError

    try:
        stages.run(name)
    except (stages.StageError, ParameterError) as error:
        _say.print(f"[bold red]error[/] {error}", markup=True, highlight=False)
        sys.exit(1)

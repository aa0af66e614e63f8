"""``hindcast log``: look after the prediction log."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Archive, restore, shorten and count the predictions.")
_say = Console(stderr=True)

Before = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Day; else HINDCAST_RETENTION_DAYS ago."),
]


@app.command()
def archive(folder: Path, before: Before = None) -> None:
    """Move predictions of before a day to Parquet files in a folder, one for each month.

    What was written is read again and compared before anything is deleted.
    """
    from hindcast.serve import environment
    from hindcast.serve.store import archive, opening, retention

    settings = environment.read()
    until = retention.until(settings, before and before.date())
    with opening.connected(settings) as database:
        for month in archive.archive(database, folder, until):
            _say.print(f"{month.file}: {month.moved} moved, {month.rows} in all", markup=False)


@app.command()
def restore(files: list[Path]) -> None:
    """Put archived predictions back; those that are there already are left alone."""
    from hindcast.serve import environment
    from hindcast.serve.store import archive, opening

    with opening.connected(environment.read()) as database:
        for file in files:
            _say.print(f"{file}: {archive.restore(database, file)} predictions", markup=False)


@app.command()
def prune(before: Before = None) -> None:
    """Delete predictions of before a day, for good; archive keeps them."""
    from hindcast.serve import environment
    from hindcast.serve.store import opening, retention

    settings = environment.read()
    until = retention.until(settings, before and before.date())
    with opening.connected(settings) as database:
        _say.print(f"{retention.prune(database, until)} predictions of before {until} deleted")


@app.command()
def stats() -> None:
    """Count the predictions by month and model, and the outcomes that are in."""
    from hindcast.serve import environment
    from hindcast.serve.store import opening, statements

    with opening.connected(environment.read()) as database:
        rows = database.fetch(statements.STATS)
    table = Table("month", "target", "horizon", "version", "role", "predictions", "outcomes")
    for row in rows:
        table.add_row(*map(str, row))
    Console().print(table)

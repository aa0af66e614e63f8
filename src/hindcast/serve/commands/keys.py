"""``hindcast keys``: make, list and revoke API keys."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")
_say = Console(stderr=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="For whom or what the key is.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", "-s", help="read, predict or admin; repeat for several."),
    ] = None,
    tier: Annotated[str, typer.Option(help="free or premium.")] = "free",
    days: Annotated[int | None, typer.Option(min=1, help="Until it expires.")] = None,
) -> None:
    """Make a key; it is printed alone on standard output, once, and cannot be shown again.

    Without a scope it may read and predict.
    """
    from hindcast.serve import clock, environment, keys
    from hindcast.serve.store import opening

    expires_at = clock.now() + timedelta(days=days) if days else None
    key, kept = keys.make(name, scope or ["read", "predict"], tier, expires_at)
    with opening.connected(environment.read()) as database:
        database.add_key(kept)
    _say.print(f"key {kept.key_id} for {name}: {kept.scopes}, {tier}", markup=False)
    typer.echo(key)


@app.command("list")
def show() -> None:
    """List the keys with their use; nobody can see their secrets."""
    from hindcast.serve import environment
    from hindcast.serve.store import opening

    with opening.connected(environment.read()) as database:
        kept = database.keys()
    table = Table("id", "name", "scopes", "tier", "made", "expires", "revoked", "requests", "used")
    for row in kept:
        told = (row.created_at, row.expires_at, row.revoked_at)
        table.add_row(
            *row[:4], *map(_day, told), str(row.requests), (row.last_used_at or "never")[:19]
        )
    Console().print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="As the list shows it.")]) -> None:
    """Revoke a key; running servers refuse it within HINDCAST_KEY_CACHE_SECONDS."""
    from hindcast.serve import environment, keys
    from hindcast.serve.store import opening

    with opening.connected(environment.read()) as database:
        if not database.revoke(key_id):
            raise keys.NoKeyError(f"no key has the id {key_id}: see hindcast keys list")
    _say.print(f"key {key_id} is revoked", markup=False)


def _day(at: str | None) -> str:
    return at[:10] if at else "-"

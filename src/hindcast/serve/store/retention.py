"""How long predictions stay in the store, and how they leave it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from hindcast.errors import HindcastError
from hindcast.serve import clock
from hindcast.serve.settings import Settings
from hindcast.serve.store import statements
from hindcast.serve.store.database import Database


class RetentionError(HindcastError):
    """It is not said how long predictions stay."""


def until(settings: Settings, before: date | None = None) -> str:
    """Return the day before which predictions go, ``2026-01-31``.

    Parameters
    ----------
    settings
        ``retention_days`` is counted back from today, UTC.
    before
        The day, where it is given; not in the future.

    Raises
    ------
    RetentionError
        Neither says a day, or it is in the future.
    """
    today = clock.now().date()
    if before is None and settings.retention_days is None:
        raise RetentionError("say --before DAY, or set HINDCAST_RETENTION_DAYS")
    found = before or today - timedelta(days=settings.retention_days)
    if found > today:
        raise RetentionError(f"{found} is in the future: say a day until today, {today}")
    return found.isoformat()


def days(database: Database, until: str) -> Iterator[tuple[str, str]]:
    """Yield the days with predictions before a day, each with the day after it."""
    for (day,) in database.fetch(statements.DAYS, until=until):
        after = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)
        yield day, after.date().isoformat()


def prune(database: Database, until: str) -> int:
    """Delete predictions of before a day with their outcomes, a day at a time; return how many."""
    n_deleted = 0
    for since, after in list(days(database, until)):
        with database.transaction():
            n_deleted += delete(database, since, after)
    return n_deleted


def delete(database: Database, since: str, until: str) -> int:
    """Delete the predictions of a time, and outcomes that none is left of; return how many."""
    database.fetch(statements.DELETE_OUTCOMES, since=since, until=until)
    return len(database.fetch(statements.DELETE_PREDICTIONS, since=since, until=until))

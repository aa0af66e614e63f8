"""One connection to the store, whichever database it is: what is asked of it, synchronously."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson

from hindcast.serve import clock
from hindcast.serve.store import statements
from hindcast.serve.store.errors import OutcomeError
from hindcast.serve.store.rows import KeyRow, OutcomeRow, PredictionRow, UsageRow, UsedKeyRow


class Database(ABC):
    """What keys, log and outcomes need of a database; SQLite and PostgreSQL give the rest.

    Every method raises StoreError where the database cannot be reached, read or written.
    """

    @abstractmethod
    def fetch(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run one statement, in a transaction of its own outside of one; return its rows."""

    @abstractmethod
    def stream(self, sql: str, **values: Any) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query; yield its rows some thousands at a time."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Commit what happens inside together, or nothing of it; one writer at a time."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; what is committed stays."""

    def log(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Commit predictions, all or none of them."""
        self.fetch(statements.LOG, rows=_json(rows))

    def put_back(
        self, predictions: Sequence[tuple[Any, ...]], outcomes: Sequence[tuple[Any, ...]]
    ) -> None:
        """Add predictions and outcomes that were archived, but for those that are there."""
        self.fetch(statements.LOG_AGAIN, rows=_json(predictions))
        self.fetch(statements.OUTCOMES_AGAIN, rows=_json(outcomes))

    def prediction(self, prediction_id: str) -> PredictionRow | None:
        """Return the prediction that was answered under an id; None where there is none."""
        found = self.fetch(statements.PREDICTION_OF, prediction_id=prediction_id)
        return PredictionRow(*found[0])._replace(is_answered=bool(found[0][8])) if found else None

    def outcome(self, prediction_id: str, injury: str, as_of: str, replace: bool) -> OutcomeRow:
        """Record what turned out of a prediction; the same again changes nothing but the time.

        Raises
        ------
        OutcomeError
            404 where there is no such prediction, 409 where another outcome stands and
            ``replace`` is false.
        """
        found = self.fetch(
            statements.RECORD_OUTCOME,
            prediction_id=prediction_id,
            injury=injury,
            as_of=as_of,
            recorded_at=clock.stamp(),
            replace=replace,
        )
        if not found:
            raise self._refused(prediction_id)
        return OutcomeRow(*found[0])

    def _refused(self, prediction_id: str) -> OutcomeError:
        stands = self.fetch(statements.OUTCOME_OF, prediction_id=prediction_id)
        if not stands:
            return OutcomeError(404, "no prediction of that id was answered here, or not kept")
        told = OutcomeRow(*stands[0])
        return OutcomeError(
            409, f"{told.injury} as of {told.as_of} stands: repeat with replace=true to change it"
        )

    def add_key(self, row: KeyRow) -> None:
        """Keep a new key."""
        self.fetch(statements.ADD_KEY, **row._asdict())

    def key(self, key_id: str) -> KeyRow | None:
        """Return the key of an id."""
        found = self.fetch(statements.KEY_OF, key_id=key_id)
        return KeyRow(*found[0]) if found else None

    def keys(self) -> list[UsedKeyRow]:
        """Return every key, oldest first, with its use."""
        return [UsedKeyRow(*row) for row in self.fetch(statements.KEYS)]

    def revoke(self, key_id: str) -> bool:
        """Revoke a key; say whether there is one of that id."""
        return bool(self.fetch(statements.REVOKE, key_id=key_id, at=clock.stamp()))

    def used(self, rows: Sequence[UsageRow]) -> None:
        """Add use of keys to what is counted; rows in order of key, lest two writers wait."""
        self.fetch(statements.USED, rows=_json(rows))

    def usage(self, since: str) -> list[UsageRow]:
        """Return the use of every key by day, from a day (``2026-01-31``) on."""
        return [UsageRow(*row) for row in self.fetch(statements.USAGE_SINCE, since=since)]

    def fact(self, name: str, value: str) -> str:
        """Keep a value under a name where none is kept; return the one that is kept."""
        self.fetch(statements.KEEP_FACT, name=name, value=value)
        return self.fetch(statements.FACT, name=name)[0][0]


def _json(rows: Sequence[tuple[Any, ...]]) -> str:
    return orjson.dumps([tuple(row) for row in rows]).decode()

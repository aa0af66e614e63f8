"""Full text over probable causes: which events tell of something, the likeliest first."""

import asyncio
import html
import sqlite3
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Self

import structlog

from hindcast.serve import metrics, tasks
from hindcast.serve.problems import Problem
from hindcast.serve.records import child, cursors, edition, phrases, texts
from hindcast.serve.records.filters import all_of
from hindcast.serve.schemas.search import Hit, SearchQuery
from hindcast.serve.settings import Settings
from hindcast.serve.warehouse import Opened, Warehouse

log = structlog.get_logger(__name__)

_BEGIN, _END = "\x02", "\x03"
_FROM = "FROM text JOIN event ON event.rowid = text.rowid WHERE text MATCH ? AND "
_COLUMNS = ", ".join(name for name in Hit.model_fields if name not in ("score", "highlight"))
_AGAIN_SECONDS = 30
_BEING_MADE = "the index of texts is being made; ask again"


@dataclass(frozen=True)
class Index:
    """An open index of one edition's texts; one search at a time reads it."""

    of: Opened
    connection: sqlite3.Connection
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, statement: str, values: list[Any], seconds: float) -> list[dict[str, Any]]:
        """Return the rows of a SELECT, each by column; stop after ``seconds``."""
        until = time.monotonic() + seconds
        with self.lock:
            self.connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
            with closing(self.connection.execute(statement, values)) as cursor:
                names = [column[0] for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor]


class Search:
    """Keeps an index of the warehouse's current edition, and asks it."""

    def __init__(self, settings: Settings, warehouse: Warehouse) -> None:
        self._settings, self._warehouse = settings, warehouse
        self._index: Index | None = None
        self._why_not = _BEING_MADE
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, settings: Settings, warehouse: Warehouse) -> Self:
        """Begin to watch the warehouse; where an index is missing, it is made meanwhile."""
        search = cls(settings, warehouse)
        search._task = asyncio.get_running_loop().create_task(search._watch())
        return search

    @property
    def current(self) -> Index:
        """The open index.

        Raises
        ------
        Problem
            503: it is being made, or there is no warehouse.
        """
        if self._index is None:
            self._warehouse.current  # noqa: B018 - without records, that is why
            raise Problem(503, self._why_not, headers={"Retry-After": "2"})
        return self._index

    def degraded(self) -> str | None:
        """Return why texts cannot be searched, or not those of the records that are open."""
        opened = self._warehouse.opened
        if opened is None or (self._index and self._index.of.stamp == opened.stamp):
            return None
        return self._why_not

    async def close(self) -> None:
        """Stop watching."""
        await tasks.ended(self._task)

    async def page(self, asked: SearchQuery) -> dict[str, Any]:
        """Return one page of the events whose probable cause matches, best first."""
        query, index = phrases.match(asked.q), self.current
        conditions = asked.conditions()
        bound = asked.model_dump(mode="json", exclude={"cursor", "limit"})
        where, values = all_of(conditions)
        (count,) = await self._rows(
            index, f"SELECT count(*) AS n {_FROM} {where}", [query, *values]
        )
        found = await self._hits(index, query, asked, bound)
        items = found[: asked.limit]
        is_last = len(found) <= asked.limit
        place = None if is_last else [items[-1]["_place"], items[-1]["ev_id"]]
        return {
            "population": asked.population,
            "n_matching": count["n"],
            "items": [_hit(row) for row in items],
            "next_cursor": None if place is None else cursors.encode(place, bound),
        }

    async def _hits(
        self, index: Index, query: str, asked: SearchQuery, bound: Any
    ) -> list[dict[str, Any]]:
        where, values = all_of(asked.conditions())
        after, place = "TRUE", []
        if asked.cursor is not None:
            after, place = "(_place, ev_id) > (?, ?)", cursors.decode(asked.cursor, bound)
        inner = (
            f"SELECT {_COLUMNS}, bm25(text) AS _place, "
            f"highlight(text, 0, '{_BEGIN}', '{_END}') AS highlight {_FROM} {where}"
        )
        return await self._rows(
            index,
            f"SELECT * FROM ({inner}) WHERE {after} ORDER BY _place, ev_id LIMIT ?",
            [query, *values, *place, asked.limit + 1],
        )

    async def _rows(self, index: Index, statement: str, values: list[Any]) -> list[dict[str, Any]]:
        told = [value.isoformat() if isinstance(value, date) else value for value in values]
        seconds = self._settings.query_seconds
        try:
            with metrics.QUERY_TIME.labels("search").time():
                return await self._warehouse.run(index.rows, statement, told, seconds)
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            raise Problem(
                503, f"the search took longer than {seconds:g} s", headers={"Retry-After": "5"}
            ) from None

    async def _watch(self) -> None:
        while True:
            news = self._warehouse.news
            with suppress(TimeoutError):
                is_current = await self._renewed()
                await asyncio.wait_for(news.wait(), None if is_current else _AGAIN_SECONDS)

    async def _renewed(self) -> bool:
        """Open the index of the current edition, made where it is missing; return whether."""
        opened = self._warehouse.opened
        if opened is None or (self._index and self._index.of.stamp == opened.stamp):
            return True
        file = opened.file.with_name(f"texts-{opened.stamp}.sqlite")
        try:
            why_not = await child.run(texts.__name__, str(opened.file), str(file))
            if why_not is None:
                self._index = Index(opened, _connected(file))
                self._why_not = _BEING_MADE
                edition.sweep(file.parent, "texts-*.sqlite", keep=file)
                return True
        except (OSError, sqlite3.Error) as error:
            why_not = str(error)
        self._why_not = "the index of texts cannot be made; the server's log says why"
        log.error("texts_not_indexed", why=why_not)
        return False


def _connected(file: Path) -> sqlite3.Connection:
    uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _hit(row: dict[str, Any]) -> dict[str, Any]:
    text = html.escape(row["highlight"]).replace(_BEGIN, "<mark>").replace(_END, "</mark>")
    is_fatal = None if row["is_fatal"] is None else bool(row["is_fatal"])
    score = -row.pop("_place")
    return {**row, "is_fatal": is_fatal, "score": score, "highlight": text}

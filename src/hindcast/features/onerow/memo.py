"""Answers kept for inputs that come again: codes, makes, states, which are few.

One make stands in thousands of requests. What follows from codes alone is worked out once for each
way of writing them; then it costs one look-up.
"""

from collections.abc import Callable
from typing import Any

MOST = 1 << 14
"""Answers that the memos of one room keep together."""

LONGEST = 256
"""Texts longer than this are not kept: a request may hold a megabyte of them."""


class Room:
    """What several memos may keep together; full, all of them begin anew.

    Examples
    --------
    >>> room = Room(most=2)
    >>> doubled = room.memo(lambda text: text * 2)
    >>> [doubled[text] for text in ("a", "b", "c")], len(doubled)
    (['aa', 'bb', 'cc'], 1)
    """

    def __init__(self, most: int = MOST) -> None:
        self._most, self._kept = most, 0
        self._memos: list[Memo] = []

    def memo(self, function: Callable[..., Any]) -> "Memo":
        """Return a memo of a function in this room."""
        self._memos.append(Memo(self, function))
        return self._memos[-1]

    def take(self) -> None:
        """Make room for one answer more."""
        if self._kept >= self._most:
            for memo in self._memos:
                memo.clear()
            self._kept = 0
        self._kept += 1


class Memo(dict[Any, Any]):
    """``memo[value]`` or ``memo[one, other]``: what a function says of them, asked once."""

    def __init__(self, room: Room, function: Callable[..., Any]) -> None:
        super().__init__()
        self._room, self._function = room, function

    def __missing__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        told = self._function(*parts)
        if all(len(part) <= LONGEST for part in parts if isinstance(part, str)):
            self._room.take()
            self[key] = told
        return told

"""Statistics that a worker has computed before."""

from collections import OrderedDict


class Memory:
    """The answers asked for last, as bytes by their ETag: a changed warehouse has other ETags.

    Examples
    --------
    >>> memory = Memory(entries=1)
    >>> memory.keep("a", b"1"); memory.keep("b", b"2")
    >>> memory.get("a"), memory.get("b")
    (None, b'2')
    """

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, tag: str) -> bytes | None:
        """Return the answer with this tag, or None."""
        if tag not in self._kept:
            return None
        self._kept.move_to_end(tag)
        return self._kept[tag]

    def keep(self, tag: str, answer: bytes) -> None:
        """Keep an answer, forgetting the one not asked for the longest."""
        self._kept[tag] = answer
        while len(self._kept) > self._entries:
            self._kept.popitem(last=False)

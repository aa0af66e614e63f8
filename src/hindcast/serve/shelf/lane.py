"""One horizon's engines and who answers which request; replaced as a whole, never changed."""

from hashlib import blake2b

from hindcast.serve.forecast.engine import Engine
from hindcast.serve.shelf.aliases import Places
from hindcast.serve.shelf.choice import Choice

DIGEST_BYTES = 8


def position(who: str) -> float:
    """Return where a key or request stands between 0 and 1: the same always in the same place.

    The place depends on nothing else: whoever is within a share stays within a larger one, at
    every horizon and in every worker.

    Examples
    --------
    >>> position("a key") == position("a key")
    True
    >>> 0 <= position("another") < 1
    True
    """
    digest = blake2b(who.encode(), digest_size=DIGEST_BYTES, person=b"hindcast").digest()
    return int.from_bytes(digest) / 256**DIGEST_BYTES


class Lane:
    """The engines of one horizon.

    Parameters
    ----------
    champion, challenger
        The challenger may be absent.
    places
        What the aliases say of the horizon; None where there is no shelf.
    """

    def __init__(
        self, champion: Engine, challenger: Engine | None = None, places: Places | None = None
    ) -> None:
        self.champion, self.challenger, self.places = champion, challenger, places
        mode = places.mode if places and challenger else "off"
        self.mode = mode
        self.share = places.share if places and mode == "share" else 0.0
        self._by_key = not places or places.by == "key"
        shadow = challenger if mode == "shadow" else None
        self.first = Choice(champion, "champion", shadow)
        self.second = Choice(challenger, "challenger", champion) if challenger else self.first
        self._named = {"champion": Choice(champion, "champion")}
        if challenger:
            self._named["challenger"] = Choice(challenger, "challenger")
        self._named |= {choice.engine.version: choice for choice in self._named.values()}

    @property
    def engines(self) -> list[Engine]:
        """Return what is loaded."""
        return [self.champion, self.challenger] if self.challenger else [self.champion]

    @property
    def told(self) -> str:
        """Return what may be asked for, in words."""
        told = f"champion ({self.champion.version})"
        if self.challenger is None:
            return told
        given = f"share {self.share:g}" if self.share else self.mode
        return f"{told}, challenger ({self.challenger.version}, {given})"

    def usual(self, caller_key: str | None, request_id: str) -> Choice:
        """Return what answers somebody who asks for no version."""
        if not self.share:
            return self.first
        who = caller_key if caller_key and self._by_key else request_id
        return self.second if position(who) < self.share else self.first

    def named(self, asked: str) -> Choice | None:
        """Return what answers somebody who asks for a version; None where it is not loaded."""
        return self._named.get(asked)

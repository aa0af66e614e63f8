"""Keys believed for some seconds: without waiting, and no longer than that."""

import asyncio

import pytest

from hindcast.serve import clock, keys
from hindcast.serve.store.errors import StoreError


class Kept:
    """A store of one key that counts how often it is asked, and can be gone."""

    def __init__(self):
        self.key_text, self.row = keys.make("a test", ["read"])
        self.n_asked, self.is_gone = 0, False

    async def key(self, key_id):
        self.n_asked += 1
        await asyncio.sleep(0)
        if self.is_gone:
            raise StoreError("gone")
        return self.row if key_id == self.row.key_id else None


@pytest.fixture
def moment(monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: moment[0])
    return moment


def live(ask):
    async def run():
        kept = Kept()
        ring = keys.KeyRing(kept, 5)
        await ask(ring, kept)
        await ring.close()

    asyncio.run(run())


def test_a_key_is_looked_up_once_for_many_that_ask_at_once(moment):
    async def ask(ring, kept):
        assert ring.believed(kept.key_text) is None
        found = await asyncio.gather(*[ring.find(kept.key_text) for _ in range(50)])
        assert {one.key_id for one in found} == {kept.row.key_id}
        assert ring.believed(kept.key_text).name == "a test"
        assert kept.n_asked == 1

    live(ask)


def test_half_way_it_is_looked_up_beside_the_requests(moment):
    async def ask(ring, kept):
        await ring.find(kept.key_text)
        kept.row = kept.row._replace(revoked_at="2026-01-01T00:00:00.000Z")
        moment[0] += 2.6
        assert ring.believed(kept.key_text) is not None
        assert ring.believed(kept.key_text) is not None
        await ring.close()
        assert kept.n_asked == 2
        assert ring.believed(kept.key_text) is None
        assert await ring.find(kept.key_text) is None

    live(ask)


def test_where_the_store_is_gone_a_key_is_believed_to_the_end_and_not_beyond(moment):
    async def ask(ring, kept):
        await ring.find(kept.key_text)
        kept.is_gone = True
        moment[0] += 4.9
        assert ring.believed(kept.key_text) is not None
        await ring.close()
        moment[0] += 0.2
        assert ring.believed(kept.key_text) is None
        with pytest.raises(StoreError):
            await ring.find(kept.key_text)
        kept.is_gone = False
        assert await ring.find(kept.key_text) is not None

    live(ask)


def test_a_right_id_with_a_wrong_secret_is_nobody_and_spoils_nothing(moment):
    async def ask(ring, kept):
        wrong = kept.key_text[:-1] + ("A" if kept.key_text[-1] != "A" else "B")
        assert await ring.find(wrong) is None
        assert ring.believed(wrong) is None
        assert await ring.find(kept.key_text) is not None

    live(ask)


def test_keys_are_kept_in_memory_up_to_a_number(moment, monkeypatch):
    monkeypatch.setattr(keys, "_MOST_KNOWN", 3)

    async def ask(ring, kept):
        for _ in range(5):
            kept.key_text, kept.row = keys.make("another", ["read"])
            assert await ring.find(kept.key_text)
        assert len(ring._known) == 3

    live(ask)


def test_a_key_has_thirty_two_random_bytes():
    made = {keys.make("x", ["read"])[0] for _ in range(20)}
    assert len(made) == 20
    assert {len(key) - len(key[: key.index("_", 3) + 1]) for key in made} == {43}

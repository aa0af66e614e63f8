"""Answers kept in Redis for every worker, and in memory where Redis is not."""

import asyncio

from hindcast.serve import clock
from hindcast.serve.cache import Cache
from hindcast.serve.records.memory import Memory


def test_what_one_worker_keeps_another_finds(redis_server):
    async def live():
        one, other = (Cache(Memory(9), redis_server.url) for _ in range(2))
        assert await other.get("tag") is None
        await one.keep("tag", b"\x00answer")
        found = await other.get("tag")
        await one.close()
        redis_server.stop()
        kept = await other.get("tag")
        redis_server.start()
        await other.close()
        return found, kept

    assert asyncio.run(live()) == (b"\x00answer", b"\x00answer")


def test_without_redis_each_worker_remembers_alone():
    async def live():
        cache = Cache(Memory(1))
        await cache.keep("a", b"1")
        await cache.keep("b", b"2")
        found = await cache.get("a"), await cache.get("b")
        await cache.close()
        return found

    assert asyncio.run(live()) == (None, b"2")


def test_redis_gone_is_left_alone_for_a_second_and_found_again(redis_server, monkeypatch):
    moment = [50.0]
    monkeypatch.setattr(clock, "monotonic", lambda: moment[0])

    async def live():
        cache = Cache(Memory(9), redis_server.url)
        redis_server.stop()
        await cache.keep("away", b"1")
        assert await cache.get("away") == b"1"
        redis_server.start()
        await cache.keep("still away", b"2")
        moment[0] += 1.1
        await cache.keep("back", b"3")
        other = Cache(Memory(9), redis_server.url)
        found = [await other.get(tag) for tag in ("away", "still away", "back")]
        await cache.close()
        await other.close()
        return found

    assert asyncio.run(live()) == [None, None, b"3"]

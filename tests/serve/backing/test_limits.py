"""How often one may ask: never more than the tier, in any minute and any second."""

import asyncio
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.serve import clock, limits, metrics
from hindcast.serve.limiter import Limiter
from hindcast.serve.limits import Limit, Local
from hindcast.serve.settings import Settings
from hindcast.serve.shared import Shared
from hindcast.serve.store.service import Store

STEPS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.001, 0.3, 0.999, 1.0, 7.0, 29.5, 60.0]), st.integers(1, 4)),
    max_size=120,
)


class Moment:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def moment(monkeypatch):
    moment = Moment()
    monkeypatch.setattr(clock, "monotonic", moment)
    return moment


def most_within(let_in, seconds):
    """Return the most that any half-open window of these seconds holds."""
    return max(
        (sum(n for at, n in let_in if start <= at < start + seconds) for start, _ in let_in),
        default=0,
    )


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_no_minute_holds_more_than_the_limit_whenever_it_begins(steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "monotonic", moment := Moment())
        local, let_in = Local({"free": Limit(10, 3)}), []
        for step, cost in steps:
            moment.now += step
            verdict = local.take("a", "free", cost)
            if not verdict.refused_by:
                let_in.append((moment.now, cost))
                continue
            moment.now += verdict.wait + 1e-6
            after = local.take("a", "free", cost)
            assert not after.refused_by or after.refused_by != verdict.refused_by
            if not after.refused_by:
                let_in.append((moment.now, cost))
    assert most_within(let_in, 60) <= 10
    assert most_within([(at, 1) for at, _ in let_in], 1) <= 3


def test_the_whole_limit_is_given_and_told(moment):
    local = Local({"free": Limit(3, 3)})
    assert [local.take("a", "free").remaining for _ in range(3)] == [2, 1, 0]
    moment.now += 20
    refused = local.take("a", "free")
    assert (refused.refused_by, refused.wait, refused.reset) == ("minute", 40, 40)
    assert local.take("b", "free").refused_by == ""
    moment.now += 40
    assert local.take("a", "free").remaining == 2


def test_what_is_refused_is_not_counted(moment):
    local = Local({"free": Limit(100, 2)})
    told = [local.take("a", "free") for _ in range(50)]
    assert [one.refused_by for one in told] == ["", "", *["second"] * 48]
    assert told[-1].remaining == 98


def test_more_than_the_whole_limit_is_refused_for_good(moment):
    local = Local({"free": Limit(5, 5)})
    assert local.take("a", "free", 6).refused_by == "minute"
    assert local.take("a", "free", 5).refused_by == ""


def test_whoever_is_quiet_is_forgotten(moment):
    local = Local({"free": Limit(5, 5)})
    for number in range(50):
        local.take(f"address-{number}", "free")
    moment.now += 61
    local.take("a", "free")
    assert len(local._windows) == 1


def test_the_wall_clock_moves_no_limit(moment, monkeypatch):
    local = Local({"free": Limit(1, 1)})
    assert not local.take("a", "free").refused_by
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert local.take("a", "free").refused_by == "minute"


def test_workers_without_redis_share_and_never_allow_more_together():
    told = Settings(workers=3, free_per_minute=100, free_per_second=20)
    share = limits.shares(told)["free"]
    assert (share.per_minute, share.per_second) == (33, 6)
    with pytest.raises(limits.ShareError, match=r"tier free.*30 workers"):
        limits.shares(Settings(workers=30))
    assert limits.shares(Settings(workers=30, redis_url="redis://127.0.0.1"))["free"] == (3, 0)
    assert Local({"free": Limit(3, 0)}).take("a", "free").refused_by == "second"


def test_an_address_is_not_kept_as_it_is():
    told = limits.hashed("192.0.2.7", "salt")
    assert "192.0.2.7" not in told
    assert told != limits.hashed("192.0.2.7", "another")


HAMMER = """
import asyncio, sys, threading, redis.asyncio
from hindcast.serve.limits import Limit
from hindcast.serve.shared import Shared

let_in = []

async def ask():
    shared = Shared(sys.argv[1], {"free": Limit(100, 10_000)})
    told = [await shared.take("exact", "free") for _ in range(8)]
    let_in.append(sum(not one.refused_by for one in told))
    await shared.close()

threads = [threading.Thread(target=lambda: asyncio.run(ask())) for _ in range(25)]
for one in threads: one.start()
for one in threads: one.join()
print(len(let_in), sum(let_in))
"""


def test_two_processes_with_fifty_threads_get_exactly_the_limit_of_redis(redis_server):
    run = [sys.executable, "-c", HAMMER, redis_server.url]
    processes = [subprocess.Popen(run, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [one.communicate(timeout=60)[0].split() for one in processes]
    assert [int(n_threads) for n_threads, _ in told] == [25, 25]
    assert sum(int(let_in) for _, let_in in told) == 100


def shared_answers(url, limit, steps):
    """Return the verdicts of some takes in Redis."""

    async def ask():
        shared = Shared(url, {"free": limit})
        told = [await shared.take("a" + str(limit), "free", **step) for step in steps]
        await shared.close()
        return told

    return asyncio.run(ask())


def test_redis_says_what_memory_says(redis_server, moment):
    limit = Limit(12, 3)
    steps = [{}, {}, {"cost": 5, "has_burst": False}, {}, {}, {"cost": 6, "has_burst": False}]
    there = shared_answers(redis_server.url, limit, steps)
    local = Local({"free": limit})
    here = [local.take("a", "free", **step) for step in steps]
    assert [(one.refused_by, one.remaining) for one in there] == [
        (one.refused_by, one.remaining) for one in here
    ]
    assert [one.refused_by for one in there] == ["", "", "", "", "second", "minute"]
    for one in there:
        assert 58 < one.reset <= 60
    assert 0 < there[4].wait <= 1
    assert 58 < there[5].wait <= 60


def test_a_burst_in_redis_ends_after_a_second(redis_server):
    async def ask():
        shared = Shared(redis_server.url, {"free": Limit(100, 2)})
        first = [(await shared.take("brief", "free")).refused_by for _ in range(3)]
        await asyncio.sleep(1.01)
        after = (await shared.take("brief", "free")).refused_by
        await shared.close()
        return first, after

    assert asyncio.run(ask()) == (["", "", "second"], "")


def test_redis_gone_is_said_and_local_limits_hold_until_it_is_back(redis_server, tmp_path):
    told = Settings(
        store=tmp_path / "store.sqlite", redis_url=redis_server.url, workers=2, free_per_minute=40
    )

    async def live():
        store = Store.open(told)
        limiter = await Limiter.open(told, store)
        assert (await limiter.take("x", "free")).limit.per_minute == 40
        assert limiter.degraded() is None
        redis_server.stop()
        taken = [await limiter.take("x", "free", has_burst=False) for _ in range(30)]
        assert sum(not one.refused_by for one in taken) == 20
        assert "out of reach" in limiter.degraded()
        assert metrics.LIMITS_ARE_LOCAL._value.get() == 1
        redis_server.start()
        async with asyncio.timeout(10):
            while limiter.is_local:
                await asyncio.sleep(0.05)
        assert metrics.LIMITS_ARE_LOCAL._value.get() == 0
        assert (await limiter.take("x", "free")).limit.per_minute == 40
        await limiter.close()
        await store.close()

    asyncio.run(live())


def test_the_server_starts_without_its_redis_and_says_so(tmp_path):
    told = Settings(store=tmp_path / "store.sqlite", redis_url="redis://127.0.0.1:1/0")

    async def live():
        store = Store.open(told)
        limiter = await Limiter.open(told, store)
        assert limiter.degraded()
        assert not (await limiter.take("x", "free")).refused_by
        await limiter.close()
        await store.close()

    asyncio.run(live())

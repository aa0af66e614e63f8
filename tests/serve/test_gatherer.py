"""Rows that come together are computed together; nobody waits for, or fails with, another."""

import asyncio
import threading
import time

import numpy as np
import pytest

from hindcast.serve.forecast import gather
from hindcast.serve.forecast.gather import ENOUGH, ENOUGH_ASIDE, Gatherer


class Doubled:
    """Doubles rows, and notes how many came at a time, and in which thread."""

    def __init__(self, wait=0.0):
        self.sizes, self.threads, self.wait = [], set(), wait

    def __call__(self, matrix):
        self.sizes.append(len(matrix))
        self.threads.add(threading.current_thread().name)
        time.sleep(self.wait)
        if np.isnan(matrix).any():
            raise ValueError("a bad row")
        return 2 * matrix[:, 0]


def row(value):
    return np.array([[value]], dtype=np.float32)


def run(work):
    async def opened():
        gatherer = Gatherer()
        try:
            return await asyncio.wait_for(work(gatherer), 20)
        finally:
            gatherer.close()

    return asyncio.run(opened())


WAYS = pytest.mark.parametrize("way", ["ask", "ask_aside"])


@WAYS
def test_each_gets_its_own_answer(way):
    double = Doubled()

    async def work(gatherer):
        ask = getattr(gatherer, way)
        return await asyncio.gather(*(ask(double, row(value)) for value in range(200)))

    assert [float(one) for one in run(work)] == [2.0 * value for value in range(200)]
    assert max(double.sizes) > 1
    assert sum(double.sizes) == 200


def test_rows_of_one_turn_are_one_computation():
    double = Doubled()
    run(lambda g: asyncio.gather(*(g.ask(double, row(1)) for _ in range(ENOUGH - 1))))
    assert double.sizes == [ENOUGH - 1]


def test_rows_of_neighbouring_turns_are_one_computation():
    double = Doubled()

    async def later(gatherer, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        return await gatherer.ask(double, row(turns))

    run(lambda g: asyncio.gather(*(later(g, turns) for turns in range(20))))
    assert double.sizes == [20]


def test_one_alone_waits_for_two_turns_of_the_loop():
    double = Doubled()

    async def work(gatherer):
        turns, answer = 0, gatherer.ask(double, row(3))
        while not answer.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert run(work) <= 3


def test_functions_do_not_mix():
    double, other = Doubled(), Doubled()

    async def work(gatherer):
        asked = [gatherer.ask(one, row(1)) for one in (double, other, double)]
        return await asyncio.gather(*asked)

    run(work)
    assert (double.sizes, other.sizes) == ([2], [1])


@WAYS
def test_a_bad_row_fails_alone(way):
    double = Doubled()

    async def work(gatherer):
        ask = getattr(gatherer, way)
        asked = [ask(double, row(value)) for value in (1.0, np.nan, 3.0)]
        return await asyncio.gather(*asked, return_exceptions=True)

    good, bad, other = run(work)
    assert (float(good), float(other)) == (2.0, 6.0)
    assert isinstance(bad, ValueError)


@WAYS
def test_a_function_that_fails_harms_no_other(way):
    double = Doubled()

    def broken(matrix):
        raise RuntimeError("broken")

    def short(matrix):
        return matrix[:0]

    async def work(gatherer):
        ask = getattr(gatherer, way)
        asked = [ask(broken, row(1)), ask(double, row(1)), ask(short, row(1)), ask(double, row(2))]
        return await asyncio.gather(*asked, return_exceptions=True)

    failed, good, lacking, other = run(work)
    assert isinstance(failed, RuntimeError)
    assert "0 answers to 1 rows" in str(lacking)
    assert (float(good), float(other)) == (2.0, 4.0)


@WAYS
def test_those_who_have_gone_are_left_out(way):
    double = Doubled(wait=0.02)

    async def work(gatherer):
        ask = getattr(gatherer, way)
        first = ask(double, row(1))
        gone, stays = ask(double, row(2)), ask(double, row(3))
        gone.cancel()
        return await asyncio.gather(first, stays)

    assert [float(one) for one in run(work)] == [2.0, 6.0]
    assert sum(double.sizes) == 2


@WAYS
def test_everybody_may_have_gone(way):
    double = Doubled(wait=0.01)

    async def work(gatherer):
        ask = getattr(gatherer, way)
        for answer in [ask(double, row(value)) for value in range(3)]:
            answer.cancel()
        await asyncio.sleep(0.05)
        return float(await ask(double, row(4)))

    assert run(work) == 8.0


def test_while_the_thread_is_busy_rows_are_gathered():
    double = Doubled(wait=0.02)
    asked = 2 * ENOUGH_ASIDE
    run(lambda g: asyncio.gather(*(g.ask_aside(double, row(1)) for _ in range(asked + 1))))
    assert double.sizes == [1, ENOUGH_ASIDE, ENOUGH_ASIDE]
    assert all(name.startswith("gatherer") for name in double.threads)


def test_the_loop_turns_while_a_long_computation_runs():
    began, ended = threading.Event(), threading.Event()

    def long(matrix):
        began.set()
        return matrix if ended.wait(10) else None

    async def work(gatherer):
        asked = gatherer.ask_aside(long, row(1))
        ran = asyncio.ensure_future(gatherer.run(lambda: ended.wait(10)))
        while not began.is_set():
            await asyncio.sleep(0)
        meanwhile = await gatherer.ask(Doubled(), row(5))
        ended.set()
        return float(meanwhile), (await asked).tolist(), await ran

    assert run(work) == (10.0, [1.0], True)


def test_a_long_computation_hands_on_its_error():
    async def work(gatherer):
        with pytest.raises(ZeroDivisionError):
            await gatherer.run(lambda: 1 / 0)
        return await gatherer.run(max, 1, 2)

    assert run(work) == 2


def test_no_row_is_an_answer_too():
    assert gather.computed(Doubled(), []) == []


def test_a_closed_gatherer_leaves_nobody_waiting():
    double = Doubled(wait=0.05)

    async def work():
        gatherer = Gatherer()
        asked = [gatherer.ask_aside(double, row(value)) for value in range(3)]
        await asyncio.sleep(0.01)
        gatherer.close()
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)

    first, *others = asyncio.run(work())
    assert float(first) == 0.0
    assert all(isinstance(one, Exception | asyncio.CancelledError) for one in others)

"""Pull every lever at every horizon: each a fit of its own, an average after what it is made of."""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from tqdm import tqdm

from hindcast.model.levers import stack
from hindcast.model.levers.groups import LeverError
from hindcast.model.levers.lever import Bench, Lever, Margins
from hindcast.model.tune import TuneError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pulled:
    """What one lever forecasts at one horizon, or the reason why it forecasts nothing.

    ``margins`` are log odds, ``probabilities`` are calibrated; both by part.
    """

    lever: Lever
    horizon: str
    margins: Margins | None = None
    probabilities: Margins | None = None
    reason: str | None = None


def pull(benches: Mapping[str, Bench], levers: Sequence[Lever], jobs: int) -> list[Pulled]:
    """Pull all levers, ``jobs`` at a time, with a progress bar on stderr.

    Parameters
    ----------
    benches
        What each horizon starts from.
    levers
        What to pull; each lever's ``against`` must be among them.
    jobs
        How many at once, each on one thread: the results do not depend on it.

    Raises
    ------
    LeverError
        Two levers share a name, or one stands against a lever that is not there.
    """
    check(levers)
    total = len(benches) * len(levers)
    done: list[Pulled] = []
    with tqdm(total=total, desc="levers", file=sys.stderr) as bar, ThreadPoolExecutor(jobs) as pool:
        for wave in waves(levers):
            done += pool.map(_one(bar.update), *_pairs(wave, _knowing(benches, done)))
    order = [(horizon, lever.name) for horizon in benches for lever in levers]
    return sorted(done, key=lambda one: order.index((one.horizon, one.lever.name)))


def waves(levers: Sequence[Lever]) -> Iterator[list[Lever]]:
    """Yield the levers in groups: none stands ``after`` one of its own group or a later one.

    Raises
    ------
    LeverError
        Levers stand after each other in a ring.
    """
    waiting = list(levers)
    while waiting:
        names = {lever.name for lever in waiting}
        ready = [lever for lever in waiting if not names.intersection(lever.after)]
        if not ready:
            raise LeverError(f"levers that wait for each other: {', '.join(sorted(names))}")
        yield ready
        waiting = [lever for lever in waiting if lever not in ready]


def check(levers: Iterable[Lever]) -> None:
    """Refuse two levers of one name, and one that stands against a lever that is not there.

    Raises
    ------
    LeverError
        Names the lever, and what it lacks.
    """
    names = [lever.name for lever in levers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise LeverError(f"two levers of one name: {', '.join(twice)}")
    for lever in levers:
        if lever.against and lever.against not in names:
            raise LeverError(
                f"lever {lever.name!r} stands against {lever.against!r}, which is not measured; "
                f"there are {', '.join(names)}"
            )


def _pairs(
    levers: Sequence[Lever], benches: Mapping[str, Bench]
) -> tuple[list[Lever], list[Bench]]:
    pairs = [(lever, bench) for bench in benches.values() for lever in levers]
    return [lever for lever, _ in pairs], [bench for _, bench in pairs]


def _one(on_done: Callable[[], object]) -> Callable[[Lever, Bench], Pulled]:
    def pulled(lever: Lever, bench: Bench) -> Pulled:
        found = _pulled(lever, bench)
        on_done()
        return found

    return pulled


def _pulled(lever: Lever, bench: Bench) -> Pulled:
    """Pull one lever; a library or a search that is not there costs its own row, not the table."""
    try:
        margins = lever.pull(bench)
    except (LeverError, TuneError) as error:
        log.warning("lever %s at %s: %s", lever.name, bench.horizon, error)
        return Pulled(lever, bench.horizon, reason=str(error))
    method, outcomes = bench.recipe.calibration, bench.parts["validation"].is_fatal
    calibrated = stack.probabilities(margins, outcomes, method)
    return Pulled(lever, bench.horizon, margins, calibrated)


def _knowing(benches: Mapping[str, Bench], done: Iterable[Pulled]) -> dict[str, Bench]:
    """Return the benches with the log odds of what has been fitted on each."""
    known = {horizon: dict(bench.known) for horizon, bench in benches.items()}
    for one in done:
        if one.margins is not None:
            known[one.horizon][one.lever.name] = one.margins
    return {horizon: replace(bench, known=known[horizon]) for horizon, bench in benches.items()}

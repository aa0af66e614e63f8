"""Train every further target, judge it, and write forecasts, figures and bundles.

    study = outcomes.read(least_events=200)
    trained = all_targets(study, plan)
    write(trained, figures(trained, plan))

The forecasts lie in targets.parquet, one row for each event of validation and test, model and
output: ``target, horizon, model, ev_id, part, output, happened, probability, in_set``.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
from tqdm import tqdm

from hindcast import atomic, paths
from hindcast.model import encode
from hindcast.model.targets import bundle, causes, coverage, damage, judge, severity
from hindcast.model.targets.boost import Recipe
from hindcast.model.targets.causes import Causes
from hindcast.model.targets.conformal import BY
from hindcast.model.targets.damage import Damage
from hindcast.model.targets.horizon import ground
from hindcast.model.targets.outcomes import OutcomeError, Study
from hindcast.model.targets.severity import Sets, Severity

Outcome = Severity | Causes | Damage


@dataclass(frozen=True)
class Plan:
    """How targets are made and judged; every number comes from params.yaml (base and targets).

    Attributes
    ----------
    recipe, family_recipe
        How boosters of severity and damage are made, and those of families.
    calibration
        Of severity's questions and of damage, on validation.
    sets
        How sets of answers are made.
    rounds, seed
        Of the bootstrap.
    smallest_group
        Below how many test accidents a kind has no coverage.
    jobs
        How many targets are trained, and judged, at once; results do not depend on it.
    """

    recipe: Recipe
    family_recipe: Recipe
    calibration: str
    sets: Sets
    rounds: int
    seed: int
    smallest_group: int
    jobs: int

    @property
    def bootstrap(self) -> dict[str, int]:
        """Return rounds and seed of the bootstrap."""
        return {"rounds": self.rounds, "seed": self.seed}


@dataclass(frozen=True)
class Trained:
    """What was trained, in the order of `tasks`: ``(target, horizon)`` to its outcome."""

    study: Study
    outcomes: dict[tuple[str, str], Outcome]

    def of(self, target: str) -> dict[str, Outcome]:
        """Return a target's outcomes by horizon."""
        return {h: found for (name, h), found in self.outcomes.items() if name == target}


def tasks(study: Study) -> list[tuple[str, str]]:
    """Return what there is to train: ``(target, horizon)``.

    Families are left out where no family has enough events: a source without findings.
    """
    found = [(severity.TARGET, horizon) for horizon in encode.HORIZONS]
    if study.families["kept"].any():
        found = [*((causes.TARGET, horizon) for horizon in causes.HORIZONS), *found]
    return [*found, (damage.TARGET, damage.HORIZON)]


def all_targets(study: Study, plan: Plan) -> Trained:
    """Train every target at every horizon, with a progress bar on stderr.

    Raises
    ------
    hindcast.model.targets.outcomes.OutcomeError
        A part has one outcome only of what is to be learned; nothing has been written.
    """
    check(study)
    grounds = {horizon: ground(study, horizon) for horizon in encode.HORIZONS}
    make: dict[str, Callable[[str], Outcome]] = {
        severity.TARGET: lambda h: severity.train(
            grounds[h], plan.recipe, plan.calibration, plan.sets
        ),
        causes.TARGET: lambda h: causes.train(grounds[h], plan.family_recipe),
        damage.TARGET: lambda h: damage.train(grounds[h], plan.recipe, plan.calibration),
    }
    done = _at_once(lambda task: make[task[0]](task[1]), tasks(study), plan.jobs, "targets")
    return Trained(study, dict(zip(tasks(study), done, strict=True)))


def _at_once(work: Callable, items: list, jobs: int, said: str) -> Iterator[Any]:
    with ThreadPoolExecutor(jobs) as pool:
        yield from tqdm(pool.map(work, items), said, len(items), file=sys.stderr)


def check(study: Study) -> None:
    """Refuse records in which a part lacks an outcome that has to be learned.

    Raises
    ------
    OutcomeError
        Names target and part, and what was found there.
    """
    for part in ("train", "validation"):
        rows = study.frame.filter(pl.col("part") == part)
        for label, least in (("severity", 4), ("destroyed", 2)):
            if (found := rows[label].drop_nulls().n_unique()) < least:
                raise OutcomeError(
                    f"the {part} part has {found} of {least} outcomes of {label} among "
                    f"{rows.height} events: move train.train_until or train.validation_until in "
                    "params.yaml"
                )


def figures(trained: Trained, plan: Plan) -> dict[str, Any]:
    """Return what data/processed/metrics/targets.json holds; every figure is of the test part.

    Returns
    -------
    dict
        ``severity, damage, causes, conformal``, each by horizon; ``population`` with the rows
        before and after leaving out unknown outcomes; ``families`` with those left out counted.
    """
    asked = _asked(trained, plan)
    done = _at_once(lambda ask: ask[2](), asked, plan.jobs, "judged")
    found: dict[str, Any] = {name: {} for name in ("severity", "damage", "causes", "conformal")}
    for (section, horizon, _), judged in zip(asked, done, strict=True):
        found[section][horizon] = judged
    return found | {"population": _population(trained.study)} | _families(trained.study)


Ask = tuple[str, str, Callable[[], dict[str, Any]]]


def _asked(trained: Trained, plan: Plan) -> list[Ask]:
    """Return what is judged, the longest first: section, horizon, and how."""
    settings = plan.bootstrap
    years = damage.by_year(trained.study.known("destroyed"))
    kinds = trained.study.frame.select("ev_id", *BY)
    limited = settings | {"smallest": plan.smallest_group}
    asked: list[Ask] = []
    for horizon, one in trained.of("causes").items():
        asked.append(("causes", horizon, partial(judge.causes, one.forecasts, settings)))
    for horizon, one in trained.of("severity").items():
        asked.append(("severity", horizon, partial(judge.severity, one.forecasts, settings)))
        held = (one.forecasts[0], one.one_limit, kinds, one.bundle.sets)
        asked.append(("conformal", horizon, partial(coverage.judge, *held, **limited)))
    for horizon, one in trained.of("damage").items():
        asked.append(("damage", horizon, partial(judge.damage, one.forecasts, settings, years)))
    return asked


def _population(study: Study) -> dict[str, Any]:
    labels = {"severity": "severity", "causes": "codes", "damage": "destroyed"}
    return {target: study.steps(label) for target, label in labels.items()}


def _families(study: Study) -> dict[str, Any]:
    kept = study.families["kept"]
    left = study.families.filter(~kept)
    return {
        "families": {
            "kept": int(kept.sum()),
            "left_out": left.height,
            "events_of_largest_left_out": left["train_events"].max(),
        }
    }


def write(trained: Trained, found: dict[str, Any]) -> None:
    """Write targets.parquet, metrics/targets.json and a bundle for each target and horizon."""
    long = pl.concat([one.long() for task in trained.outcomes.values() for one in task.forecasts])
    with atomic.replacing(paths.processed("targets.parquet")) as beside:
        long.write_parquet(beside, compression="zstd")
    for (target, horizon), one in trained.outcomes.items():
        bundle.save(paths.models(target, horizon), one.bundle)
    paths.models(causes.TARGET).mkdir(parents=True, exist_ok=True)
    atomic.write_json(paths.processed("metrics", "targets.json"), found)

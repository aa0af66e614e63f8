"""The levers, by name: the rows of the table "what helped".

To add one, return one more `Lever` from here, or hand it to `hindcast.model.levers.run.measure`.
A lever changes features, recipe, rows or learner of the bench; a few lines each.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from hindcast.model import fit, learned, tune
from hindcast.model.levers import challengers, groups, monotone, stack
from hindcast.model.levers.groups import BASE, Groups
from hindcast.model.levers.lever import ALL, JUDGED, Bench, Learner, Lever, Margins, boosted, same

Change = Callable[[Bench], Bench]
BLENDED = ("lightgbm", "catboost", "logistic", "random_forest")
OTHER_SEEDS = 1000


def levers(
    present: list[str],
    declared: Groups,
    budget: challengers.Budget,
    blanked: tuple[int, float],
    *,
    older: bool = False,
) -> list[Lever]:
    """Return every lever, in the table's order.

    Parameters
    ----------
    present
        Levers that have features in these records.
    declared
        Which features each lever adds.
    budget
        Of the challengers.
    blanked
        Which share of the accidents loses inputs, and what share of these.
    older
        Whether accidents before 2008 are among the training rows.
    """
    return [
        *_of_features(present, declared),
        *_of_learning(),
        Lever("blanked", "rows", "many accidents without some inputs", ALL, blanking(*blanked)),
        *([Lever("recent_only", "rows", "no row before 2008", ALL, recent)] if older else []),
        *_of_learners(budget),
        Lever("served", "all", "the study's own model", learner=_known("xgboost")),
    ]


def _of_features(present: list[str], declared: Groups) -> list[Lever]:
    base = Lever(BASE, "features", "the first study's features and recipe", "", _only(declared))
    alone = [
        Lever(
            name, "features", declared.told[name], change=_only(declared, name),
            learner=_unless_same(declared), after=(BASE,),
        )
        for name in present
    ]  # fmt: skip
    return [base, *alone, Lever(ALL, "features", "all feature levers at once")]


def _only(declared: Groups, *added: str) -> Change:
    """Keep the base's features and those of the named levers."""

    def change(bench: Bench) -> Bench:
        return bench.with_features(groups.only(bench.features, (BASE, *added), declared))

    return change


def _unless_same(declared: Groups) -> Learner:
    """Fit, but where the lever has no feature at the horizon: there it says what the base says."""

    def learn(bench: Bench) -> Margins:
        added = [f for f in bench.features if declared.lever_of(f["name"]) != BASE]
        return boosted(bench) if added else bench.known[BASE]

    return learn


def _of_learning() -> list[Lever]:
    return [
        Lever("other_seed", "learning", "the same with another seed: chance", ALL, other_seed),
        Lever(
            "more_seeds", "learning", "both seeds averaged", ALL, learner=_averaged,
            after=(ALL, "other_seed"),
        ),
        Lever("tuned", "learning", "the search's parameters for the horizon", ALL, tuned),
        Lever("monotone", "learning", "directions physics is sure of", ALL, monotone.constrained),
        Lever("weighted", "learning", "deaths weigh as much as the rest", ALL, weighted),
        Lever("refit", "rows", "learned again with validation: seen on the test", ALL, same, refit),
    ]  # fmt: skip


def _of_learners(budget: challengers.Budget) -> list[Lever]:
    return [
        Lever("lightgbm", "challenger", "LightGBM", ALL, learner=challengers.lightgbm(budget)),
        Lever("catboost", "challenger", "CatBoost", ALL, learner=challengers.catboost(budget)),
        Lever("logistic", "challenger", "logistic regression", ALL, learner=_known("logistic")),
        Lever("random_forest", "challenger", "forest", ALL, learner=_known("random_forest")),
        Lever(
            "blend", "challenger", "weighted sum of all learners", ALL, learner=stack.blend,
            after=(ALL, *BLENDED),
        ),
    ]  # fmt: skip


def other_seed(bench: Bench) -> Bench:
    """Draw rows and columns anew: how far a number moves when nothing has changed."""
    return replace(bench, recipe=replace(bench.recipe, seed=bench.recipe.seed + OTHER_SEEDS))


def tuned(bench: Bench) -> Bench:
    """Give the boosters the parameters that the search found for the horizon."""
    return replace(bench, recipe=replace(bench.recipe, booster=tune.best(bench.horizon)))


def blanking(rows: float, share: float) -> Change:
    """Learn from accidents of which many have lost inputs, as other sources have."""
    return lambda bench: replace(
        bench, recipe=replace(bench.recipe, blanked_rows=rows, blanked_share=share)
    )


def recent(bench: Bench) -> Bench:
    """Leave out the older training rows, those that weigh less: what joint training is worth."""
    train = bench.parts["train"]
    kept = train.weights() == 1
    rows = fit.Labelled(train.features.filter(pl.Series(kept)), train.is_fatal[kept])
    return replace(bench, parts=bench.parts | {"train": rows})


def refit(bench: Bench) -> Margins:
    """Forecast the test by boosters that have learned from validation too.

    Validation itself is forecast by those that have not: the gain shows on the test alone.
    """
    return learned.learn(bench.parts, bench.features, bench.recipe).margins(bench.parts)


def _averaged(bench: Bench) -> Margins:
    """Average log odds that are known: what one booster of both seeds' trees would say."""
    return {part: np.mean([one[part] for one in bench.known.values()], axis=0) for part in JUDGED}


def weighted(bench: Bench) -> Bench:
    """Weigh each death by how many accidents without one there are for it in training."""
    is_fatal = bench.parts["train"].is_fatal
    weight = float((1 - is_fatal).sum() / is_fatal.sum())
    booster = bench.recipe.booster | {"scale_pos_weight": weight}
    return replace(bench, recipe=replace(bench.recipe, booster=booster))


def _known(name: str) -> Learner:
    """Take what the train stage's baseline said of the same events."""
    return lambda bench: bench.knowing(name).known[name]

"""The levers, by name: the rows of the table "what helped".

To add one, return one more `Lever` from here, or hand it to `hindcast.model.levers.run.measure`.
A lever changes features, recipe, rows or learner of the bench; a few lines each.
"""

from collections.abc import Callable
from dataclasses import replace

from hindcast.model import tune
from hindcast.model.levers import challengers, groups, monotone, stack
from hindcast.model.levers.groups import BASE, Groups
from hindcast.model.levers.lever import ALL, Bench, Lever, Margins

Change = Callable[[Bench], Bench]
BLENDED = ("lightgbm", "catboost", "logistic", "random_forest")
OTHER_SEEDS = 1000


def levers(
    present: list[str], declared: Groups, more_boosters: int, budget: challengers.Budget
) -> list[Lever]:
    """Return every lever, in the table's order.

    Parameters
    ----------
    present
        Levers that have features in these records.
    declared
        Which features each lever adds.
    more_boosters
        How many boosters the rows with more seeds average.
    budget
        Of the challengers.
    """
    return [
        *_of_features(present, declared),
        *_of_learning(more_boosters),
        *_of_learners(budget),
        _together(more_boosters),
    ]


def _of_features(present: list[str], declared: Groups) -> list[Lever]:
    base = Lever(BASE, "features", "the first study's features and recipe", "", _only(declared))
    alone = [
        Lever(name, "features", declared.told[name], change=_only(declared, name))
        for name in present
    ]
    return [base, *alone, Lever(ALL, "features", "all feature levers at once")]


def _only(declared: Groups, *added: str) -> Change:
    """Keep the base's features and those of the named levers."""

    def change(bench: Bench) -> Bench:
        return bench.with_features(groups.only(bench.features, (BASE, *added), declared))

    return change


def _of_learning(more_boosters: int) -> list[Lever]:
    averaged = f"{more_boosters} boosters of other seeds averaged"
    return [
        Lever("other_seed", "learning", "the same with another seed: chance", ALL, other_seed),
        Lever("more_seeds", "learning", averaged, ALL, _more(more_boosters)),
        Lever("tuned", "learning", "the search's parameters for the horizon", ALL, tuned),
        Lever("monotone", "learning", "directions physics is sure of", ALL, monotone.constrained),
        Lever("weighted", "learning", "deaths weigh as much as the rest", ALL, weighted),
    ]


def _of_learners(budget: challengers.Budget) -> list[Lever]:
    return [
        Lever("lightgbm", "challenger", "LightGBM", ALL, learner=challengers.lightgbm(budget)),
        Lever("catboost", "challenger", "CatBoost", ALL, learner=challengers.catboost(budget)),
        Lever("logistic", "challenger", "logistic regression", ALL, learner=_known("logistic")),
        Lever("random_forest", "challenger", "forest", ALL, learner=_known("random_forest")),
        Lever(
            "blend", "challenger", "weighted sum of all learners", ALL, _with_own, stack.blend,
            blends=(ALL, *BLENDED),
        ),
    ]  # fmt: skip


def _together(more_boosters: int) -> Lever:
    def change(bench: Bench) -> Bench:
        return _more(more_boosters)(tuned(bench))

    return Lever("together", "learning", "all features, tuned, more seeds", change=change)


def other_seed(bench: Bench) -> Bench:
    """Draw rows and columns anew: how far a number moves when nothing has changed."""
    return replace(bench, recipe=replace(bench.recipe, seed=bench.recipe.seed + OTHER_SEEDS))


def _more(boosters: int) -> Change:
    return lambda bench: replace(bench, recipe=replace(bench.recipe, n_boosters=boosters))


def tuned(bench: Bench) -> Bench:
    """Give the boosters the parameters that the search found for the horizon."""
    return replace(bench, recipe=replace(bench.recipe, booster=tune.best(bench.horizon)))


def weighted(bench: Bench) -> Bench:
    """Weigh each death by how many accidents without one there are for it in training."""
    is_fatal = bench.parts["train"].is_fatal
    weight = float((1 - is_fatal).sum() / is_fatal.sum())
    booster = bench.recipe.booster | {"scale_pos_weight": weight}
    return replace(bench, recipe=replace(bench.recipe, booster=booster))


def _with_own(bench: Bench) -> Bench:
    """Keep of what is known the learners that a blend is made of."""
    kept = {name: bench.known[name] for name in (ALL, *BLENDED) if name in bench.known}
    return replace(bench, known=kept)


def _known(name: str) -> Callable[[Bench], Margins]:
    """Take what the train stage's baseline said of the same events."""

    def learn(bench: Bench) -> Margins:
        if name not in bench.known:
            raise groups.LeverError(
                f"no predictions of {name} at {bench.horizon}: run the train stage"
            )
        return bench.known[name]

    return learn

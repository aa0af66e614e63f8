"""The evidence section by section: for all horizons, tidy frames by name.

The notebook asks for one section after the other; `hindcast.model.evidence.study.write` puts all
of them into one file.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from hindcast.model.evidence import decay as ages
from hindcast.model.evidence import drift as drifts
from hindcast.model.evidence import fairness as kinds
from hindcast.model.evidence import importance as importances
from hindcast.model.evidence import leaks as leaking
from hindcast.model.evidence import learning as lessons
from hindcast.model.evidence import removal as removals
from hindcast.model.evidence import splits as divisions
from hindcast.model.evidence.bench import Bench
from hindcast.model.evidence.study import Study, shap

Frames = dict[str, pl.DataFrame]


def _over(benches: Sequence[Bench], make: Callable[..., pl.DataFrame], *args) -> pl.DataFrame:
    return pl.concat([make(bench, *args) for bench in benches], how="diagonal_relaxed")


def learning(
    benches: Sequence[Bench], fractions: Sequence[float], draws: int, years: Sequence[int]
) -> Frames:
    """Return ``by_size`` and ``by_years``, see `hindcast.model.evidence.learning`."""
    return {
        "by_size": _over(benches, lessons.by_size, fractions, draws),
        "by_years": _over(benches, lessons.by_years, years),
    }


def splits(
    benches: Sequence[Bench], redrawn: Sequence[Bench], region: str, smallest: int
) -> Frames:
    """Return ``splits``, see `hindcast.model.evidence.splits`."""
    pairs = zip(benches, redrawn, strict=True)
    drawn = [divisions.random(own, other) for own, other in pairs]
    return {"splits": pl.concat([*drawn, _over(benches, divisions.regions, region, smallest)])}


def removal(benches: Sequence[Bench], shuffles: int, refits: int) -> Frames:
    """Return ``refits, masked, groups_removed, shuffled`` and ``shuffled_mean``, see `.removal`."""
    dealt = [removals.shuffled(bench, shuffles) for bench in benches]
    return {
        "refits": _over(benches, removals.refits, refits),
        "masked": _over(benches, removals.masked),
        "groups_removed": _over(benches, removals.groups),
        "shuffled": pl.concat([one.draws for one in dealt]),
        "shuffled_mean": pl.concat([one.summary for one in dealt]),
    }


def leaks(benches: Sequence[Bench], core: Path) -> Frames:
    """Return ``leaks``, and in ``leak_columns`` which columns they are and how they know."""
    values, there = leaking.build(leaking.read(core))
    columns = [
        {"family": one.family, "table": one.table, "column": ", ".join(one.columns), "why": one.why}
        for one in there
    ]
    schema = dict.fromkeys(("family", "table", "column", "why"), pl.String)
    return {
        "leaks": _over(benches, leaking.judged, values, there),
        "leak_columns": pl.DataFrame(columns, schema).unique(maintain_order=True, keep="first"),
    }


def decay(benches: Sequence[Bench], models: int, reach: int, smallest: int) -> Frames:
    """Return ``decay``, the fan of models by year, and ``decay_losses`` by age, see `.decay`."""
    fans, losses = [], []
    for bench in benches:
        years = ages.last_years(pl.concat([bench.train, bench.validation, bench.test]), models)
        made = ages.forecasts(bench, years, reach)
        judge_by = ages.Judge(bench.rounds, bench.seed, smallest)
        fans.append(ages.fan(made, bench.horizon, judge_by))
        losses.append(ages.losses(made, bench.horizon, judge_by))
    return {"decay": pl.concat(fans), "decay_losses": pl.concat(losses)}


def drift(study: Study, benches: Sequence[Bench], features: int, smallest: int) -> Frames:
    """Return ``drift`` of scores and ``drift_inputs`` of the strongest features, by year."""
    scores, inputs = [], []
    for bench in benches:
        settings = {"smallest": smallest, "rounds": bench.rounds, "seed": bench.seed}
        scores.append(drifts.scores(study.predictions, bench.horizon, **settings))
        names = study.strongest(bench.horizon, features)
        inputs.append(drifts.inputs(study.material.frame, names, bench.horizon, smallest))
    return {"drift": pl.concat(scores, how="diagonal_relaxed"), "drift_inputs": pl.concat(inputs)}


def fairness(study: Study, smallest: int) -> Frames:
    """Return ``fairness`` by kind, and ``fairness_outside``: how many are off, see `.fairness`."""
    found = pl.concat(
        [
            kinds.by_kind(
                study.predictions,
                study.material.frame,
                horizon,
                model.manifest["threshold"],
                smallest=smallest,
            )
            for horizon, model in study.bundles.items()
        ],
        how="diagonal_relaxed",
    )
    return {"fairness": found, "fairness_outside": kinds.outside(found)}


def importance(study: Study, benches: Sequence[Bench], rows: int, repeats: int) -> Frames:
    """Return ``importance``: permutation beside SHAP on the same ``rows`` test accidents.

    Of each horizon the features that are among the strongest by either.
    """
    train, test = study.part("train"), study.part("test")
    found = []
    for bench in benches:
        drawn = test.sample(min(rows, test.height), seed=bench.seed).sort("ev_id")
        settings = {"jobs": bench.jobs, "rounds": bench.rounds, "seed": bench.seed}
        model = study.bundles[bench.horizon]
        permuted = importances.permutation(model, drawn, repeats=repeats, **settings)
        values = shap(bench.horizon).join(drawn.select("ev_id"), on="ev_id", how="semi")
        beside = importances.beside_shap(permuted, values, train, drawn)
        found.append(bench.named(beside))
    strongest = pl.min_horizontal("shap_rank", "permutation_rank") <= importances.STRONGEST
    return {"importance": pl.concat(found).filter(strongest)}


def disagreements(importance: Frames, horizon: str, count: int = 12) -> pl.DataFrame:
    """Return the features of one horizon that SHAP and permutation rank most differently."""
    rows = importance["importance"].filter(pl.col("horizon") == horizon)
    return importances.disagreements(rows, count)


def reasons(apart: pl.DataFrame) -> pl.DataFrame:
    """Return of what `disagreements` returned the columns that tell why, rounded for reading."""
    numbers = ("shap", "permutation", "correlation")
    columns = ("feature", "shap", "permutation", "partner", "correlation", "why")
    return apart.select(columns).with_columns(pl.col(numbers).round(4))

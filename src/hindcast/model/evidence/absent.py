"""What a forecast is worth when fields are absent: a plain model beside the kind that is served.

Releases, sources and requests differ in which fields they give. Two models of one recipe are asked
about the same accidents with more and more taken away: one learned from the records as they are,
one from accidents of which many had lost inputs (`hindcast.model.blanks`).
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from tqdm import tqdm

from hindcast.model import blanks, bootstrap, encode, fit, learned, metrics
from hindcast.model.bundle import Bundle
from hindcast.model.evidence.bench import Bench

PLAIN, ROBUST = "plain", "learned with inputs lost"
METRICS = {"roc_auc": metrics.roc_auc, "log_loss": metrics.log_loss, "ece": metrics.ece}
WHOLE = "nothing"


@dataclass(frozen=True)
class Pair:
    """The two models of a bench, and the test part's matrix and outcomes."""

    bench: Bench
    models: Mapping[str, Bundle]
    matrix: np.ndarray
    is_fatal: np.ndarray

    def judged(self, lost: np.ndarray) -> dict[str, dict[str, float]]:
        """Return the metrics of both models where ``lost`` (rows by features) is taken away."""
        matrix = np.where(lost, np.nan, self.matrix)
        return {name: _judged(model, matrix, self.is_fatal) for name, model in self.models.items()}


def fitted(bench: Bench, rows: float, share: float) -> Pair:
    """Fit both models of a horizon.

    Parameters
    ----------
    bench
        Its recipe makes the plain model.
    rows, share
        Of the other model: see `hindcast.model.fit.Recipe`.
    """
    task = bench.task()
    train, validation, test = (task.labelled(part) for part in ("train", "validation", "test"))
    recipes = {
        PLAIN: bench.recipe,
        ROBUST: fit.replace(bench.recipe, blanked_rows=rows, blanked_share=share),
    }

    def made(recipe: fit.Recipe) -> Bundle:
        own = fit.fit(train, validation, task.features, recipe)
        return learned.calibrated(own, validation, recipe.calibration)

    with ThreadPoolExecutor(bench.jobs) as pool:
        models = dict(zip(recipes, pool.map(made, recipes.values()), strict=True))
    matrix = encode.matrix(test.features, models[PLAIN].schema)
    return Pair(bench, models, matrix, test.is_fatal)


def curve(pair: Pair, shares: Sequence[float], draws: int) -> pl.DataFrame:
    """Return the metrics when each accident loses a share of its inputs, drawn at random.

    An input takes along all features made from it.

    Parameters
    ----------
    shares
        Shares of inputs that are lost, 0 to 1.
    draws
        How many times what is lost is drawn anew for each share.

    Returns
    -------
    polars.DataFrame
        ``horizon, model, lost_share, draw`` and the metrics.
    """
    inputs = [unit for unit in blanks.units(pair.models[PLAIN].schema) if unit.weight == 1]
    generator = np.random.default_rng(pair.bench.seed)
    rows = []
    for share in tqdm(shares, desc=f"{pair.bench.horizon}: fields lost", file=sys.stderr):
        for draw in range(draws if share else 1):
            judged = pair.judged(_drawn(inputs, pair.matrix.shape, share, generator))
            rows += [
                {"model": m, "lost_share": share, "draw": draw} | of for m, of in judged.items()
            ]
    return pair.bench.named(pl.DataFrame(rows))


def _drawn(
    inputs: Sequence[blanks.Unit],
    shape: tuple[int, int],
    share: float,
    generator: np.random.Generator,
) -> np.ndarray:
    lost = np.zeros(shape, dtype=bool)
    for unit in inputs:
        rows = np.flatnonzero(generator.random(shape[0]) < share)
        lost[np.ix_(rows, unit.columns)] = True
    return lost


def without(pair: Pair, names: Callable[[dict], str], kind: str, rounds: int) -> pl.DataFrame:
    """Return ROC AUC of both models when one table, or one group of features, is absent.

    Parameters
    ----------
    names
        Which table or group a feature of the schema belongs to.
    kind
        What is taken away: ``table`` or ``group``.
    rounds
        Of the bootstrap of the difference.

    Returns
    -------
    polars.DataFrame
        ``horizon, kind, lost, plain, robust``, the gain of robust over plain with ``lo`` and
        ``hi`` of its interval, paired by event.
    """
    of = np.array([names(feature) for feature in pair.models[PLAIN].schema])
    rows = [
        {"kind": kind, "lost": name or WHOLE} | _compared(pair, of == name, rounds)
        for name in ("", *sorted(set(of) - {""}))
    ]
    return pair.bench.named(pl.DataFrame(rows))


def _compared(pair: Pair, columns: np.ndarray, rounds: int) -> dict[str, float]:
    matrix = np.where(columns, np.nan, pair.matrix)
    p = {name: model.probability_of(matrix) for name, model in pair.models.items()}
    y = pair.is_fatal.astype(float)

    def gain(weights: np.ndarray) -> dict[str, np.ndarray]:
        plain, robust = (metrics.roc_auc(y, p[name], weights) for name in (PLAIN, ROBUST))
        return {"plain": plain, "robust": robust, "gain": robust - plain}

    found = bootstrap.summary(gain, len(y), rounds=rounds, seed=pair.bench.seed)
    lo, hi = found["gain_ci"]
    return {name: found[name] for name in ("plain", "robust", "gain")} | {"lo": lo, "hi": hi}


def table_of(feature: dict) -> str:
    """Return the source table of a feature, as its schema entry names it."""
    return feature.get("source", "").split(".")[0].split(" ")[0]


def group_of(feature: dict) -> str:
    """Return the group of a feature."""
    return feature["group"]


def _judged(model: Bundle, matrix: np.ndarray, is_fatal: np.ndarray) -> dict[str, float]:
    judge = partial(_scores, is_fatal.astype(float), model.probability_of(matrix))
    return {name: float(value) for name, value in judge().items()}


def _scores(is_fatal: np.ndarray, probability: np.ndarray) -> dict[str, np.ndarray]:
    return {name: of(is_fatal, probability) for name, of in METRICS.items()}


def study(
    benches: Sequence[Bench],
    rows: float,
    share: float,
    *,
    shares: Sequence[float],
    draws: int,
    rounds: int,
) -> dict[str, pl.DataFrame]:
    """Return ``absent_curve`` and ``absent_parts`` of all horizons, see `curve` and `without`.

    Parameters
    ----------
    benches
        One a horizon.
    rows, share
        How the trained models were made robust.
    shares, draws
        Of `curve`.
    rounds
        Of `without`.
    """
    pairs = [fitted(bench, rows, share) for bench in benches]
    parts = {"table": table_of, "group": group_of}
    return {
        "absent_curve": pl.concat([curve(pair, shares, draws) for pair in pairs]),
        "absent_parts": pl.concat(
            [without(pair, of, kind, rounds) for pair in pairs for kind, of in parts.items()]
        ),
    }

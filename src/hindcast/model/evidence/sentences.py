"""Plain answers, written from the tables: what a reader would conclude from each of them."""

from collections.abc import Iterator
from itertools import takewhile

import polars as pl

from hindcast.model.evidence import decay, leaks, splits

SHOWN = {"seed": "only the seed changed", "shuffled": "label shuffled"}


def by_horizon(frames: dict[str, pl.DataFrame]) -> dict[str, dict[str, str]]:
    """Return, for each horizon, one sentence a question.

    Parameters
    ----------
    frames
        What the functions of `hindcast.model.evidence.sections` returned, together.
    """
    horizons = frames["by_size"]["horizon"].unique(maintain_order=True)
    return {
        horizon: {
            "more_data": more_data(_auc(frames["by_size"], horizon)),
            "fresh_data": fresh_data(_auc(frames["by_years"], horizon)),
            "travel": travel(_auc(frames["splits"], horizon)),
            "shuffled": shuffled(_of(frames["shuffled_mean"], horizon)),
            "leaks": leaked(_auc(frames["leaks"], horizon)),
            "seeds": seeds(_auc(frames["refits"], horizon)),
            "groups": groups(_auc(frames["groups_removed"], horizon)),
            "retrain": retrain(_of(frames["decay_losses"], horizon)),
            "fairness": fairness(_of(frames["fairness_outside"], horizon)),
        }
        for horizon in horizons
    }


def as_markdown(told: dict[str, dict[str, str]], question: str) -> str:
    """Return one question's sentence for each horizon, as a list.

    Examples
    --------
    >>> as_markdown({"event": {"leaks": "They lift it."}}, "leaks")
    '- `event`: They lift it.'
    """
    return "\n".join(f"- `{horizon}`: {by[question]}" for horizon, by in told.items())


def _of(frame: pl.DataFrame, horizon: str) -> pl.DataFrame:
    return frame.filter(pl.col("horizon") == horizon)


def _auc(frame: pl.DataFrame, horizon: str) -> pl.DataFrame:
    return _of(frame, horizon).filter(pl.col("metric") == "roc_auc")


def change(row: dict, name: str = "difference") -> str:
    """Return a difference and its interval in words.

    Examples
    --------
    >>> change({"difference": 0.0123, "difference_lo": -0.004, "difference_hi": 0.02})
    '+0.012 (-0.004 to +0.020)'
    """
    value, lo, hi = (row[key] for key in (name, f"{name}_lo", f"{name}_hi"))
    return f"{value:+.3f} ({lo:+.3f} to {hi:+.3f})"


def _is_sure(row: dict) -> bool:
    return row["difference_lo"] > 0 or row["difference_hi"] < 0


def more_data(by_size: pl.DataFrame) -> str:
    """Say what the last growth of the training part gained, by its middle draw."""
    smaller = by_size.filter(pl.col("fraction") < 1)
    if smaller.is_empty():
        return "No smaller training part was tried."
    last = smaller.filter(pl.col("fraction") == pl.col("fraction").max()).sort("difference")
    row = last.row(last.height // 2, named=True)
    more = sum(_is_sure(one) for one in last.iter_rows(named=True))
    verdict = "would still" if 2 * more > last.height else "might still" if more else "would hardly"
    return (
        f"a model of {row['n_train']:,} events, {row['fraction']:.0%} of those there are, differs "
        f"by {change(row)} in ROC AUC from one of all; {more} of {last.height} draws differ by "
        f"more than chance: more records of the same kind {verdict} help."
    )


def fresh_data(by_years: pl.DataFrame) -> str:
    """Say from how many of the last years on more of them gain no more than chance."""
    rows = by_years.sort("years", descending=True).iter_rows(named=True)
    first = list(takewhile(lambda row: not _is_sure(row), rows))[-1]
    return (
        f"the last {first['years']} years ({first['n_train']:,} events) will do, and so will any "
        f"longer history: {change(first)} in ROC AUC from all years, which is within chance."
    )


def travel(told: pl.DataFrame) -> str:
    """Say what a random split gains, and what not having seen a region costs."""
    parts = []
    drawn = told.filter(pl.col("split") == "random")
    for row in drawn.iter_rows(named=True):
        parts.append(f"a random split differs by {change(row)} in ROC AUC on shared accidents")
    for row in told.filter(pl.col("group") == splits.ALL_REGIONS).iter_rows(named=True):
        parts.append(f"a region that was never seen by {change(row)}")
    away = told.filter(pl.col("split") == splits.LEFT_OUT, pl.col("group") != splits.ALL_REGIONS)
    if away.height:
        worst = away.sort("difference").row(0, named=True)
        parts.append(f"the hardest to travel to is {worst['group']}, {change(worst)}")
    return "; ".join(parts) + "."


def shuffled(means: pl.DataFrame) -> str:
    """Say whether models of shuffled labels fall to chance."""
    row = means.row(0, named=True)
    verdict = "holds" if row["is_chance"] else "does not hold: something leaks past the labels from"
    return (
        f"models of shuffled labels have a mean ROC AUC of {row['mean']:.3f} ({row['lo']:.3f} to "
        f"{row['hi']:.3f}, {row['shuffles']} shuffles), which {verdict} one half."
    )


def leaked(told: pl.DataFrame) -> str:
    """Say what the worst single leak, and all of them, lift the score to."""
    if told.is_empty():
        return "these records hold none of the columns that know the outcome."
    single = told.filter(~pl.col("name").is_in([leaks.ALL, leaks.ALL_BUT_INJURIES]))
    best = single.sort("value", "name").row(-1, named=True)
    own = best["value"] - best["difference"]
    told_all = told.filter(pl.col("name") == leaks.ALL)
    ending = f", all leaks together to {told_all['value'][0]:.3f}" if told_all.height else ""
    return (
        f"the worst single leak ({best['name']}) lifts the ROC AUC from {own:.3f} to "
        f"{best['value']:.3f}{ending}: a score near one tells what was let in, not what was "
        "foreseen."
    )


def seeds(told: pl.DataFrame) -> str:
    """Say how far apart models are in which nothing differs but the seed."""
    apart = told["difference"].abs().max()
    return (
        f"{told.height} models of other seeds differ by up to {apart:.3f} in ROC AUC: a smaller "
        "difference of single models is no finding, whatever its interval."
    )


def groups(told: pl.DataFrame) -> str:
    """Say which groups cannot be removed without a loss beyond chance."""
    lost = told.filter(pl.col("difference_hi") < 0).sort("difference")
    if lost.is_empty():
        return "no group of features is missed by more than chance: others stand in for each."
    named = ", ".join(
        f"{row['name']} {row['difference']:+.3f}" for row in lost.iter_rows(named=True)
    )
    return f"removing costs more than chance (ROC AUC) for: {named}."


def retrain(losses: pl.DataFrame) -> str:
    """Say after how many years to train anew, what the first year too many costs, and the last."""
    ranked = losses.filter(pl.col("metric") == "roc_auc").sort("age")
    oldest = ranked.row(-1, named=True)
    due = {metric: decay.how_often(losses, metric) for metric in ("roc_auc", "brier")}
    known = [years for years in due.values() if years is not None]
    cost = f"{change(oldest)} at age {oldest['age']}, from a model of age 1"
    if not known:
        return f"no age up to {oldest['age']} years loses more than chance (ROC AUC {cost})."
    years = min(known)
    first = ranked.filter(pl.col("age") == years + 1).row(0, named=True)
    where = " and ".join(name for name, found in due.items() if found == years)
    return (
        f"train anew every {'year' if years == 1 else f'{years} years'}: from age {years + 1} on "
        f"the loss is more than chance (in {where}). The ROC AUC differs by {change(first)} at "
        f"that age and by {cost}."
    )


def fairness(outside: pl.DataFrame) -> str:
    """Say how many kinds are off in the large, beside how many chance alone would make so."""
    row = outside.row(0, named=True)
    return (
        f"of {row['kinds']} kinds with enough accidents {row['outside']} have more or fewer deaths "
        f"than foreseen, beyond their intervals; chance alone would make it about "
        f"{row['expected_by_chance']:g}."
    )


def lost_and_gained(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return what each change of the model does to its ROC AUC, for one figure.

    Returns
    -------
    polars.DataFrame
        ``horizon, kind`` (``removed``, ``leak``, ``seed``, ``shuffled``), ``name, value, lo, hi,
        difference, difference_lo, difference_hi``.
    """
    return pl.concat(list(_changes(frames)), how="vertical_relaxed")


def _changes(frames: dict[str, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    columns = ("value", "lo", "hi", "difference", "difference_lo", "difference_hi")
    for kind, table in (("removed", "groups_removed"), ("removed", "masked"), ("leak", "leaks")):
        rows = _ranked(frames[table])
        yield rows.select("horizon", pl.lit(kind).alias("kind"), "name", *columns)
    yield _named(_widest(_ranked(frames["refits"])), "seed").select(
        "horizon", "kind", "name", *columns
    )
    means = _ranked(frames["shuffled"]).group_by("horizon", maintain_order=True)
    dealt = means.agg(pl.col(columns).mean())
    yield _named(dealt, "shuffled").select("horizon", "kind", "name", *columns)


def _ranked(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("metric") == "roc_auc")


def _widest(rows: pl.DataFrame) -> pl.DataFrame:
    """Return of each horizon the model that lies furthest from the reference."""
    furthest = pl.col("difference").abs().arg_max()
    columns = pl.exclude("horizon").get(furthest)
    return rows.group_by("horizon", maintain_order=True).agg(columns)


def _named(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.with_columns(kind=pl.lit(kind), name=pl.lit(SHOWN[kind]))

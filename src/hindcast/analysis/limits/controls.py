"""Checks that ought to find nothing, and the same question asked in other ways."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from hindcast.analysis.limits import estimators, imputed
from hindcast.analysis.limits.estimators import Arrays
from hindcast.analysis.limits.question import EXPOSURE, LABELS, LEAST, OUTCOME, Question, posed

OLD_YEARS = 30
CONTROLS = {
    "is_weekend": "on a weekend",
    "is_winter": "in winter",
    "is_alaska": "in Alaska",
    "is_old": f"airframe older than {OLD_YEARS} years",
}
COLUMNS = ["what", "accidents", "exposed", "difference", "low", "high"]


def negative(question: Question, bound: float) -> pd.DataFrame:
    """Estimate the "effect" of a second pilot on what it cannot change.

    Returns
    -------
    pandas.DataFrame
        ``what, accidents, exposed, difference, low, high, p_value, q_value`` (Benjamini-Hochberg):
        doubly robust, adjusted as the question itself. Outcomes that these records lack, or that
        hardly vary, are left out.
    """
    columns = [*COLUMNS, "p_value", "q_value"]
    if not question.is_answerable:
        return pd.DataFrame(columns=columns)
    told = []
    for name, values in _controls(question.rows).items():
        known = values.notna().to_numpy()
        held = estimators.arrays(question).at(np.flatnonzero(known))
        held = Arrays(values[known].astype(float).to_numpy(), held.exposed, held.covariates)
        if _is_estimable(held):
            told.append({"what": CONTROLS[name]} | _row(held, bound))
    found = pd.DataFrame(told, columns=[*COLUMNS, "error"])
    return _tested(found)[columns]


def _controls(rows: pd.DataFrame) -> dict[str, pd.Series]:
    season, age = rows["season"].astype("object"), rows["aircraft_age_years"].astype("float64")
    winter = season.eq("winter").astype("boolean").where(season.notna(), pd.NA)
    old = age.gt(OLD_YEARS).astype("boolean").where(age.notna(), pd.NA)
    held = {"is_weekend": rows["is_weekend"], "is_winter": winter}
    return held | {"is_alaska": rows["is_alaska"], "is_old": old}


def _is_estimable(held: Arrays) -> bool:
    arms = (held.exposed, ~held.exposed)
    return all(a.sum() >= LEAST and 0 < held.outcome[a].mean() < 1 for a in arms)


def _row(held: Arrays, bound: float) -> dict[str, float]:
    counts = {"accidents": len(held.outcome), "exposed": int(held.exposed.sum())}
    return counts | estimators.quick(held, bound)


def _tested(found: pd.DataFrame) -> pd.DataFrame:
    if found.empty:
        return found.assign(p_value=np.nan, q_value=np.nan)
    p_values = 2 * stats.norm.sf(np.abs(found["difference"] / found["error"]))
    return found.assign(p_value=p_values, q_value=multipletests(p_values, method="fdr_bh")[1])


def placebo(question: Question, bound: float, rounds: int, seed: int) -> np.ndarray:
    """Return doubly robust differences of second pilots dealt out at random.

    Each accident gets one with its own propensity, so that covariates go with the placebo as they
    go with the real exposure (a conditional randomisation test).

    Returns
    -------
    numpy.ndarray, shape (rounds,)
        Fewer where a deal left an arm too small; empty where the question has no answer.
    """
    if not question.is_answerable:
        return np.array([])
    held, draw = estimators.arrays(question), np.random.default_rng(seed)
    scores, found = estimators.propensity(held), []
    for _ in range(rounds):
        dealt = Arrays(held.outcome, draw.random(len(scores)) < scores, held.covariates)
        if _is_estimable(dealt):
            with_it, without = estimators.doubly_robust(estimators.models(dealt), bound)
            found.append(with_it - without)
    return np.array(found)


def p_value(seen: float, dealt: np.ndarray) -> float:
    """Return how often placebos were at least as far from nothing as what was seen.

    Examples
    --------
    >>> p_value(0.2, np.array([0.1, -0.3, 0.0]))
    0.5
    """
    return float((1 + (np.abs(dealt) >= abs(seen)).sum()) / (1 + len(dealt)))


def left_out(question: Question, bound: float) -> pd.DataFrame:
    """Return the doubly robust difference with each covariate left out in turn.

    Returns
    -------
    pandas.DataFrame
        ``without, difference, moved`` (from the full set's), those that move most first.
    """
    if not question.is_answerable:
        return pd.DataFrame(columns=["without", "difference", "moved"])
    full = estimators.quick(estimators.arrays(question), bound)["difference"]
    told = []
    for name in question.covariates:
        found = estimators.quick(estimators.arrays(question, name), bound)["difference"]
        told.append((LABELS.get(name, name), found, found - full))
    frame = pd.DataFrame(told, columns=["without", "difference", "moved"])
    order = frame["moved"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def otherwise(accidents: pd.DataFrame, bound: float, seed: int) -> pd.DataFrame:
    """Ask the question in other ways: other rows, another exposure, other things adjusted for.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, doubly robust; ways for which too few accidents are left have no estimate.
    """
    main = posed(accidents)
    crew = accidents["crew_certificated_count"]
    listed = crew.ge(2).astype("boolean").where(crew.notna(), pd.NA)
    listed_rows = accidents.assign(is_listed=listed)
    is_lesson = main.rows["purpose_group"].astype("object").eq("instruction")
    has_instructor = main.rows["has_instructor"].astype("boolean").fillna(value=False)
    blank_is_one = accidents[EXPOSURE].astype("boolean").fillna(value=False)
    ways = {
        "as asked above": main,
        "a blank field taken for one pilot": posed(
            accidents.assign(is_told=blank_is_one), "is_told"
        ),
        "only accidents with known hours": _kept(main, main.rows.get("hours_missing", 0) == 0),
        "without lessons": _kept(main, ~(is_lesson | has_instructor.astype(bool))),
        "exposure: two pilots listed as crew": posed(listed_rows, "is_listed"),
        "also adjusted for ceiling and visibility": _with_weather(main),
        "also adjusted for the year": _adjusted(main, ["ev_year"]),
    }
    told = [{"what": name} | _asked(question, bound) for name, question in ways.items()]
    many = told[0] | {"what": "missing hours imputed ten times"} | imputed.effect(main, bound, seed)
    return pd.DataFrame([*told, many], columns=COLUMNS)


def _asked(question: Question, bound: float) -> dict[str, float]:
    if question.is_answerable:
        return _row(estimators.arrays(question), bound)
    counts = {"accidents": len(question.rows), "exposed": int(question.exposed.sum())}
    return counts | dict.fromkeys(("difference", "low", "high"), np.nan)


def _kept(question: Question, rows: pd.Series | np.ndarray) -> Question:
    kept = question.rows[np.asarray(rows, dtype=bool)].reset_index(drop=True)
    held = [name for name in question.covariates if len(kept) and kept[name].std() > 0]
    return Question(kept, held, question.steps, question.left_out)


def _adjusted(question: Question, extra: list[str]) -> Question:
    known = question.rows[extra].astype("float64").notna().all(axis=1)
    rows = question.rows.astype(dict.fromkeys(extra, "float64"))
    wider = Question(rows, [*question.covariates, *extra], question.steps, question.left_out)
    return _kept(wider, known)


def _with_weather(question: Question) -> Question:
    ceiling, sight = (question.rows[n].astype("float64") for n in ("ceiling_ft", "visibility_sm"))
    logs = {"ceiling_log": np.log1p(ceiling), "visibility_log": np.log1p(sight)}
    rows = question.rows.assign(**logs)
    wider = Question(rows, question.covariates, question.steps, question.left_out)
    return _adjusted(wider, list(logs))


def fields_disagree(accidents: pd.DataFrame) -> pd.DataFrame:
    """Hold the second-pilot field against the crew listed, in the population of the question.

    Returns
    -------
    pandas.DataFrame
        ``second_pilot_field``, accidents with one pilot listed and with two or more, and
        ``fatal_share``; blanks of the field are ``unknown``.
    """
    beside = accidents.assign(is_any=True, second_pilot_field=accidents[EXPOSURE])
    rows = posed(beside, "is_any").rows
    field = rows["second_pilot_field"].map({True: "yes", False: "no"}).fillna("unknown")
    listed = np.where(rows["crew_certificated_count"].astype("float64") >= 2, "two_or_more", "one")
    counts = pd.crosstab(field.rename("second_pilot_field"), listed).reset_index()
    fatal = rows.groupby(field)[OUTCOME].mean()
    counts = counts.reindex(columns=["second_pilot_field", "one", "two_or_more"], fill_value=0)
    counts.columns.name = None
    return counts.assign(fatal_share=counts["second_pilot_field"].map(fatal))


def placebo_told(seen: float, dealt: np.ndarray) -> pd.DataFrame:
    """Return the seen difference beside the middle and the middle 95% of the placebos'."""
    columns = ["seen", "placebo_median", "placebo_low", "placebo_high", "p_value", "deals"]
    if not len(dealt):
        return pd.DataFrame(columns=columns)
    low, middle, high = np.percentile(dealt, [2.5, 50, 97.5])
    row = (seen, middle, low, high, p_value(seen, dealt), len(dealt))
    return pd.DataFrame([row], columns=columns)

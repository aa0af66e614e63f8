"""How long an investigation takes, and what a release shows of accidents not yet settled.

A report is settled on its date of approval. A record keeps the last approval only: reports that
were opened again look as if they had taken longer, so delays are upper bounds.
"""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from hindcast.analysis import records, shares

log = logging.getLogger(__name__)

MONTH_DAYS = 30.4375
KINDS = {"fatal": True, "not fatal": False}
STATUSES = {"B": "probable cause", "F": "factual or foreign", "P": "preliminary"}


@dataclass(frozen=True)
class Delays:
    """When each accident of known severity was settled.

    Attributes
    ----------
    table
        ``ev_date, is_fatal, approved`` (missing: open, or no date), ``months`` to the approval, or
        to the release's day while open, ``is_settled``.
    as_of
        The last day on which any record changed.
    implausible
        Approvals before the accident or after that day, which count as open.
    """

    table: pd.DataFrame
    as_of: pd.Timestamp | None
    implausible: int


def delays(run: records.Records, accidents: pd.DataFrame) -> Delays:
    """Return the delays of some of a run's accidents; no rows where it has no approval dates.

    Parameters
    ----------
    accidents
        With ``ev_id, ev_date, is_fatal``; those of unknown severity or date are left out.
    """
    known = accidents.dropna(subset=["ev_date", "is_fatal"]).astype({"is_fatal": bool})
    log.info("%d accidents, %d dated and of known severity", len(accidents), len(known))
    admin = records.table("NTSB_Admin", accidents)
    if not run.has("NTSB_Admin", "approval_date") or admin["approval_date"].notna().sum() == 0:
        return Delays(_table(known.iloc[:0], pd.NaT), None, 0)
    told = admin.reindex(columns=["ev_id", "approval_date", "lchg_date"])
    dates = told.assign(
        approved=pd.to_datetime(told["approval_date"]),
        changed=pd.to_datetime(told["lchg_date"], errors="coerce"),
    )
    rows = known.merge(dates[["ev_id", "approved"]], on="ev_id", how="left", validate="one_to_one")
    as_of = dates["changed"].max() if dates["changed"].notna().any() else _last(dates["approved"])
    wrong = rows["approved"].lt(rows["ev_date"]) | rows["approved"].gt(as_of)
    rows["approved"] = rows["approved"].where(~wrong)
    log.info("%d accidents, %d approvals out of order", len(rows), int(wrong.sum()))
    return Delays(_table(rows, as_of), as_of, int(wrong.sum()))


def _last(approved: pd.Series) -> pd.Timestamp:
    return approved[approved <= approved.quantile(0.999, interpolation="lower")].max()


def _table(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    rows = rows.reindex(columns=["ev_date", "is_fatal", "approved"])
    until = pd.to_datetime(rows["approved"]).fillna(as_of)
    months = (until - pd.to_datetime(rows["ev_date"])).dt.days / MONTH_DAYS
    return rows.assign(months=months.clip(lower=0), is_settled=rows["approved"].notna())


def curve(found: Delays, longest: int = 48) -> pd.DataFrame:
    """Return the share of reports settled by age, fatal and not, by Kaplan and Meier.

    Returns
    -------
    pandas.DataFrame
        ``kind, age`` (months), ``settled, low, high`` (95%, pointwise). No rows where nothing was
        settled.
    """
    parts = []
    for kind, is_fatal in KINDS.items():
        own = found.table[found.table["is_fatal"].eq(is_fatal)]
        if own["is_settled"].any():
            parts.append(_kaplan_meier(own, longest).assign(kind=kind))
    empty = pd.DataFrame(columns=["kind", "age", "settled", "low", "high"])
    return pd.concat(parts, ignore_index=True)[list(empty)] if parts else empty


def _kaplan_meier(own: pd.DataFrame, longest: int) -> pd.DataFrame:
    fit = SurvfuncRight(own["months"].to_numpy(), own["is_settled"].to_numpy(dtype=float))
    ages = np.arange(longest + 1)
    at = np.searchsorted(fit.surv_times, ages, side="right") - 1
    left = np.where(at >= 0, fit.surv_prob[at.clip(min=0)], 1.0)
    error = np.where(at >= 0, fit.surv_prob_se[at.clip(min=0)], 0.0)
    error = np.nan_to_num(error)
    ends = [np.clip(1 - left + sign * 1.96 * error, 0, 1) for sign in (-1, 1)]
    return pd.DataFrame({"age": ages, "settled": 1 - left, "low": ends[0], "high": ends[1]})


def medians(found: Delays) -> dict[str, float]:
    """Return the median months to the approval, by kind; NaN where half are not yet settled."""
    told = {}
    for kind in KINDS:
        own = found.table[found.table["is_fatal"].eq(KINDS[kind])]
        enough = own["is_settled"].any()
        fit = SurvfuncRight(own["months"], own["is_settled"].astype(float)) if enough else None
        told[kind] = float(fit.quantile(0.5)) if fit is not None else float("nan")
    return told


def by_age(found: Delays, longest: int = 36) -> pd.DataFrame:
    """Return the fatal share of what was settled, and what was open, at each age in months.

    Returns
    -------
    pandas.DataFrame
        ``status, age, known, fatal, fatal_share, low, high``. An accident counts at an age that it
        has reached by the release's day, or at which it was settled.
    """
    table, parts = found.table, []
    age_now = (pd.Timestamp(found.as_of) - table["ev_date"]).dt.days / MONTH_DAYS
    for age in range(1, longest + 1):
        rows = table[age_now.ge(age)]
        is_in = rows["is_settled"] & rows["months"].le(age)
        for status, own in (("settled", rows[is_in]), ("open", rows[~is_in])):
            counts = {"known": len(own), "fatal": int(own["is_fatal"].sum())}
            parts.append({"status": status, "age": age, **counts})
    counts = pd.DataFrame(parts, columns=["status", "age", "known", "fatal"])
    return shares.with_intervals(counts, least=10)


def year_before(found: Delays, month: int = 3) -> pd.DataFrame:
    """Return what a release of each 1 March would have shown of the year before.

    Returns
    -------
    pandas.DataFrame
        ``year, accidents, settled`` (share), ``of settled, of open, of all`` (shares fatal); years
        with fewer than ten settled have no share.
    """
    parts = []
    for year, own in found.table.groupby(found.table["ev_date"].dt.year):
        day = pd.Timestamp(int(year) + 1, month, 1)
        if found.as_of is None or day > found.as_of:
            continue
        is_in = own["approved"].lt(day)
        of = {"of settled": own[is_in], "of open": own[~is_in], "of all": own}
        fatal = {name: _share(rows["is_fatal"]) for name, rows in of.items()}
        counts = {"year": int(year), "accidents": len(own), "settled": float(is_in.mean())}
        parts.append(counts | fatal)
    columns = ["year", "accidents", "settled", "of settled", "of open", "of all"]
    return pd.DataFrame(parts, columns=columns)


def _share(fatal: pd.Series) -> float:
    return float(fatal.mean()) if len(fatal) >= 10 else float("nan")


def status(accidents: pd.DataFrame) -> pd.DataFrame:
    """Return accidents by year and status of the report, unknown codes last.

    Returns
    -------
    pandas.DataFrame
        ``year``, a column a status, and ``fatal_share`` of all.
    """
    dated = accidents.dropna(subset=["ev_date"])
    order = [*STATUSES.values(), records.UNKNOWN]
    kind = records.named(dated["rec_stat"].map(STATUSES), order[:-1]).astype(str)
    table = pd.crosstab(dated["ev_date"].dt.year.rename("year"), kind)
    table = table.reindex(columns=order, fill_value=0)
    share = dated.groupby(dated["ev_date"].dt.year)["is_fatal"].mean()
    return table.assign(fatal_share=share.astype(float)).rename_axis(columns=None).reset_index()


def summary(found: Delays) -> pd.DataFrame:
    """Return, by outcome, median months to approval, reports settled, open, out of order."""
    months = medians(found)
    settled_in = found.table["is_settled"]
    rows = []
    for kind, is_fatal in KINDS.items():
        own = settled_in[found.table["is_fatal"].eq(is_fatal)]
        counts = {"settled": int(own.sum()), "open": int((~own).sum())}
        rows.append({"accidents": kind, "median months": round(months[kind], 1), **counts})
    rows.append({"accidents": "approval out of order", "open": found.implausible})
    table = pd.DataFrame(rows).astype({"settled": "Int64", "open": "Int64"})
    return table.astype("object").where(table.notna(), "")

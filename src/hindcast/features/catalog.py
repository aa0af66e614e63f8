"""The feature catalog: every feature, in order, and how they are computed.

The catalog is the code: documentation, schema, training matrix and served request all come from
``FEATURES``, so they cannot drift apart.
"""

import hashlib
from collections.abc import Callable, Sequence

import polars as pl

from hindcast.features import (
    aircraft,
    calendar,
    crew,
    findings,
    operation,
    past,
    place,
    scene,
    sequence,
    weather,
)
from hindcast.features.declare import DTYPES, Feature, Horizon
from hindcast.features.inputs import input_types
from hindcast.features.shared import by_level

__all__ = [
    "FEATURES",
    "FORBIDDEN",
    "Feature",
    "Horizon",
    "absent",
    "compute",
    "dictionary",
    "for_horizon",
    "version",
]

FEATURES: tuple[Feature, ...] = (
    *calendar.FEATURES,
    *place.FEATURES,
    *aircraft.FEATURES,
    *crew.FEATURES,
    *weather.FEATURES,
    *operation.FEATURES,
    *past.FEATURES,
    *sequence.FEATURES,
    *scene.FEATURES,
    *findings.FEATURES,
)

# fmt: off
FORBIDDEN: frozenset[str] = frozenset((
    # the label, and what restates it
    "ev_highest_injury", "inj_f_grnd", "inj_m_grnd", "inj_s_grnd", "inj_tot_f", "inj_tot_m",
    "inj_tot_n", "inj_tot_s", "inj_tot_t", "injury_level", "inj_person_category",
    "inj_person_count", "crew_inj_level", "crew_tox_perf",
    # restraints: filled in when bodies are examined
    "seatbelts_used", "shldr_harn_used", "restraint_used", "available_restraint",
    "infl_rest_inst", "infl_rest_depl", "child_restraint",
    # reports and their making
    "narr_accf", "narr_accp", "narr_cause", "narr_inc", "rec_stat", "approval_date",
    "lchg_date", "lchg_userid", "invest_agy", "ntsb_docket", "ntsb_no", "ntsb_notf_date",
    "ntsb_notf_tm", "ntsb_notf_from", "fiche_number", "ft_as_of", "report_to_icao", "ev_type",
    "wx_src_iic", "latlong_acq", "faa_dist_office", "release",
    # who and where exactly
    "ev_id", "regis_no", "acft_serial_no", "oper_name", "oper_dba", "oper_individual_name",
    "owner_acft", "oper_code", "oper_cert_num", "oper_street", "owner_street", "oper_city",
    "owner_city", "oper_zip", "owner_zip", "crew_city", "crew_sex", "ev_city",
    "ev_site_zipcode",
))
# fmt: on
"""Never inputs: the label and what restates it, what only a filed report knows, who they were.

``crew_tox_perf`` is among them: toxicology is asked for after a death, so it restates the label.
``crew_sex`` is nobody's risk factor here and is left out on purpose. ``ev_type`` decides
who is studied; it is no fact about a flight.
"""


_IS_OLDER = pl.col("ev_date").dt.year() < 2008
ERA = pl.when(_IS_OLDER).then(pl.lit("pre-2008")).otherwise(pl.lit("2008+")).alias("era")
"""Which of the two schemes of codes a row keeps, by its date, where no source says so."""


def for_horizon(horizon: Horizon) -> tuple[Feature, ...]:
    """Return the features known at ``horizon`` or before.

    Examples
    --------
    >>> len(for_horizon(Horizon.DISPATCH)) < len(for_horizon(Horizon.INVESTIGATION))
    True
    """
    return tuple(feature for feature in FEATURES if feature.known_at <= horizon)


def absent(frame: pl.DataFrame, features: Sequence[Feature] = FEATURES) -> list[str]:
    """Return the names of the features that ``frame`` lacks an input for.

    "The source has no such column" and "the value is missing" are different facts: the first is
    said here, the second is a null.
    """
    have = {*frame.columns, "era"} if "ev_date" in frame.columns else set(frame.columns)
    return [feature.name for feature in features if not have.issuperset(feature.inputs)]


def compute(frame: pl.DataFrame, features: Sequence[Feature] = FEATURES) -> pl.DataFrame:
    """Return one column per feature for every row of ``frame``.

    Parameters
    ----------
    frame
        Input frame (:func:`hindcast.features.inputs.build`, then ``derive.enrich``); any number of
        rows. Columns may be missing: their features are null and named by :func:`absent`.
    features
        What to compute, in this order.

    Returns
    -------
    polars.DataFrame
        ``frame.height`` rows; Float64, Boolean or String columns as the features' kinds say.
    """
    return computing(frame.columns, features)(frame)


def computing(
    columns: Sequence[str], features: Sequence[Feature]
) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return `compute` for frames of the same columns: what is the same each time is done once."""
    missing = frozenset(absent(pl.DataFrame(schema=columns), features))
    steps = frozenset().union(*(f.steps for f in features if f.name not in missing))
    levels = by_level(steps)
    selected = [_nothing(f) if f.name in missing else f.column for f in features]

    def computed(frame: pl.DataFrame) -> pl.DataFrame:
        told = _typed(frame)
        for level in levels:
            told = told.with_columns(level)
        return told.select(selected)

    return computed


def _nothing(feature: Feature) -> pl.Expr:
    """Return as many nulls as there are rows."""
    return pl.repeat(None, pl.len(), dtype=DTYPES[feature.kind]).alias(feature.name)


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Give columns of nothing but nulls their type, and rows without an era that of their date."""
    types = input_types()
    casts = [
        pl.col(name).cast(types.get(name, pl.String))
        for name, dtype in frame.schema.items()
        if dtype == pl.Null
    ]
    if "era" not in frame.columns and "ev_date" in frame.columns:
        casts.append(ERA)
    return frame.with_columns(casts) if casts else frame


def version() -> str:
    """Return the catalog's version: a hash over every feature's declaration.

    A model trained under one version must not be served under another.
    """
    told = [
        (f.name, f.group, f.known_at.label, f.kind, f.unit, f.source, str(f.expr)) for f in FEATURES
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def dictionary() -> pl.DataFrame:
    """Return the feature dictionary: one row a feature, in catalog order."""
    return pl.DataFrame(
        {
            "name": [f.name for f in FEATURES],
            "group": [f.group for f in FEATURES],
            "known_at": [f.known_at.label for f in FEATURES],
            "kind": [f.kind for f in FEATURES],
            "unit": [f.unit for f in FEATURES],
            "source": [f.source for f in FEATURES],
            "why": [f.why for f in FEATURES],
            "related": [f.related for f in FEATURES],
            "inputs": [", ".join(f.inputs) for f in FEATURES],
        }
    )

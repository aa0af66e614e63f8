"""Which features came with which lever: what "what helped" leaves out and puts back, one by one.

Features in no lever are the base: the catalog as it stood before any lever was tried.
"""

from collections.abc import Iterable

from hindcast.features.catalog import FEATURES

LEVERS: dict[str, tuple[str, ...]] = {
    "make_model_text": (
        "airframe_family", "airframe_built_for", "airframe_engine_kind", "airframe_wing",
        "airframe_gear", "typical_weight_lb", "typical_cruise_kts", "typical_stall_kts",
        "typical_seats",
    ),
    "crew": (
        "crew_certificated_count", "crew_oldest_years", "crew_youngest_years",
        "crew_age_gap_years", "crew_best_medical_class", "crew_valid_medicals_count",
        "crew_professionals_count", "crew_most_hours_log", "crew_least_hours_log", "flying_role",
    ),
    "multi_aircraft": (
        "other_aircraft_phase", "is_other_of_same_make", "is_other_of_same_family",
        "is_other_homebuilt", "other_engines_count", "other_seats_count", "other_weight_ratio",
        "other_purpose", "event_crew_count",
    ),
    "terrain": (
        "relief_50km_ft", "height_above_fields_ft", "fields_within_25sm", "fields_within_50sm",
        "nearest_public_airport_sm",
    ),
    "past_rates": (
        "fatal_share_family_past", "accidents_family_past_log", "fatal_share_operation_past",
        "fatal_share_family_purpose_past", "fatal_share_airport_past",
        "fatal_share_phase_family_past", "fatal_share_occurrence_phase_past",
    ),
    "prior_1982_2007": (
        "fatal_share_make_since_1982", "fatal_share_model_since_1982",
        "fatal_share_family_since_1982", "fatal_share_family_purpose_since_1982",
        "fatal_share_phase_family_since_1982",
    ),
    "sequence": (
        "phase_and_occurrence", "first_occurrence", "last_occurrence", "defining_position",
        "chain_has_descent", "chain_has_terrain",
    ),
    "finding_paths": (
        "finding_log_odds_past",
        *(feature.name for feature in FEATURES if "finding_paths.csv" in feature.source),
    ),
}  # fmt: skip
"""Names of the features that each lever added, in catalog order."""


def base(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that came with no lever.

    Examples
    --------
    >>> base(["make", "airframe_wing"])
    ['make']
    """
    added = {name for lever in LEVERS.values() for name in lever}
    return [name for name in names if name not in added]

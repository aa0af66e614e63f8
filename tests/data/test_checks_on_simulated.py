"""The faults that the simulated set is made with are what the checks are there to catch."""

import pytest

from hindcast import sources
from hindcast.checks import validate

CAUGHT_BY = {
    "longitude_sign", "position_zero", "position_swapped", "position_outside_state",
    "latitude_dms_malformed", "event_time_not_hhmm", "event_year_disagrees",
    "highest_injury_unknown", "injury_total_disagrees", "temperature_out_of_range",
    "visibility_out_of_range", "wind_direction_out_of_range", "gust_below_wind",
    "events.light_cond.unknown_code", "events.outer_blanks", "events.row_mostly_empty",
    "events.duplicate_row", "far_part_two_digits", "damage_in_words", "seats_out_of_range",
    "engines_out_of_range", "aircraft_year_out_of_range", "inspection_after_event",
    "aircraft.orphan", "crew_age_zero", "medical_after_event", "Flight_Crew.orphan",
    "total_hours_zero", "total_hours_out_of_range", "hours_24h_above_24", "flight_time.orphan",
    "power_zero", "finding_code_missing", "phase_unknown_in_new_era", "event_code_unknown",
    "two_defining_events", "temperature_zero", "temperature_converted",
}  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    (folder / "none").mkdir()
    sources.extract(
        folder / "none", folder, seed=7, simulated_events=3000, simulated_first_year=2008,
        simulated_last_year=2021,
    )  # fmt: skip
    return validate(folder / "raw", folder)


def test_every_kind_of_fault_is_caught(report):
    found = {rule["id"] for rule in report.rules if rule["rows_hit"]}
    assert found >= CAUGHT_BY


def test_fahrenheit_is_recognised(report):
    assert {one["unit"] for one in report.temperature_units.values()} == {"degF"}


def test_few_rows_are_lost_to_the_faults(report):
    events = report.tables["events"]
    assert 0 < events["quarantined"] < 0.01 * events["in"]

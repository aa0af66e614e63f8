"""All who fly are told by their extremes; passengers are not among them."""

import polars as pl
import pytest

from hindcast.features import catalog, crew_facts

CREW = {
    "ev_id": pl.String, "Aircraft_Key": pl.Int64, "crew_no": pl.Int64, "crew_category": pl.String,
    "crew_age": pl.Int64, "med_certf": pl.String, "med_crtf_vldty": pl.String,
    "pc_profession": pl.String, "pilot_flying": pl.Boolean,
}  # fmt: skip


def crew(*people: dict) -> pl.DataFrame:
    usual = {"ev_id": "a", "Aircraft_Key": 1, "crew_category": "PLT", "pilot_flying": False}
    rows = [{"crew_no": number, **usual, **person} for number, person in enumerate(people, 1)]
    return pl.DataFrame(rows, schema=CREW)


def hours(*logs: tuple[int, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"ev_id": "a", "Aircraft_Key": 1, "crew_no": number, "flight_type": "TOTL",
          "flight_craft": "ALL", "flight_hours": time} for number, time in logs]
    )  # fmt: skip


def told(*people: dict, times: pl.DataFrame | None = None) -> dict:
    return crew_facts.facts(crew(*people), times).row(0, named=True)


def test_a_lesson_is_told_by_both_ages_and_by_who_flies():
    facts = told(
        {"crew_category": "FLTI ", "crew_age": 60},
        {"crew_category": "DSTU", "crew_age": 19, "pilot_flying": True},
    )
    assert (facts["crew_oldest_years"], facts["crew_youngest_years"]) == (60, 19)
    assert facts["crew_certificated"] == 1
    assert facts["crew_flying_role"] == "DSTU"


@pytest.mark.parametrize("role", ["PASS", "CABN", "PRPS", None])
def test_who_does_not_fly_is_not_told_of(role):
    facts = told({"crew_age": 40}, {"crew_category": role, "crew_age": 90})
    assert (facts["crew_oldest_years"], facts["crew_certificated"]) == (40, 1)


def test_an_age_of_zero_is_no_age():
    assert told({"crew_age": 0})["crew_youngest_years"] is None


def test_the_best_medical_is_the_lowest_class_and_the_valid_ones_are_counted():
    facts = told(
        {"med_certf": "CL3", "med_crtf_vldty": "WWL"},
        {"med_certf": "CL1 ", "med_crtf_vldty": "EXP"},
        {"med_certf": "UNK"},
    )
    assert facts["crew_best_medical"] == 1
    assert facts["crew_valid_medicals"] == 1


def test_what_is_told_of_nobody_is_unknown_not_zero():
    facts = told({}, {})
    assert facts["crew_valid_medicals"] is facts["crew_professionals"] is None


def test_hours_are_those_of_the_most_and_the_least_experienced():
    times = hours((1, 5000.0), (2, 40.0), (2, 30.0), (1, 99_999_999.0))
    facts = told({}, {"crew_category": "DSTU"}, times=times)
    assert (facts["crew_most_hours"], facts["crew_least_hours"]) == (5000, 40)


def test_columns_that_the_source_lacks_are_left_out():
    bare = crew({"crew_age": 30}).select("ev_id", "Aircraft_Key", "crew_no", "crew_category")
    facts = crew_facts.facts(bare, None)
    assert facts.columns == ["ev_id", "crew_certificated"]
    assert "crew_oldest_years" in catalog.absent(facts)


def test_facts_have_the_types_that_are_declared():
    facts = crew_facts.facts(crew({"crew_age": 30, "med_certf": "CL1"}), hours((1, 100.0)))
    assert dict(facts.drop("ev_id").schema) == crew_facts.COLUMNS

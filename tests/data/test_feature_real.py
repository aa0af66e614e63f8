"""The feature stage on real records, through the project's own extraction and checks."""

import pytest

from hindcast import checks, features, sources
from hindcast.analysis import shares
from hindcast.features import report

pytestmark = pytest.mark.real


def built(raw, folder):
    simulated = {"simulated_events": 1, "simulated_first_year": 2020, "simulated_last_year": 2020}
    sources.extract(raw, folder, seed=1, **simulated)
    checks.validate(folder / "raw", folder, empty_share_limit=0.3)
    return features.build(folder / "core")


@pytest.fixture(scope="module")
def large(real_records, tmp_path_factory):
    return built(real_records / "ntsb" / "avall_2008_2021", tmp_path_factory.mktemp("large"))


@pytest.fixture(scope="module")
def full(real_records, tmp_path_factory):
    return built(real_records / "ntsb" / "avall_full_columns", tmp_path_factory.mktemp("full"))


def absent(built):
    return {entry["name"] for entry in built.schema["features"] if entry["absent"]}


def test_the_population_is_us_accidents_of_known_severity(large):
    rows = [kept for _, kept in large.steps]
    assert rows == sorted(rows, reverse=True)
    assert 19_000 < rows[-1] < 19_500
    assert 0.17 < large.frame["is_fatal"].mean() < 0.20


def test_no_number_stands_twice_and_what_moves_together_says_why(large):
    found = report.check(large.frame, large.schema, 0.95)
    found.stop_on_duplicates()
    assert [pair for pair in found.correlated if not pair[-1]] == []


def test_at_least_a_hundred_features_are_there_without_a_full_release(large):
    assert len(large.schema["features"]) - len(absent(large)) >= 100


def test_columns_of_a_full_release_are_not_lost(large, full):
    told = {"max_gross_weight_lb", "airframe_hours", "precipitation", "crosswind_kts",
            "flight_plan", "has_elt", "airport_elevation_ft"}  # fmt: skip
    assert told <= absent(large)
    assert not told & absent(full)
    assert full.frame.select(told).null_count().row(0) < (full.frame.height,) * len(told)


def test_deaths_are_commoner_where_aviation_says_so(large):
    def share(name):
        known = large.frame.drop_nulls(name)
        held = known.filter(name)["is_fatal"].mean()
        return held, known.filter(~known[name])["is_fatal"].mean()

    for name in (
        "is_imc",
        "is_dark",
        "is_homebuilt",
        "is_off_airport",
        "is_destroyed",
        "is_midair",
    ):
        held, otherwise = share(name)
        assert held > otherwise, name
    for name in ("is_instructional", "is_landing_phase", "is_loss_of_control_on_ground"):
        held, otherwise = share(name)
        assert held < otherwise, name


@pytest.mark.parametrize("fact", ["is_imc", "is_night", "is_homebuilt", "is_maneuvering_phase"])
def test_what_is_known_to_be_deadlier_is_deadlier_here(large, fact):
    """As NTSB's reviews and the AOPA Nall reports find year by year, beyond chance."""
    known = large.frame.select("is_fatal", fact).drop_nulls().to_pandas()
    found = shares.by(known.astype({"is_fatal": "boolean"}), fact).set_index(fact)
    assert found.loc[True, "low"] > found.loc[False, "high"]
    assert found.loc[True, "accidents"] > 500

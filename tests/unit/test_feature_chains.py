"""What a chain of events and a list of findings say, and what a lone row does not."""

import polars as pl
import pytest

from hindcast.features import catalog
from hindcast.features.declare import crosswalk

CHAIN = {
    "era": "2008+", "defining_phase_no": "400", "defining_eventsoe_no": "341",
    "defining_position": 1, "phases": ["150", "400", "650"], "occurrences": ["030", "341", "470"],
    "is_sequence_complete": True, "finding_codes": ["0206304044", "0106204220"],
}  # fmt: skip
TYPES = {"phases": pl.List(pl.String), "occurrences": pl.List(pl.String),
         "finding_codes": pl.List(pl.String)}  # fmt: skip


def told(name: str, **facts):
    frame = pl.DataFrame([CHAIN | facts], schema_overrides=TYPES)
    wanted = [feature for feature in catalog.FEATURES if feature.name == name]
    return catalog.compute(frame, wanted).item()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phase_and_occurrence", "Enroute: total_power_loss"),
        ("first_occurrence", "preflight_or_dispatch_event"),
        ("last_occurrence", "collision_with_terrain_or_object"),
        ("defining_position", 1.0),
        ("chain_has_descent", True),
        ("chain_has_terrain", True),
    ],
)
def test_a_complete_chain_is_read_in_order(name, value):
    assert told(name) == value


@pytest.mark.parametrize("name", ["first_occurrence", "last_occurrence", "defining_position",
                                  "chain_has_descent", "chain_has_terrain"])  # fmt: skip
def test_a_chain_that_may_go_on_is_unknown_beyond_its_defining_event(name):
    assert told(name, is_sequence_complete=False) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("finding_section_action", True),
        ("finding_section_inspection", True),
        ("finding_section_fluids", False),
    ],
)
def test_sections_are_read_from_the_code(name, value):
    assert told(name, finding_codes=["0204101044", "0206151099"]) is value


@pytest.mark.parametrize("codes", [[], None])
def test_no_finding_listed_means_none_known(codes):
    assert told("finding_section_fluids", finding_codes=codes) is None


def test_physical_findings_are_not_followed_to_the_autopsy():
    codes = crosswalk("finding_paths", "name", "code")
    assert not [name for name, code in codes.items() if code.startswith("0201")]


def test_every_path_belongs_to_the_investigation():
    names = set(crosswalk("finding_paths", "name", "code"))
    known_at = {f.known_at for f in catalog.FEATURES if f.name in names}
    assert known_at == {catalog.Horizon.INVESTIGATION}

"""Every feature is of the base or of exactly one lever."""

from collections import Counter

from hindcast.features.catalog import FEATURES
from hindcast.features.levers import LEVERS, base

NAMES = [feature.name for feature in FEATURES]
BASE_FEATURES = 267


def test_levers_name_features_of_the_catalog_in_its_order():
    for lever, names in LEVERS.items():
        assert [name for name in NAMES if name in names] == sorted(names, key=NAMES.index), lever
        assert set(names) <= set(NAMES), lever


def test_no_feature_came_with_two_levers():
    counts = Counter(name for names in LEVERS.values() for name in names)
    assert [name for name, n in counts.items() if n > 1] == []


def test_the_base_is_what_the_catalog_was_before():
    assert len(base(NAMES)) == BASE_FEATURES
    assert {"make", "fatal_share_model_past", "phase", "damage", "finding_terrain"} <= set(
        base(NAMES)
    )


def test_every_lever_adds_something():
    assert all(LEVERS.values())

"""Families of findings: by category and section, several an accident, rare ones left out."""

import polars as pl
import pytest

from hindcast.model.targets import causes, families
from hindcast.model.targets.outcomes import OutcomeError


@pytest.fixture
def frame() -> pl.DataFrame:
    codes = [
        ["0206304044", "0206304045", "0106202001"],
        ["0206154044"],
        ["0500000000"],
        ["0206304044", "0106202001"],
        None,
        ["0303101015"],
    ]
    return pl.DataFrame({"part": ["train"] * 5 + ["test"], "codes": codes})


def test_a_family_counts_its_training_events_once(frame):
    found = families.count(frame, least=1)
    counts = dict(found.select("code", "train_events").rows())
    assert counts == {"01": 2, "02": 3, "020615": 1, "020630": 2, "05": 1}


def test_rare_families_are_left_out_and_a_lone_section_is_its_category(frame):
    found = families.count(frame, least=2)
    assert found.filter("kept")["code"].to_list() == ["01", "02", "020630"]
    every = families.count(frame, least=1).filter("kept")["code"].to_list()
    assert every == ["01", "02", "020615", "020630", "05"]


def test_names_come_from_the_reference_tables_and_are_unique(frame):
    found = families.count(frame, least=1)
    assert found["name"].is_unique().all()
    assert dict(found.select("code", "name").rows())["02"] == "Personnel issues"
    assert families.name(pl.Series("code", ["999999"])).to_list() == ["999999"]


def test_an_accident_without_a_kept_family_has_none(frame):
    label = families.matrix(frame["codes"][:4], ["01", "020630"])
    assert label.tolist() == [[1, 1], [0, 0], [0, 0], [1, 1]]


def test_findings_among_the_features_are_refused():
    with pytest.raises(OutcomeError, match="finding_wind"):
        causes.check_inputs([{"name": "finding_wind", "group": "findings"}])

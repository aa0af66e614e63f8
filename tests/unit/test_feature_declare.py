"""What declarations are made of: shared expressions, crosswalks."""

import polars as pl
import pytest

from hindcast.features import declare
from hindcast.features.shared import inputs_of, needed_by, shared, with_shared


def test_shared_expressions_build_on_one_another():
    twice = shared("~test_twice", pl.col("a") * 2)
    more = shared("~test_more", twice + pl.col("b"))
    frame = with_shared(pl.DataFrame({"a": [1], "b": [5]}), needed_by(more))
    assert frame.select(more).item() == 7
    assert inputs_of(more) == {"a", "b"}


def test_one_name_for_two_expressions_is_refused():
    shared("~test_once", pl.col("a"))
    with pytest.raises(ValueError, match="declared twice"):
        shared("~test_once", pl.col("b"))


def test_a_crosswalk_that_decodes_one_code_in_two_ways_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(declare.paths, "reference", lambda: tmp_path)
    (tmp_path / "twice_of_test.csv").write_text("code,name\n1,a\n1,b\n")
    with pytest.raises(ValueError, match="'1' stands twice"):
        declare.crosswalk("twice_of_test", "code", "name")


@pytest.mark.parametrize(
    "name",
    ["census_divisions", "engine_makes", "finding_features", "occurrence_groups", "purpose_groups",
     "type_families"],
)  # fmt: skip
def test_every_row_of_a_crosswalk_names_its_source(name):
    table = pl.read_csv(declare.paths.reference() / f"{name}.csv", infer_schema=False)
    assert table["source"].null_count() == 0


def test_every_occurrence_code_of_both_eras_has_a_group_or_is_unknown():
    groups = declare.crosswalk("occurrence_groups", "key", "occurrence_group")
    codes = declare.crosswalk("occurrence_codes", ("era", "occurrence_code"), "occurrence")
    open_ends = {name for key, name in codes.items() if key not in groups}
    assert all(name.lower().startswith(("unknown", "undetermined")) for name in open_ends)

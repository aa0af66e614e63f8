"""Spellings of one make or model are one key; different ones stay apart."""

import polars as pl
import pytest

from hindcast.features import keys


@pytest.mark.parametrize(
    ("texts", "make"),
    [
        (
            ["CESSNA", "Cessna", "cessna ", "Cessna Aircraft Co.", "CESSNA AIRCRAFT COMPANY"],
            "CESSNA",
        ),
        (["Beech", "BEECHCRAFT", "Hawker Beechcraft Corp."], "BEECH"),
        (["Robinson Helicopter Company", "ROBINSON HELICOPTER", "Robinson"], "ROBINSON"),
        (["Van's Aircraft, Inc.", "VANS"], "VANS"),
        (["DE HAVILLAND", "Dehavilland"], "DEHAVILLAND"),
        (["Diamond Aircraft Ind. Inc.", "DIAMOND AIRCRAFT INDUSTRIES GMBH"], "DIAMOND"),
    ],
)
def test_spellings_of_a_make_are_one(texts, make):
    assert {keys.make(text, "N") for text in texts} == {make}


def test_makes_that_differ_stay_apart():
    makes = ["AMERICAN CHAMPION AIRCRAFT", "AMERICAN LEGEND AIRCRAFT CO", "CHAMPION", "AMERICAN"]
    assert len({keys.make(text, None) for text in makes}) == len(makes)


def test_a_make_that_is_only_a_company_word_is_kept():
    assert keys.make("AIRCRAFT", None) == "AIRCRAFT"


@pytest.mark.parametrize("blank", [None, "", "  ", "UNK", "Unk ", "unknown"])
def test_blank_and_unknown_are_no_key(blank):
    assert keys.make(blank, "N") is keys.make(blank, "Y") is keys.far_part(blank) is None
    assert keys.model(blank, "CESSNA", None) is keys.model("172", blank, None) is None


@pytest.mark.parametrize("yes", ["Y", "Y  ", "Yes", "y"])
def test_amateur_builders_are_one_make(yes):
    assert keys.make("SMITH JOHN", yes) == keys.make("DOE JANE", yes) == keys.AMATEUR_BUILT
    assert keys.model("RV-6A", "DOE JANE", yes) == keys.model("RV 6A", "SMITH", yes)


@pytest.mark.parametrize("no", ["N", "U", None, ""])
def test_an_unknown_builder_is_not_taken_for_an_amateur(no):
    assert keys.make("MAULE", no) == "MAULE"


def test_the_same_model_name_of_two_makes_is_two_models():
    assert keys.model("140", "CESSNA", None) != keys.model("140", "PIPER", None)


@pytest.mark.parametrize("text", ["91", "091", "091 ", " 91"])
def test_part_91_is_one_regulation(text):
    assert keys.far_part(text) == "91"


def test_digests_fit_any_json_reader_and_keep_nulls():
    frame = pl.DataFrame({"ev_state": ["CA", None, "NV", "CA"]})
    found = keys.digests(frame)["state"].to_list()
    assert found[0] == found[3] != found[2]
    assert found[1] is None
    assert all(0 <= value < 2**53 for value in found if value is not None)


def test_every_known_spelling_leads_to_a_make_that_stays_itself():
    """A crosswalk's target must be a fixed point, or its spelling would never be reached."""
    table = pl.read_csv(keys.paths.reference() / "make_spellings.csv")
    assert table["spelling"].is_unique().all()
    assert table.null_count().sum_horizontal().item() == 0
    for spelling, make in table.select("spelling", "make").iter_rows():
        assert keys.make(make, None) == make
        assert keys.make(spelling, None) == make

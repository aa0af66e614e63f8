"""Make and model, however written, to one type; what is not known stays unknown."""

import polars as pl
import pytest

from hindcast.features import airframe_facts, airframes, keys


def family(make: str, model: str, homebuilt: str = "N") -> str | None:
    return keys.family(model, make, homebuilt)


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        ("CESSNA", "172S", "CESSNA 172"),
        ("Cessna Aircraft Co.", "Cessna 172 N", "CESSNA 172"),
        ("CESSNA", "TU206G", "CESSNA 206"),
        ("Piper", "PA-28R-201", "PIPER ARROW"),
        ("PIPER", "PA 28-140", "PIPER PA28"),
        ("ROBINSON HELICOPTER COMPANY", "R44 - II", "R44"),
        ("SCHWEIZER", "269C", "HUGHES 269"),
        ("BELL", "206L-3", "BELL 206"),
        ("AIR TRACTOR INC", "AT-802A", "AIR TRACTOR 802"),
        ("SCHLEICHER", "anything", "GLIDER"),
    ],
)
def test_spellings_of_a_type_are_one_family(make, model, expected):
    assert family(make, model) == expected


@pytest.mark.parametrize("model", ["RV-7A", "RV7", "VAN'S RV 7", "SOMEBODY RV-7"])
def test_a_kit_is_its_type_whoever_built_it(model):
    assert family("DOE JANE", model, "Y") == "RV7"


@pytest.mark.parametrize(("make", "model"), [("NOBODY", "T210"), ("X", "STANDARD"), ("Y", "RV60")])
def test_a_short_beginning_does_not_swallow_other_names(make, model):
    assert family(make, model) is None


@pytest.mark.parametrize(("make", "model"), [(None, None), ("", " "), ("UNK", "UNK")])
def test_unknown_is_not_a_type(make, model):
    assert family(make, model) is None


def test_every_type_is_plausible():
    for (make, prefix), craft in airframes.table().items():
        about = f"{make} {prefix}"
        assert 50 <= craft.typical_weight_lb <= 500_000, about
        assert 5 <= craft.typical_cruise_kts <= 500, about
        assert 0 <= craft.engines <= 8, about
        slowest = craft.typical_stall_kts
        assert slowest is None or slowest < craft.typical_cruise_kts or slowest <= 30, about
        assert (craft.wing == "rotor") == (
            "helicopter" in craft.built_for or craft.built_for == "gyroplane"
        ), about


def test_variants_of_a_family_share_its_name_and_differ_in_what_they_are():
    plain, retractable = airframes.find("CESSNA", "172S"), airframes.find("CESSNA", "172RG")
    assert plain.family == retractable.family
    assert plain.gear != retractable.gear


def test_facts_keep_rows_and_repeat_for_the_same_text():
    frame = pl.DataFrame(
        {"acft_make": ["PIPER", None, "PIPER"], "acft_model": ["PA-25", "X", "PA-25"]}
    )
    told = airframe_facts.facts(frame)
    assert told["airframe_family"].to_list() == ["PIPER PAWNEE", None, "PIPER PAWNEE"]
    assert dict(told.schema) == airframe_facts.COLUMNS


def test_a_source_without_make_and_model_has_no_facts():
    assert airframe_facts.facts(pl.DataFrame({"ev_state": ["AK"]})).is_empty()


def test_a_type_that_stands_twice_is_refused(tmp_path, monkeypatch):
    page = (airframes.paths.reference() / "airframe_families.csv").read_text(encoding="utf-8")
    last = page.splitlines()[-1]
    (tmp_path / "airframe_families.csv").write_text(f"{page}{last}\n", encoding="utf-8")
    monkeypatch.setattr(airframes.paths, "reference", lambda: tmp_path)
    airframes.table.cache_clear()
    with pytest.raises(ValueError, match="stands twice"):
        airframes.table()
    airframes.table.cache_clear()


def test_a_cessna_340a_is_no_saab():
    assert airframes.find("CESSNA", "340A").family == "CESSNA 340"
    assert airframes.find("SAAB", "340A").family == "SAAB 340"

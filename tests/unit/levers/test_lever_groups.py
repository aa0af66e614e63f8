"""Every feature belongs to the base or to exactly one lever."""

import polars as pl
import pytest

from hindcast.features import catalog
from hindcast.model import fit
from hindcast.model.levers import groups, listed, monotone
from hindcast.model.levers.groups import Groups, LeverError

DECLARED = Groups(
    frozenset({"phase", "hours", "is_destroyed"}),
    (("terrain", "terrain_.*", "the ground"), ("noise", "noise_.*", "nothing")),
)


def test_every_feature_of_the_catalog_belongs_to_the_base_or_to_one_lever():
    declared = groups.read()
    claims = {feature.name: declared.levers_of(feature.name) for feature in catalog.FEATURES}
    assert {name: claimed for name, claimed in claims.items() if len(claimed) != 1} == {}


def test_a_lever_has_features_a_meaning_and_a_name_of_its_own():
    declared = groups.read()
    names = [feature.name for feature in catalog.FEATURES]
    found = {lever for name in names for lever in declared.levers_of(name)}
    assert set(declared.told) <= found, "a pattern that no feature of the catalog fits"
    assert all(what.strip() for what in declared.told.values())
    assert groups.BASE not in declared.told


def test_a_feature_of_no_lever_is_named():
    with pytest.raises(LeverError, match="'ufo_count' belongs to no lever"):
        DECLARED.lever_of("ufo_count")


def test_a_feature_of_two_levers_is_named_with_both():
    twice = Groups(frozenset(), (*DECLARED.patterns, ("ground", ".*_slope", "the same")))
    with pytest.raises(LeverError, match="terrain and ground"):
        twice.lever_of("terrain_slope")


def test_the_base_keeps_its_features_whatever_a_later_pattern_says():
    later = Groups(frozenset({"terrain_slope"}), DECLARED.patterns)
    assert later.lever_of("terrain_slope") == "base"
    assert later.lever_of("terrain_height") == "terrain"


def test_a_pattern_must_fit_the_whole_name():
    with pytest.raises(LeverError):
        DECLARED.lever_of("old_terrain_slope")


def test_only_the_levers_with_features_here_are_rows(bench):
    entries = [feature for feature in bench.features if feature["name"] != "noise_level"]
    assert groups.present(entries, DECLARED) == ["terrain"]


def test_a_lever_may_be_looked_up_in_another_folder(tmp_path):
    pl.DataFrame({"feature": ["phase"]}).write_csv(tmp_path / "base_features.csv")
    rows = {"lever": ["sun"], "pattern": ["sun_.*"], "what": ["light"], "source": ["invented"]}
    pl.DataFrame(rows).write_csv(tmp_path / "feature_levers.csv")
    declared = groups.read(tmp_path)
    assert declared.lever_of("phase") == "base"
    assert declared.lever_of("sun_elevation") == "sun"


def test_monotone_directions_are_of_features_with_a_reason():
    table = pl.read_csv(groups.paths.reference() / "monotone.csv")
    names = {feature.name for feature in catalog.FEATURES if feature.kind != "category"}
    assert set(table["feature"]) <= names
    assert set(table["direction"]) <= {-1, 1}
    assert table["feature"].is_unique().all()
    assert table["why"].str.len_chars().min() > 10


def test_a_constraint_holds_in_the_fitted_model(bench):
    constrained = monotone.constrained(bench)
    assert constrained.recipe.booster["monotone_constraints"] == {"is_destroyed": 1}
    train, validation = bench.parts["train"], bench.parts["validation"]
    fitted = fit.fit(train, validation, bench.features, constrained.recipe)
    rows = validation.features
    matrices = [
        fit.Labelled(rows.with_columns(is_destroyed=pl.lit(value)), validation.is_fatal)
        for value in (False, True)
    ]
    intact, destroyed = (fitted.booster.predict(m.dmatrix(fitted.schema)) for m in matrices)
    assert (destroyed >= intact).all()
    assert (destroyed > intact).any()


def test_weights_make_deaths_count_as_much_as_the_rest(bench):
    weight = listed.weighted(bench).recipe.booster["scale_pos_weight"]
    fatal = bench.parts["train"].is_fatal
    assert weight * fatal.sum() == pytest.approx((1 - fatal).sum())

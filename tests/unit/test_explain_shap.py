"""SHAP values, one pair's interaction and told cases, on a tiny model of invented accidents."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hindcast.model import bundle, cases, explain, fit, interactions

N = 400
RECIPE = fit.Recipe(
    seed=1,
    min_level_events=5,
    n_boosters=2,
    max_rounds=25,
    early_stopping_rounds=10,
    jobs=1,
    calibration="none",
    booster={"max_depth": 4, "learning_rate": 0.3},
)


def feature(name: str, kind: str, group: str, unit: str = "-") -> dict:
    return {"name": name, "kind": kind, "group": group, "unit": unit, "known_at": "event"}


FEATURES = [
    feature("phase", "category", "sequence"),
    feature("visibility_sm", "number", "weather", "sm"),
    feature("is_night", "flag", "weather"),
    feature("state", "category", "place"),
    feature("pilot_age_years", "number", "crew", "years"),
]


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    generator = np.random.default_rng(3)
    phase = generator.choice(["cruise", "landing", "maneuvering"], N)
    visibility = generator.uniform(0.2, 10, N)
    night = generator.random(N) < 0.3
    both = (phase == "cruise") & (visibility < 3)
    chance = 0.1 + 0.3 * (phase == "maneuvering") + 0.5 * both + 0.1 * night
    return pl.DataFrame(
        {
            "ev_id": [f"invented-{row:04d}" for row in range(N)],
            "is_fatal": generator.random(N) < chance,
            "phase": phase,
            "visibility_sm": pl.Series(visibility),
            "is_night": night,
            "state": generator.choice(["TX", "AK"], N),
            "pilot_age_years": generator.uniform(20, 80, N),
        }
    ).with_columns(
        pl.when(pl.int_range(pl.len()) % 7 > 0).then("visibility_sm").alias("visibility_sm"),
        pl.when(pl.int_range(pl.len()) % 9 > 0).then("phase").alias("phase"),
    )


@pytest.fixture(scope="module")
def model(rows):
    names = [feature["name"] for feature in FEATURES]
    both = (rows.head(300), rows.tail(100))
    parts = [
        fit.Labelled(part.select(names), part["is_fatal"].to_numpy().astype(np.float32))
        for part in both
    ]
    fitted = fit.fit(*parts, FEATURES, RECIPE)
    return bundle.Bundle(fitted.booster, fitted.schema, {"method": "none"}, {}, "{}")


@pytest.fixture(scope="module")
def explained(model, rows):
    return explain.explain(model, rows)


def test_values_add_up_to_the_margin(explained, model, rows):
    margin = model.margin(rows.select(model.names))
    total = explained.values.sum(axis=1) + explained.base_value
    assert total == pytest.approx(margin, abs=1e-4)
    gaps = explain.additivity({"event": explained})
    assert gaps["largest_gap"][0] < 1e-4


def test_values_of_another_model_are_refused(explained, rows, model, monkeypatch):
    wrong = replace(model)
    monkeypatch.setattr(bundle.Bundle, "margin", lambda self, features: explained.margin + 0.5)
    with pytest.raises(explain.AdditivityError, match=r"by up to 0.5.* in 400 of 400 rows"):
        explain.explain(wrong, rows)


def test_a_gap_that_is_no_number_is_refused():
    with pytest.raises(explain.AdditivityError):
        explain.check_additivity(np.array([[np.nan, 1.0]]), np.array([1.0]))


def test_what_is_saved_is_event_features_and_base_value(explained):
    frame = explained.frame()
    assert frame.columns == ["ev_id", *explained.names, explain.BASE]
    assert frame.height == N
    assert frame[explain.BASE].n_unique() == 1


def test_the_features_that_made_the_outcome_matter_most(explained):
    assert set(explain.strongest(explained, 2)) == {"phase", "visibility_sm"}


def test_importance_says_where_a_feature_is_missing(explained, rows):
    found = explain.importance(explained).filter(pl.col("feature") == "visibility_sm")
    assert found["missing_here"][0] == pytest.approx(rows["visibility_sm"].is_null().mean())
    assert found["missing_in_training"][0] == pytest.approx(
        rows.head(300)["visibility_sm"].is_null().mean()
    )


def test_group_importance_adds_up_before_taking_the_absolute_value(explained):
    flat = explain.group_importance({"event": explained})
    weather = [explained.names.index(name) for name in ("visibility_sm", "is_night")]
    expected = np.abs(explained.values[:, weather].sum(axis=1)).mean()
    assert flat.filter(pl.col("group") == "weather")["importance"][0] == pytest.approx(expected)


def test_categories_have_no_colour(explained):
    codes = explain.codes(explained)
    assert np.isnan(codes[:, explained.names.index("state")]).all()
    assert not np.isnan(codes[:, explained.names.index("pilot_age_years")]).any()


@pytest.mark.parametrize(
    ("first", "second"),
    [("phase", "visibility_sm"), ("visibility_sm", "is_night"), ("state", "pilot_age_years")],
)
def test_a_pair_is_what_xgboost_says_of_it(model, rows, first, second):
    features = rows.select(model.names)
    matrix = fit.dmatrix(model.matrix(features), model.schema)
    every = model.booster.predict(matrix, pred_interactions=True)
    expected = 2 * every[:, model.names.index(first), model.names.index(second)]
    found = interactions.pair(model, features, first, second)
    assert np.abs(expected).max() > 0.01
    assert found == pytest.approx(expected, abs=1e-5)


def test_the_interaction_table_counts_every_accident_once(model, explained):
    table = interactions.table(explained, model, "phase", "visibility_sm")
    assert table["n"].sum() == N
    assert set(table["first"]) == {"cruise", "landing", "maneuvering", "missing"}
    assert table["second"][-1] == "missing"


def test_the_interaction_table_takes_a_feature_that_is_always_missing(model, explained):
    empty = explained.features.with_columns(visibility_sm=pl.lit(None, pl.Float64))
    table = interactions.table(replace(explained, features=empty), model, "phase", "visibility_sm")
    assert set(table["second"]) == {"missing"}
    assert table["n"].sum() == N


def test_cases_are_chosen_by_their_rules(explained):
    chosen = {case.rule: case.row for case in cases.choose(explained)}
    probability, fatal = (explained.keys[name].to_numpy() for name in ("probability", "is_fatal"))
    assert list(chosen) == list(cases.RULES)
    assert probability[chosen["highest"]] == probability[fatal].max()
    assert probability[chosen["lowest"]] == probability[~fatal].min()
    assert probability[chosen["miss"]] == probability[fatal].min()
    assert abs(probability[chosen["borderline"]] - 0.5) == np.abs(probability - 0.5).min()


def test_a_case_tells_nothing_that_identifies_it(explained):
    text = cases.tell(explained, cases.choose(explained), count=5)
    assert "invented-" not in text
    for state in ("TX", "AK"):
        assert state not in text
    for row in (case.row for case in cases.choose(explained)):
        age = explained.features["pilot_age_years"][row]
        assert f"{age:.2g}" not in cases.values(explained, row)
        assert cases.values(explained, row)[explained.names.index("state")] == cases.WITHHELD
    assert "P(fatal | an accident happened)" in text


def test_a_story_is_ordered_by_what_moved_the_forecast(explained):
    story = cases.story(explained, cases.choose(explained)[0], count=4)
    moved = story["log_odds"].abs()
    assert moved.is_sorted(descending=True)
    assert story.height == 4


@pytest.mark.parametrize(
    ("value", "described", "expected"),
    [
        (None, feature("visibility_sm", "number", "weather", "sm"), "not recorded"),
        ("loss_of_control", feature("occurrence", "category", "sequence"), "loss of control"),
        (True, feature("is_night", "flag", "weather"), "yes"),
        (12.34, feature("wind_kts", "number", "weather", "kts"), "12 kts"),
        (1234.0, feature("ceiling_ft", "number", "weather", "ft"), "1200 ft"),
        (44.0, feature("pilot_age_years", "number", "crew", "years"), "withheld"),
    ],
)
def test_values_are_told_coarsely_or_withheld(value, described, expected):
    assert cases.told(value, described) == expected

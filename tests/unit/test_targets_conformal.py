"""Sets of answers: scores by hand, limits that serve overlapping kinds, a promise that holds."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindcast.model.targets import conformal, limits

CHOSEN = {"coverage": 0.9, "score": "lac", "least": 20, "slack": 0.0}


def accidents(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, pl.DataFrame]:
    """Return forecasts, outcomes and kinds; forecasts are much too bold in Part 135."""
    generator = np.random.default_rng(seed)
    probability = generator.dirichlet([4, 1, 1, 2], size=n)
    outcome = np.array([generator.choice(4, p=row) for row in probability])
    part = np.where(generator.random(n) < 0.2, "135", "91")
    wild = (part == "135") & (generator.random(n) < 0.4)
    outcome[wild] = generator.integers(4, size=wild.sum())
    region = np.where(generator.random(n) < 0.5, "AL", "SO")
    kinds = {"far_part": part, "aircraft_category": ["AIR"] * n, "faa_region": region}
    return probability, outcome, pl.DataFrame(kinds)


def coverage(sets, probability, outcome, kinds) -> np.ndarray:
    return conformal.members(sets, probability, kinds)[np.arange(len(outcome)), outcome]


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), min_size=1, max_size=8))
def test_every_score_is_least_for_the_likeliest_class_and_at_most_one(rows):
    probability = np.array(rows) / np.array(rows).sum(axis=1, keepdims=True)
    likeliest = probability.argmax(axis=1)
    for kind in conformal.SCORES:
        found = conformal.scores(probability, kind)
        at = found[np.arange(len(rows)), likeliest]
        assert (at <= found.min(axis=1) + 1e-12).all()
        assert (found <= 1 + 1e-9).all()


@given(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), st.floats(0.1, 1))
def test_a_set_by_the_ordinal_score_has_no_hole(row, limit):
    probability = np.array([row]) / np.sum(row)
    sets = {"score": "ordinal", "limit": limit, "kinds": {}}
    held = np.flatnonzero(conformal.members(sets, probability, pl.DataFrame({"x": [1]}))[0])
    assert held.tolist() == list(range(held[0], held[-1] + 1))


def test_an_unknown_score_is_named():
    with pytest.raises(ValueError, match="score 'raps': expected one of lac, aps, ordinal"):
        conformal.scores(np.ones((1, 1)), "raps")


def test_a_set_is_never_empty():
    sets = {"score": "lac", "limit": -1.0, "kinds": {}}
    held = conformal.members(sets, np.array([[0.4, 0.6]]), pl.DataFrame({"x": [1]}))
    assert held.tolist() == [[False, True]]


def test_a_limit_is_the_sum_of_what_an_accidents_kinds_say():
    sets = {"limit": 0.5, "kinds": {"far_part": {"135": 0.2}, "faa_region": {"AL": -0.1}}}
    rows = pl.DataFrame({"far_part": ["135", "91", None], "faa_region": ["AL", "AL", "new"]})
    assert conformal.limits(sets, rows) == pytest.approx([0.6, 0.4, 0.5])


def test_limits_for_kinds_keep_the_promise_where_one_limit_fails():
    learned, later = accidents(3000, seed=1), accidents(6000, seed=2)
    bold = (later[2]["far_part"] == "135").to_numpy()
    for slack, worst in ((1e6, 0.87), (0.0, 0.94)):
        sets = limits.learn(*learned, **CHOSEN | {"slack": slack})
        covered = coverage(sets, *later)
        assert covered.mean() == pytest.approx(0.9, abs=0.015)
        assert covered[bold].mean() < worst
    assert covered[bold].mean() == pytest.approx(0.9, abs=0.025)
    assert covered[~bold].mean() == pytest.approx(0.9, abs=0.02)


def test_a_kind_with_few_accidents_has_no_number_and_a_large_slack_leaves_none():
    sets = limits.learn(*accidents(300, seed=3), **CHOSEN | {"least": 100})
    assert "135" not in sets["kinds"]["far_part"]
    assert set(sets["kinds"]["faa_region"]) == {"AL", "SO"}
    plain = limits.learn(*accidents(300, seed=3), **CHOSEN | {"slack": 1e6})
    assert set().union(*(kinds.values() for kinds in plain["kinds"].values())) == {0.0}


def test_the_regression_is_the_one_with_the_least_penalised_loss():
    generator = np.random.default_rng(4)
    happened, inside = generator.random(200), (generator.random((200, 2)) < 0.3).astype(float)
    penalty = 0.5 * np.sqrt(inside.sum(axis=0) * 0.09)

    def loss(base, numbers):
        left = happened - base - inside @ numbers
        return np.where(left > 0, 0.9 * left, -0.1 * left).sum() + penalty @ np.abs(numbers)

    base, numbers = limits.regression(happened, inside, 0.9, 0.5)
    best = loss(base, numbers)
    for _ in range(500):
        step = generator.normal(0, 0.05, 3)
        assert loss(base + step[0], numbers + step[1:]) >= best - 1e-9


@settings(max_examples=30)
@given(st.integers(5, 60), st.sampled_from([0.5, 0.8, 0.9]))
def test_the_conformal_quantile_leaves_no_more_than_promised_above(n, share):
    values = np.arange(n, dtype=float)
    assert (values <= limits.quantile(values, share)).sum() >= min(n, np.ceil((n + 1) * share))


def test_choices_are_judged_by_the_other_blocks_of_time():
    given = accidents(1500, seed=5)
    settings = {"one": {"score": "lac", "slack": 1e6}, "kinds": {"score": "lac", "slack": 0.0}}
    found = limits.compare(*given, coverage=0.9, least=50, settings=settings)
    one, kinds = found.rows(named=True)
    assert kinds["kinds_off"] < one["kinds_off"]
    assert kinds["lowest"] > one["lowest"]
    assert found["coverage"].to_list() == pytest.approx([0.9, 0.9], abs=0.02)

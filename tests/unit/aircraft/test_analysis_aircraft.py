"""What an aircraft is, shares by it, models that stand out, shares pooled and held out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm
from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

from hindcast.analysis import shares
from hindcast.analysis.aircraft import fleet, heldout, pooling, severity


def test_the_fleet_says_in_words_what_an_aircraft_is(invented, run_of):
    (row,) = fleet.fleet(run_of(invented(1).assign(engines_count=2.0))).to_dict("records")
    assert (row["category"], row["engine_kind"], row["engines"]) == (
        "Airplane",
        "Reciprocating",
        "two",
    )
    assert row["rules"] == "Part 91"
    assert row["is_multi_engine"]


def test_what_is_missing_is_unknown_and_never_no(invented, run_of):
    gone = ["engines_count", "engines_listed_count", "airframe_gear", "purpose_group", "make"]
    gone += ["aircraft_category", "acft_category", "airframe_family", "type_family"]
    blank = invented(2).assign(**dict.fromkeys(gone))
    made = fleet.fleet(run_of(blank))
    assert made[["is_multi_engine", "is_tailwheel", "is_helicopter"]].isna().all().all()
    words = made[["engines", "purpose", "category", "make", "model"]].astype(str)
    assert (words == "unknown").all().all()


def test_a_code_never_seen_stays_visible(invented, run_of):
    made = fleet.fleet(run_of(invented(3).assign(aircraft_category="FLYING CARPET")))
    assert made["category"].astype(str).unique().tolist() == ["FLYING CARPET"]


def test_listed_engines_count_where_the_number_is_blank(invented, run_of):
    made = fleet.fleet(run_of(invented(2).assign(engines_count=np.nan, engines_listed_count=2.0)))
    assert made["is_multi_engine"].tolist() == [True, True]


@pytest.mark.parametrize(
    ("make", "model", "shown"),
    [
        ("BELL", "BELLANCA 7", "Bell Bellanca 7"),
        ("BOMBARDIER", "CRJ", "Bombardier CRJ"),
        ("AMATEUR BUILT", "AMATEUR BUILT", "Other (amateur-built)"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_names_as_shown(make, model, shown):
    assert fleet.shown(make, model).lower() == shown.lower()


def test_traits_count_every_accident_once(fleet_of):
    rows = fleet_of(200)
    rows.loc[:20, "is_homebuilt"] = pd.NA
    found = severity.traits(rows, least=10)
    each = found.groupby(found["group"].str.partition(":")[0])["accidents"].sum()
    assert set(each) == {200}
    assert found.set_index("group").loc["amateur-built: unknown", "accidents"] == 21


def counts(**groups: tuple[int, int]) -> pd.DataFrame:
    rows = [
        {"aircraft": name, "is_fatal": at < fatal}
        for name, (known, fatal) in groups.items()
        for at in range(known)
    ]
    return pd.DataFrame(rows).astype({"is_fatal": "boolean"})


def test_only_what_chance_does_not_explain_stands_out():
    found = shares.by(counts(deadly=(200, 80), mild=(200, 4), like=(200, 35)), "aircraft", least=30)
    out = severity.standing_out(found, 0.175).set_index("aircraft")["stands_out"]
    assert out.to_dict() == {"deadly": "above", "like": "not", "mild": "below"}


def test_false_discoveries_are_controlled():
    """Under the null, hardly any of 300 models stand out; five in a hundred would untested."""
    rng = np.random.default_rng(1)
    rows = {f"m{i}": (100, int(rng.binomial(100, 0.2))) for i in range(300)}
    found = severity.standing_out(shares.by(counts(**rows), "aircraft"), 0.2)
    assert (found["stands_out"] != "not").sum() <= 2
    assert (found["p_value"] < 0.05).sum() > 2


def test_no_group_large_enough_to_test():
    found = severity.standing_out(shares.by(counts(a=(3, 1)), "aircraft", least=30), 0.2)
    assert found.empty
    assert "stands_out" in found


def test_the_funnel_narrows():
    found = severity.funnel(1000, 30, 0.2)
    wide = found["high"] - found["low"]
    assert wide.is_monotonic_decreasing
    assert found["low"].iloc[-1] == pytest.approx(0.2 - 1.96 * np.sqrt(0.16 / 1000), abs=1e-4)


def by_model(rows: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["make", "model", "known", "fatal"])


def simulated(seed: int = 5, makers: int = 60, each: int = 8) -> pd.DataFrame:
    """Counts with a mean of -1.5 and spreads of 0.5 (makers) and 0.7 (models)."""
    rng = np.random.default_rng(seed)
    rows = []
    for maker in range(makers):
        at = rng.normal(-1.5, 0.5)
        for model in range(each):
            known = int(rng.integers(5, 120))
            fatal = int(rng.binomial(known, expit(at + rng.normal(0, 0.7))))
            rows.append((f"k{maker:02d}", f"m{model}", known, fatal))
    return by_model(rows)


def test_pooling_recovers_the_spreads_it_was_made_with():
    fit = pooling.pooled(simulated())
    assert fit.mean == pytest.approx(-1.5, abs=0.2)
    low, high = fit.spread["low"], fit.spread["high"]
    assert all(lo < true < hi for lo, true, hi in zip(low, (0.5, 0.7), high, strict=True))


def test_the_likelihood_is_that_of_numerical_integration():
    """One maker of one model: a plain integral over two normal intercepts, which add up to one."""
    groups = pooling.Groups(by_model([("a", "b", 20, 5)]))
    mean, sd_make, sd_model = -1.4, 0.4, 0.6
    sd = np.hypot(sd_make, sd_model)
    whole, _ = quad(lambda t: binom.pmf(5, 20, expit(t)) * norm.pdf(t, mean, sd), -8, 5)
    loss = pooling._loss(np.array([mean, np.log(sd_make), np.log(sd_model)]), groups)
    assert np.exp(-loss) * 15504 == pytest.approx(whole, rel=1e-3)


def test_pooling_agrees_with_statsmodels_where_groups_are_large():
    """One model a maker and hundreds of accidents each: the variational fit is sound there."""
    rng = np.random.default_rng(2)
    known, n = 300, 30
    fatal = rng.binomial(known, expit(rng.normal(-1.5, 0.6, n)))
    mine = pooling.pooled(
        by_model([(f"k{i:02d}", "m", known, int(f)) for i, f in enumerate(fatal)])
    )
    outcome = np.concatenate([np.repeat([1.0, 0.0], [f, known - f]) for f in fatal])
    maker = np.kron(np.eye(n), np.ones((known, 1)))
    glm = BinomialBayesMixedGLM(outcome, np.ones((n * known, 1)), maker, np.zeros(n, int), vcp_p=2)
    theirs = glm.fit_vb(fit_method="L-BFGS-B", minim_opts={"maxiter": 300})
    share = expit(theirs.fe_mean[0] + theirs.vc_mean)
    assert np.abs(mine.table["pooled_share"] - share).max() < 0.01


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=3, max_size=12))
def test_a_pooled_share_lies_within_its_interval(found):
    rows = [(f"k{i % 3}", f"m{i:02d}", n, round(n * p)) for i, (n, p) in enumerate(found)]
    table = by_model(rows)
    if not 0 < table["fatal"].sum() < table["known"].sum():
        return
    fit = pooling.pooled(table).table
    assert (fit["low"] <= fit["pooled_share"]).all()
    assert (fit["pooled_share"] <= fit["high"]).all()
    assert fit[["low", "high"]].stack().between(0, 1).all()


def test_small_groups_are_drawn_in_further_than_large_ones():
    rows = simulated().to_dict("records")
    rows += [{"make": "x", "model": "small", "known": 4, "fatal": 4}]
    rows += [{"make": "y", "model": "large", "known": 400, "fatal": 200}]
    table = pooling.pooled(pd.DataFrame(rows)).table.set_index("model")
    moved = (table["raw_share"] - table["pooled_share"]).abs()
    assert moved["small"] > 0.3
    assert moved["large"] < 0.02


@pytest.mark.parametrize("fatal", [0, 7])
def test_nothing_to_pool_where_all_or_none_are_fatal(fatal):
    with pytest.raises(ValueError, match="nothing to pool"):
        pooling.pooled(by_model([("a", "b", 7, fatal)]))


def test_models_are_shown_by_pooled_share(fleet_of):
    rows = fleet_of(400)
    found = pooling.models(rows, pooling.pooled(pooling.counted(rows)).table)
    assert found["pooled_share"].is_monotonic_decreasing
    assert set(found["aircraft"]) == set(rows["aircraft"])
    drawn = pooling.drawn_in(found, least=10, many=3)
    assert drawn["known"].is_monotonic_increasing
    assert len(drawn) == 3


def test_each_year_is_forecast_from_those_before(fleet_of):
    """What happens in the last year does not touch its forecasts."""
    rows = fleet_of(500)
    last = rows["ev_year"] == rows["ev_year"].max()
    turned = rows.assign(is_fatal=rows["is_fatal"].where(~last, ~rows["is_fatal"]))
    one, other = (heldout.forecasts(frame, 2) for frame in (rows, turned))
    assert one[list(heldout.METHODS)].equals(other[list(heldout.METHODS)])
    assert not one["is_fatal"].equals(other["is_fatal"])


def test_raw_shares_are_those_of_the_model_before(fleet_of):
    rows = fleet_of(500)
    found = heldout.forecasts(rows, 1)
    before = rows[rows["ev_year"] < rows["ev_year"].max()]
    raw = before[before["aircraft"] == "Cirrus SR22"]["is_fatal"].astype(float).mean()
    assert found.loc[found["aircraft"] == "Cirrus SR22", "raw_model"].unique() == pytest.approx(
        [raw]
    )


def test_a_model_never_seen_gets_its_makers_share_and_a_maker_never_seen_that_of_all(fleet_of):
    rows = fleet_of(500)
    last = rows["ev_year"] == rows["ev_year"].max()
    at = rows.index[last][:2]
    rows.loc[at, "model"] = "NEW"
    rows.loc[at[1], "make"] = "NOBODY"
    found = heldout.forecasts(rows, 1)
    new = found[~found["was_seen"]]
    assert len(new) == 2
    assert new["raw_model"].tolist() == new["raw_make"].tolist()
    assert new["raw_make"].iloc[1] == new["overall"].iloc[1]
    assert new["pooled"].between(0, 1).all()


def test_losses_of_one_share_for_all_save_nothing(fleet_of):
    found = heldout.losses(heldout.forecasts(fleet_of(500), 2)).set_index("method")
    alike = found.loc["all accidents alike"]
    assert (alike["gain"], alike["low"], alike["high"]) == (0, 0, 0)
    assert (found["log_loss"] > 0).all()


def test_pooled_shares_foretell_simulated_years_better_than_raw_ones():
    rng = np.random.default_rng(4)
    truth = simulated(makers=40)
    chance = expit(rng.normal(-1.5, 0.8, len(truth)))
    rows = [
        {"ev_year": 2000 + y, "make": m.make, "model": m.model, "aircraft": f"{m.make}{m.model}",
         "category": "Airplane", "is_fatal": bool(rng.random() < p)}
        for m, p in zip(truth.itertuples(), chance, strict=True) for y in range(3) for _ in range(4)
    ]  # fmt: skip
    found = heldout.forecasts(pd.DataFrame(rows).astype({"is_fatal": "boolean"}), 1)
    assert heldout.gap(found, "pooled", "raw_model")["low"] > 0


def test_one_year_cannot_be_held_out(fleet_of):
    found = heldout.forecasts(fleet_of(50).assign(ev_year=2015), 3)
    assert found.empty
    assert set(heldout.METHODS) <= set(found)


def test_a_year_without_rows_is_a_gap(fleet_of):
    rows = fleet_of(600)
    found = heldout.forecasts(rows[rows["ev_year"] != 2014], 2)
    assert found["ev_year"].unique().tolist() == [2013, 2015]


def test_reliability_counts_every_forecast(fleet_of):
    found = heldout.forecasts(fleet_of(500), 2)
    told = heldout.reliability(found, bins=4)
    assert told.groupby("method")["known"].sum().eq(len(found)).all()

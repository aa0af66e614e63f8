"""Places: states in the funnel, hexagons, hot spots, densities, clusters, distance to a field."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.neighbors import KernelDensity

from hindcast.analysis.places import (
    airports,
    clusters,
    density,
    hexes,
    hotspots,
    mix,
    outlines,
    positions,
    published,
    states,
)
from hindcast.analysis.places.enough import TooFewError, enough


def accidents(n: int = 600, seed: int = 1) -> pd.DataFrame:
    """Invented accidents around two places of the lower 48 and one of Alaska."""
    rng = np.random.default_rng(seed)
    near = rng.integers(0, 3, n)
    lat = np.array([40.0, 33.0, 61.5])[near] + rng.normal(0, 0.6, n)
    lon = np.array([-100.0, -90.0, -150.0])[near] + rng.normal(0, 0.6, n)
    return pd.DataFrame(
        {
            "ev_id": [f"E{i:05d}" for i in range(n)],
            "ev_year": 2010 + np.arange(n) % 8,
            "ev_state": np.array(["NE", "MS", "AK"])[near],
            "dec_latitude": lat,
            "dec_longitude": lon,
            "is_fatal": pd.array(rng.random(n) < 0.2, dtype="boolean"),
            "phase_group": np.array(["Landing", "Enroute", None], dtype=object)[
                rng.integers(0, 3, n)
            ],
            "nearest_airport_sm": rng.exponential(3, n),
            "airport_distance_sm": np.where(rng.random(n) < 0.5, 0.0, 3.0),
            "is_off_airport": pd.array(rng.random(n) < 0.5, dtype="boolean"),
        }
    )


@pytest.fixture(scope="module")
def borders():
    return outlines.read()


@pytest.fixture(scope="module")
def points():
    return outlines.placed(accidents())


class TestOutlines:
    def test_all_states_dc_and_territories_are_there_with_their_source(self, borders):
        known = pd.read_csv("data/reference/states.csv")["ev_state"]
        seas = {"AO", "CB", "GM", "PO", "RQ"}
        assert set(known) - seas <= set(borders["postal"])
        assert len(borders) == 56
        assert borders["source"].str.contains("Census Bureau").all()
        assert borders.is_valid.all()

    def test_areas_are_those_of_the_gazetteer(self, borders):
        """Census Bureau, State Area Measurements: 1,000 km2 of land, plus inland water."""
        lower = outlines.of_region(borders, outlines.LOWER_48).set_index("postal")
        area = lower.geometry.area / 1000
        assert area["CO"] == pytest.approx(269.6, rel=0.01)
        assert area["KS"] == pytest.approx(213.1, rel=0.01)
        assert len(lower) == 49

    def test_neighbours_share_their_border(self, borders):
        shapes = borders.set_index("postal").geometry
        assert shapes["CO"].intersection(shapes["KS"]).area == pytest.approx(0, abs=1e-9)
        assert shapes["CO"].touches(shapes["KS"])

    @pytest.mark.parametrize(
        ("lat", "lon", "region"),
        [
            (39.0, -98.0, "lower 48"),
            (61.2, -150.0, "Alaska"),
            (52.9, 173.2, "Alaska"),  # Attu lies beyond the 180th meridian
            (21.3, -157.9, "Hawaii"),
            (18.2, -66.5, "Puerto Rico"),
            (13.5, 144.8, "elsewhere"),
            (0.0, 0.0, "elsewhere"),
        ],
    )
    def test_a_position_has_its_region(self, lat, lon, region):
        frame = pd.DataFrame({"dec_latitude": [lat], "dec_longitude": [lon]})
        (row,) = outlines.placed(frame).itertuples()
        assert row.region == region
        assert np.isfinite(row.x_km) == (region != "elsewhere")

    def test_distances_on_the_plane_are_kilometres(self):
        frame = pd.DataFrame({"dec_latitude": [38.0, 39.0], "dec_longitude": [-96.0, -96.0]})
        found = outlines.placed(frame)
        assert found["y_km"].diff().iloc[1] == pytest.approx(111, rel=0.02)

    def test_an_accident_far_from_its_state_is_counted(self, borders):
        frame = accidents(4).assign(
            ev_state=["CO", "KS", "ZZ", None], dec_latitude=39.0, dec_longitude=-98.0
        )
        assert outlines.off_their_state(outlines.placed(frame), borders) == 1


class TestPositions:
    def test_missing_positions_are_counted_by_severity(self):
        frame = pd.DataFrame(
            {
                "dec_latitude": [40.0, None, 40.0],
                "dec_longitude": [-90.0, -90.0, None],
                "is_fatal": pd.array([True, False, None], dtype="boolean"),
            }
        )
        found = positions.missing(frame).set_index("severity")
        assert found["no_position"].to_dict() == {"fatal": 0, "not fatal": 1, "unknown": 1}
        assert found["accidents"].sum() == 3

    def test_what_the_checks_did_is_counted_by_accident(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
        (tmp_path / "data/interim").mkdir(parents=True)
        rows = [
            ("events", "A", "dec_latitude", "position_zero"),
            ("events", "A", "dec_longitude", "position_zero"),
            ("events", "B", "dec_latitude", "another_rule"),
            ("events", "FOREIGN", "dec_latitude", "position_zero"),
            ("aircraft", "A", "num_eng", "position_zero"),
        ]
        columns = ["table", "key", "column", "rule"]
        pd.DataFrame(rows, columns=columns).to_parquet(tmp_path / "data/interim/blanked.parquet")
        found = positions.repaired(pd.DataFrame({"ev_id": ["A", "B"]}))
        assert found.to_dict("list") == {
            "what": ["another_rule", "zero by zero: blanked"],
            "accidents": [1, 1],
        }


class TestStates:
    def test_unknown_codes_and_seas_are_counted_and_never_dropped(self, borders):
        frame = accidents(6).assign(ev_state=["CO", "ZZ", None, "GM", "AO", "CO"])
        found = states.table(frame, set(borders["postal"]), least=1).set_index("code")
        assert found["accidents"].sum() == 6
        assert found.loc["unknown", ["accidents", "kind"]].tolist() == [2, "unknown"]
        assert found.loc["GM", ["place", "kind"]].tolist() == ["Gulf of Mexico", states.SEA]

    def test_a_state_with_another_share_is_found_and_others_are_not(self):
        found = states.funnel(of_states([(100, 18)] * 20 + [(1000, 60)]))
        assert found.states["side"].tolist() == ["inside"] * 20 + ["below"]
        assert found.states["spread_side"].iloc[-1] == "below"

    def test_one_in_twenty_beyond_the_95_percent_limits_is_no_discovery(self):
        rng = np.random.default_rng(3)
        counts = [(400, int(rng.binomial(400, 0.18))) for _ in range(60)]
        found = states.funnel(of_states(counts))
        assert found.states["side"].eq("inside").all()
        assert found.dispersion == pytest.approx(1, abs=0.4)
        assert found.p_value > 0.01

    def test_states_too_small_and_no_state_at_all(self):
        found = of_states([(9, 2), (8, 1)])
        with pytest.raises(TooFewError, match="no state has 10"):
            states.funnel(found)
        assert enough(states.funnel, found) is None
        assert states.furthest(None, 5).empty
        assert states.overview(None)["states"] == 0

    @given(st.integers(1, 2000), st.floats(0.05, 0.95))
    @settings(max_examples=60, deadline=None)
    def test_limits_hold_the_level_they_claim(self, size, overall):
        """Half a count, the width of interpolation, is what they may be off."""
        for level in (0.001, 0.025, 0.975, 0.999):
            limit = states._quantile(level, np.array([size]), overall)[0] * size
            assert stats.binom.cdf(limit - 1, size, overall) <= level + 1e-9
            assert stats.binom.cdf(limit + 1, size, overall) >= level - 1e-9

    def test_wider_dispersion_makes_wider_limits(self):
        plain, wide = (states.limits(0.2, 500, factor) for factor in (1.0, 2.25))
        assert (wide["high"] - 0.2).max() <= 1.5 * (plain["high"] - 0.2).max() + 1e-9
        assert (wide["high"] >= plain["high"]).all()
        assert (wide["low"] <= plain["low"]).all()

    @given(st.integers(0, 30))
    def test_mid_p_is_symmetric_at_a_half(self, fatal):
        both = states.mid_p(pd.Series([fatal, 30 - fatal]), pd.Series([30, 30]), 0.5)
        assert both[0] == pytest.approx(both[1])
        assert 0 < both[0] <= 1


def of_states(counts: list[tuple[int, int]]) -> pd.DataFrame:
    known, fatal = zip(*counts, strict=True)
    return pd.DataFrame(
        {
            "place": [f"S{i}" for i in range(len(counts))],
            "kind": states.STATE,
            "code": [f"S{i}" for i in range(len(counts))],
            "accidents": known,
            "severity_unknown": 0,
            "fatal": fatal,
            "fatal_share": np.divide(fatal, known),
            "low": 0.1,
            "high": 0.3,
        }
    )


class TestPublished:
    def test_rates_imply_the_ratio_of_shares(self):
        """Of Alaska's accidents 1 in 10 is fatal, of the others 2 in 10."""
        rows = [("AK", True, 10), ("AK", False, 90), ("TX", True, 200), ("TX", False, 800)]
        frame = pd.DataFrame(
            [(s, f) for s, f, n in rows for _ in range(n)], columns=["ev_state", "is_fatal"]
        ).astype({"is_fatal": "boolean"})
        frame["ev_year"] = 2008 + np.arange(len(frame)) % 10
        (row,) = published.against_published(frame).itertuples()
        assert row.published == pytest.approx(1.34 / 2.35)
        assert row.here == pytest.approx(0.5)
        assert row.low < 0.5 < row.high

    def test_years_not_spanned_are_left_out(self):
        frame = accidents(20).assign(ev_year=2015)
        assert published.against_published(frame).empty


class TestHexes:
    @given(
        st.floats(-5000, 5000), st.floats(-5000, 5000), st.sampled_from([10.0, 75.0, 100.0, 333.0])
    )
    def test_a_point_lies_in_the_hexagon_whose_centre_is_nearest(self, x, y, width):
        (q,), (r,) = hexes.axial(np.array([x]), np.array([y]), width)
        own = np.hypot(*np.subtract(hexes.centres(q, r, width), (x, y)))
        others = [
            np.hypot(*np.subtract(hexes.centres(q + dq, r + dr, width), (x, y)))
            for dq, dr in hexes.NEIGHBOURS
        ]
        assert own <= min(others) + 1e-6
        assert own <= width / np.sqrt(3) + 1e-6

    def test_no_accident_is_lost(self, points):
        found = hexes.regions(points, 100)
        assert sum(own["accidents"].sum() for own in found.values()) == len(points)
        assert found["Hawaii"].empty

    def test_hexagons_have_one_area_and_touch(self, points):
        found = hexes.cells(points[points["region"].eq("lower 48")], 100)
        shapes = hexes.polygons(found, 100)
        assert np.ptp([shape.area for shape in shapes]) < 1e-6
        assert shapes[0].area == pytest.approx(100**2 * np.sqrt(3) / 2)
        near = hexes.neighbours(found)
        assert all(row in near[other] for row, others in near.items() for other in others)
        row = max(near, key=lambda r: len(near[r]))
        assert all(shapes[row].distance(shapes[other]) < 1e-6 for other in near[row])

    def test_small_groups_are_drawn_to_the_middle_and_large_ones_stay(self):
        known = pd.Series([10, 1000, 1000, 1000])
        fatal = pd.Series([6, 100, 200, 300])
        shrunk = hexes.shrunk(fatal, known)
        overall = fatal.sum() / known.sum()
        assert overall < shrunk[0] < 0.6
        assert abs(shrunk[0] - 0.6) > 0.1
        assert shrunk[3] == pytest.approx(0.3, abs=0.01)

    def test_shares_that_differ_by_chance_alone_become_one(self):
        shrunk = hexes.shrunk(pd.Series([20, 20, 20]), pd.Series([100, 100, 100]))
        assert shrunk.tolist() == pytest.approx([0.2] * 3)


def field(shares: np.ndarray, known: int = 40, seed: int = 5) -> pd.DataFrame:
    """Return hexagons in a rhombus whose accidents are fatal with the probabilities given."""
    rng = np.random.default_rng(seed)
    rows, columns = shares.shape
    q, r = (part.ravel() for part in np.meshgrid(range(columns), range(rows)))
    x, y = hexes.centres(pd.Series(q), pd.Series(r), 100)
    fatal = rng.binomial(known, shares.ravel())
    return pd.DataFrame(
        {"q": q, "r": r, "x_km": x, "y_km": y, "accidents": known, "known": known, "fatal": fatal}
    )


class TestHotspots:
    def test_a_planted_hot_spot_is_found_by_all_three(self):
        shares = np.full((14, 14), 0.15)
        shares[4:7, 4:7] = 0.6
        spots = hotspots.find(field(shares), 999, 7)
        hot = spots.cells.set_index(["r", "q"]).loc[(5, 5)]
        assert hot["gi_kind"] == hotspots.HOT
        assert hot["labels_kind"] == hotspots.HOT
        assert hot["moran_kind"] == hotspots.QUADRANTS[1]
        assert spots.moran > 0.1
        assert spots.moran_p < 0.01

    def test_pure_noise_has_hardly_any(self):
        spots = hotspots.find(field(np.full((16, 16), 0.2)), 999, 7)
        found = hotspots.counts(spots)
        assert found[["found_high", "found_low", "found_outlier"]].to_numpy().sum() <= 2
        assert found["p_below_5_percent"].between(1, 40).all()
        assert spots.moran_p > 0.01

    def test_the_seed_decides(self):
        frame = field(np.full((8, 8), 0.2))
        first, again = (hotspots.find(frame, 199, 7).cells for _ in range(2))
        pd.testing.assert_frame_equal(first, again)

    def test_numpys_own_generator_is_left_as_it_was(self):
        np.random.seed(11)
        expected = np.random.random()
        np.random.seed(11)
        hotspots.find(field(np.full((6, 6), 0.2)), 99, 7)
        assert np.random.random() == expected

    def test_permuted_p_agrees_with_the_moments_of_sampling(self):
        """The neighbours are a sample of the other hexagons, drawn without replacement."""
        shares = np.random.default_rng(4).uniform(0.1, 0.5, (15, 15))
        cells = field(shares, known=400)
        found = hotspots.find(cells, 1999, 7).cells
        values, near = found["shrunk"].to_numpy(), hexes.neighbours(found)
        for row in (17, 100, 160):
            others, k = np.delete(values, row), len(near[row])
            error = np.sqrt(k * others.var(ddof=1) * (1 - k / len(others)))
            z = (values[near[row]].sum() - k * others.mean()) / error
            assert found["gi_p"][row] == pytest.approx(2 * stats.norm.sf(abs(z)), abs=0.06)

    def test_shares_more_alike_than_chance_have_no_hot_spot(self):
        cells = field(np.full((6, 6), 0.2)).assign(fatal=8)
        cells.loc[0, "fatal"] = 9
        spots = hotspots.find(cells, 99, 7)
        assert spots.cells["gi_kind"].eq(hotspots.NEITHER).all()
        assert spots.cells["gi_z"].eq(0).all()

    def test_the_labels_test_is_exact(self):
        """Three hexagons in a row: the middle one sees all, so it can tell nothing."""
        cells = field(np.array([[0.1, 0.5, 0.9]]))
        found = hotspots._with_labels(cells, cells)
        assert found["around_known"].tolist() == [80, 120, 80]
        assert found["labels_p"][1] == 1
        assert found["labels_kind"][0] == hotspots.COLD
        law = stats.hypergeom(120, cells["fatal"].sum(), 80)
        k = found["around_fatal"][0]
        assert found["labels_p"][0] == pytest.approx(2 * (law.cdf(k) - law.pmf(k) / 2))

    def test_small_hexagons_and_lone_ones_are_left_out_and_counted(self):
        cells = field(np.full((5, 5), 0.3))
        cells.loc[0, "known"] = 3
        lone = cells.iloc[[1]].assign(q=90, r=90)
        spots = hotspots.find(pd.concat([cells, lone], ignore_index=True), 99, 7)
        assert (spots.small, spots.alone, len(spots.cells)) == (1, 1, 24)

    @pytest.mark.parametrize("share", [0.0, None])
    def test_too_few_or_none_fatal(self, share):
        cells = field(np.full((2, 2), 0.2)) if share is None else field(np.full((6, 6), share))
        assert enough(hotspots.find, cells, 99, 7) is None
        assert hotspots.counts(None).empty
        assert hotspots.overview(None)["hexagons tested"] == 0


class TestDensity:
    def test_it_is_a_kernel_density(self, points, borders):
        """The filter over counts is scikit-learn's estimate at the cells' centres."""
        own = points[points["region"].eq("lower 48")]
        shapes = outlines.of_region(borders, outlines.LOWER_48)
        found = density.surface(own, shapes, 80, 9, 7, least=5)
        kernel = KernelDensity(bandwidth=80).fit(own[["x_km", "y_km"]].to_numpy())
        west, east, south, _ = found.extent
        at = np.unravel_index(found.every.argmax(), found.every.shape)
        cell = (east - west) / found.every.shape[1]
        centre = [[west + (at[1] + 0.5) * cell, south + (at[0] + 0.5) * cell]]
        expected = np.exp(kernel.score_samples(centre))[0] * len(own) * 1000
        assert found.every[at] == pytest.approx(expected, rel=0.03)

    def test_the_ratio_is_a_share_and_the_densities_hold_all(self, points, borders):
        own = points[points["region"].eq("lower 48")]
        shapes = outlines.of_region(borders, outlines.LOWER_48)
        found = density.surface(own, shapes, 80, 19, 7, least=5)
        told = found.share[np.isfinite(found.share)]
        assert ((told >= 0) & (told <= 1)).all()
        cell_area = ((found.extent[1] - found.extent[0]) / found.every.shape[1]) ** 2 / 1000
        assert found.every.sum() * cell_area == pytest.approx(len(own), rel=0.01)
        assert 0 < found.p_value <= 1
        assert np.isfinite(density.unevenness(found)).all()

    def test_nowhere_enough(self, points, borders):
        shapes = outlines.of_region(borders, outlines.LOWER_48)
        few = points[points["region"].eq("lower 48")].head(3)
        assert enough(density.surface, few, shapes, 80, 9, 7) is None
        assert density.unevenness(None)["cells"] == 0


class TestClusters:
    def test_three_places_are_three_clusters(self, points):
        tree = clusters.fit(points, 30, "eom")
        assert clusters.of_tree(tree)["clusters"] == 3
        found = clusters.summary(points, tree)
        assert set(found["states"]) == {"NE", "MS", "AK"}
        assert found["accidents"].is_monotonic_decreasing
        assert found["radius_km"].between(20, 200).all()

    def test_haversine_is_taken_in_radians_of_latitude_and_longitude(self):
        """A quarter of the equator is a quarter of the sphere: 10,007.6 km."""
        from sklearn.metrics.pairwise import haversine_distances

        ends = pd.DataFrame({"dec_latitude": [0.0, 0.0], "dec_longitude": [0.0, 90.0]})
        distance = haversine_distances(clusters.radians(ends))[0, 1] * clusters.EARTH_KM
        assert distance == pytest.approx(10007.6, abs=0.1)

    def test_a_loose_distance_makes_one_chain_and_the_tree_does_not(self):
        """Two towns with a road between them: a line of accidents joins them."""
        rng = np.random.default_rng(2)
        towns = np.repeat([-100.0, -96.0], 150) + rng.normal(0, 0.05, 300)
        road = np.linspace(-100, -96, 80)
        frame = pd.DataFrame(
            {
                "dec_latitude": 40 + rng.normal(0, 0.05, 380),
                "dec_longitude": np.concatenate([towns, road]),
            }
        )
        tree = clusters.fit(frame, 20)
        found = clusters.chain(tree, 20, [5, 80, 300])
        assert found["largest_share"].is_monotonic_increasing
        assert found["largest_share"].iloc[-1] > 0.95
        assert clusters.of_tree(tree)["largest_share"] < 0.5

    def test_too_few(self, points):
        assert enough(clusters.fit, points.head(5), 10) is None
        assert clusters.chain(None, 10, [5]).empty
        assert clusters.summary(points, None).empty
        assert clusters.shown(points, None).empty
        assert clusters.choices(points.head(5), 10, 1).empty
        assert clusters.of_tree(None) == {"clusters": 0, "largest_share": 0.0, "lone_share": 1.0}

    def test_choices_are_made_on_a_sample(self, points):
        found = clusters.choices(points, 40, 1, sample=300)
        assert found["least"].tolist() == [20, 40, 80] * 2
        assert found["largest_share"].between(0, 1).all()


class TestAirports:
    def test_bands_and_phases_lose_no_accident(self):
        frame = accidents(200)
        frame.loc[3, "nearest_airport_sm"] = np.nan
        frame.loc[4, "phase_group"] = "A phase never seen"
        by_band, by_phase = airports.by_band(frame), airports.by_phase(frame)
        assert by_band["accidents"].sum() == by_phase["accidents"].sum() == 200
        assert by_band.set_index("band").loc["unknown", "accidents"] == 1
        assert {"other", "unknown"} <= set(by_phase["phase_group"])

    def test_the_odds_ratio_is_that_of_the_table(self):
        rows = [("Landing", 0.1, True, 5), ("Landing", 0.1, False, 95)]
        rows += [("Landing", 9.0, True, 20), ("Landing", 9.0, False, 80)]
        rows += [("Enroute", 0.1, True, 10), ("Enroute", 0.1, False, 40)]
        rows += [("Enroute", 9.0, True, 100), ("Enroute", 9.0, False, 100)]
        frame = pd.DataFrame(
            [(p, d, f) for p, d, f, n in rows for _ in range(n)],
            columns=["phase_group", "nearest_airport_sm", "is_fatal"],
        ).astype({"is_fatal": "boolean"})
        found = airports.odds_of_far(frame).set_index("of")
        landing, enroute = (20 * 95) / (80 * 5), (100 * 40) / (100 * 10)
        assert found.loc["Landing", "odds_ratio"] == pytest.approx(landing)
        assert found.loc["Enroute", "odds_ratio"] == pytest.approx(enroute)
        assert found.loc["all", "odds_ratio"] == pytest.approx((120 * 135) / (180 * 15))
        pooled = (20 * 95 / 200 + 100 * 40 / 250) / (80 * 5 / 200 + 100 * 10 / 250)
        assert found.loc["within a phase", "odds_ratio"] == pytest.approx(pooled)
        assert found.loc["within a phase", "equal_p"] > 0.05

    def test_no_distance_at_all(self):
        frame = accidents(50).assign(nearest_airport_sm=np.nan)
        assert enough(airports.odds_of_far, frame) is None

    def test_reported_zero_off_the_field_is_set_beside_the_position(self):
        frame = pd.DataFrame(
            {
                "is_off_airport": pd.array([True, True, False, None], dtype="boolean"),
                "airport_distance_sm": [0.0, 0.0, 0.0, np.nan],
                "nearest_airport_sm": [5.0, 1.0, 0.1, np.nan],
            }
        )
        found = airports.reported(frame).set_index(["side", "distance"])
        assert found.loc[("off", "zero"), "share_beyond_2_sm"] == 0.5
        assert found.loc[("unknown", "missing"), "accidents"] == 1


class TestMix:
    def test_expectations_add_up_and_know_the_kind_only(self):
        frame = accidents(500)
        frame["is_fatal"] = frame["phase_group"].eq("Enroute") & (np.arange(500) % 3 > 0)
        frame = frame.astype({"is_fatal": "boolean"})
        expected = mix.expected(frame)
        assert expected.sum() == pytest.approx(frame["is_fatal"].sum(), rel=0.01)
        assert expected.groupby(frame["phase_group"], dropna=False).nunique().eq(1).all()

    def test_a_state_that_differs_beyond_its_kinds_has_a_ratio(self, borders):
        frame = accidents(600)
        frame["is_fatal"] = frame["ev_state"].eq("MS") & (np.arange(600) % 2 > 0)
        frame = frame.astype({"is_fatal": "boolean"})
        table = states.table(frame, set(borders["postal"]))
        found = mix.by_state(frame, mix.expected(frame), table).set_index("code")
        assert found.loc["MS", "low"] > 1
        assert found["ratio"].is_monotonic_increasing

    def test_severity_that_does_not_vary(self, borders):
        frame = accidents(50)
        frame["is_fatal"] = pd.array([False] * 50, dtype="boolean")
        assert enough(mix.expected, frame) is None
        assert mix.by_state(frame, None, pd.DataFrame()).empty

"""Places: the interactive map is one file that asks nobody, and the static figures stand."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from hindcast.analysis.places import (
    airports,
    cells,
    clusters,
    hexes,
    hotspots,
    outlines,
    states,
    webmap,
)
from hindcast.analysis.places.density import Surface
from hindcast.figures import places, places_severity, places_shares


@pytest.fixture(scope="module")
def borders():
    return outlines.read()


@pytest.fixture(scope="module")
def html(borders):
    return webmap.page(cells.layers(points()), borders, "SIMULATED records, 2010-2017")


@pytest.fixture(autouse=True)
def label(monkeypatch):
    monkeypatch.setattr("hindcast.source.label", lambda: "SIMULATED records, 2010-2017")
    yield
    plt.close("all")


def points(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {
            "ev_year": 2010 + np.arange(n) % 8,
            "ev_state": "NE",
            "dec_latitude": 41 + rng.normal(0, 0.3, n),
            "dec_longitude": -99 + rng.normal(0, 0.3, n),
            "is_fatal": pd.array([None, *(rng.random(n - 1) < 0.3)], dtype="boolean"),
        }
    )
    return outlines.placed(frame)


class TestCells:
    def test_layers_hold_every_accident_and_no_place_of_one(self):
        given = points()
        layers = cells.layers(given)
        every, fatal, early, late = layers.values()
        assert every["accidents"].sum() == len(given)
        assert early["accidents"].sum() + late["accidents"].sum() == len(given)
        assert fatal["fatal"].sum() == given["is_fatal"].sum()
        assert every["severity_unknown"].sum() == 1
        steps = every[["latitude", "longitude"]] / (cells.CELL_DEG / 2)
        assert np.allclose(steps % 2, 1)
        assert list(layers)[2:] == ["2010-2013, all accidents", "2014-2017, all accidents"]

    def test_one_year_and_none(self):
        assert list(cells.layers(points().assign(ev_year=2010))) == [
            "All accidents",
            "Fatal accidents",
        ]
        assert all(layer.empty for layer in cells.layers(points().head(0)).values())


class TestWebMap:
    def test_nothing_is_fetched(self, html):
        assert not re.findall(r"<link\b|<script[^>]+src|@import", html)
        assert not re.findall(r"""\bsrc\s*=\s*["'][^"']*//""", html)
        assert not re.findall(r"url\((?!data:|#)", html)
        assert "sourceMappingURL" not in html
        assert not re.findall(r"https?://[^\s\"')]*(?:cdn|tile|openstreetmap)", html)

    def test_git_keeps_it_without_libraries_and_the_site_has_them_again(self, html):
        kept = webmap.without_libraries(html)
        assert len(kept) < len(html) - 150_000
        assert not any(text in kept for _, text in webmap.libraries())
        assert webmap.with_libraries(kept) == html

    def test_the_same_counts_give_the_same_bytes(self, html, borders):
        label = "SIMULATED records, 2010-2017"
        assert webmap.page(cells.layers(points()), borders, label) == html

    def test_it_is_small_named_and_can_be_zoomed(self, html):
        assert len(html) < 600_000
        assert '<html lang="en">' in html
        assert html.count("<h1") == 1
        assert f"<title>{webmap.TITLE}</title>" in html
        assert "user-scalable=no" not in html
        assert "aria-label" in html

    def test_it_holds_leaflet_the_layers_and_whose_records(self, html):
        for text in ("Leaflet 1.9.3", "markerClusterGroup", "Fatal accidents", "SIMULATED records"):
            assert text in html
        assert html.count("markerClusterGroup({") >= 4

    def test_no_accident_has_its_own_coordinates_in_it(self, html):
        for value in points()["dec_latitude"]:
            assert f"{value:.6f}"[:8] not in html

    def test_it_is_written_where_the_page_looks(self, borders, tmp_path, monkeypatch):
        monkeypatch.setattr(webmap.paths, "reports", lambda *parts: tmp_path.joinpath(*parts))
        path = webmap.write(cells.layers(points()), borders)
        page = tmp_path / "notebooks" / "21_places.html"
        assert (page.parent / webmap.ADDRESS).resolve() == path.resolve()
        assert webmap.ADDRESS in webmap.frame().data
        assert "title=" in webmap.frame().data

    def test_without_any_position_it_still_stands(self, borders):
        html = webmap.page(cells.layers(points().head(0)), borders, "Source: x")
        assert "var data = [];" in html


def surface() -> Surface:
    shape = (12, 20)
    values = np.random.default_rng(1).random(shape)
    inside = np.ones(shape, bool)
    return Surface((-500, 500, 1000, 1600), values, values / 5, inside, values / 3, values * 99,
                   values, 1 - values, 0.04)  # fmt: skip


def spots() -> hotspots.Spots:
    q, r = (part.ravel() for part in np.meshgrid(range(6), range(6)))
    x, y = hexes.centres(pd.Series(q), pd.Series(r), 100)
    fatal = np.random.default_rng(1).binomial(40, 0.2, 36)
    frame = pd.DataFrame({"q": q, "r": r, "x_km": x, "y_km": y, "known": 40, "fatal": fatal})
    return hotspots.find(frame.assign(accidents=40), 99, 7)


def texts(ax) -> str:
    return " ".join(text.get_text() for text in ax.texts)


class TestFigures:
    def test_the_country_with_and_without_accidents(self, borders):
        shown = places.country(hexes.regions(points(), 100, 1), borders, 100)
        assert len(shown.child_axes) == 3
        nobody = places.country(hexes.regions(points().head(0), 100), borders, 100)
        assert "no accident has a position" in texts(nobody)

    def test_clusters(self, borders):
        two = points(80)
        two["dec_longitude"] += 5 * (np.arange(80) % 2)
        two = outlines.placed(two)
        found = clusters.summary(two, clusters.fit(two, 10, "eom"))
        assert len(found) >= 2
        assert places.clusters(found, borders).collections
        assert "no cluster" in texts(places.clusters(found.head(0), borders))

    def test_severity(self, borders):
        lower = outlines.of_region(borders, outlines.LOWER_48)
        assert places_severity.densities(surface(), lower).images
        assert places_severity.ratio(surface(), lower, 0.2).images
        assert places_severity.spots(spots(), lower, 100).collections
        for nothing in (
            places_severity.densities(None, lower),
            places_severity.ratio(None, lower, 0.2),
            places_severity.spots(None, lower, 100),
        ):
            assert places_severity.NOWHERE in texts(nothing)

    def test_the_funnel_names_states_beyond_chance(self):
        rows = pd.DataFrame({"accidents": [400, 400, 900], "fatal": [80, 80, 60]})
        given = rows.assign(place="P", code=["A", "B", "C"], kind=states.STATE, severity_unknown=0)
        shown = places_shares.funnel(states.funnel(given))
        assert "C" in texts(shown)
        assert "no state" in texts(places_shares.funnel(None))

    def test_observed_over_expected_shows_both_ends(self):
        ratio = np.linspace(0.5, 2, 30)
        given = pd.DataFrame(
            {"place": [f"P{i}" for i in range(30)], "fatal": 9, "ratio": ratio}
        ).assign(low=ratio * 0.8, high=ratio * 1.2)
        labels = [
            t.get_text() for t in places_shares.observed_over_expected(given).get_yticklabels()
        ]
        assert len(labels) == 20
        assert labels[0].startswith("P0 ")
        assert labels[-1].startswith("P29 ")
        assert "no group" in texts(places_shares.observed_over_expected(given.head(0)))

    def test_chains(self):
        rows = [(5.0, 0, 0.0, 1.0), (50.0, 3, 0.9, 0.05)]
        names = ["eps_km", "clusters", "largest_share", "lone_share"]
        found = pd.DataFrame(rows, columns=names)
        assert "3" in texts(places_shares.chain(found, clusters.of_tree(None)))
        assert "no accident" in texts(places_shares.chain(found.head(0), clusters.of_tree(None)))

    @pytest.mark.parametrize("rows", [0, 60])
    def test_distances(self, rows):
        given = (
            points(60)
            .assign(phase_group="Landing", nearest_airport_sm=np.linspace(0, 20, 60))
            .head(rows)
        )
        found = airports.by_phase(given, 1)
        assert places_shares.phases(found).figure.axes
        shown = places_shares.where(found)
        assert bool(shown.patches) == bool(rows)

"""The interactive map as one file that needs no network: folium, with Leaflet written into it.

It holds counts of cells and nothing about an accident. Its base layer is the outlines of the
states; no tile server is asked.
"""

import base64
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
from branca.element import Element, MacroElement
from folium.plugins import FastMarkerCluster
from folium.utilities import JsCode
from IPython.display import HTML
from jinja2 import Template
from xstatic.pkg import leaflet, leaflet_markercluster

from hindcast import atomic, paths, source
from hindcast.analysis.places import web

TITLE = "Accidents of US civil aircraft by place"
ADDRESS = "../maps/accidents.html"
"""From the page to the map: both lie in ``reports``."""
MARK = "/* library {} of the map */"
_LOWER_48 = [[24.5, -125.0], [49.5, -66.5]]


class _Inlined(Element):
    """Text of a library, set in as it is: it may hold what a template would read as its own."""

    _template = Template("<{{ this.tag }}>{{ this.text }}</{{ this.tag }}>")

    def __init__(self, tag: str, text: str):
        super().__init__()
        self.tag, self.text = tag, text


class _Script(MacroElement):
    """Script that runs after what was added to the map before it."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.text }}{% endmacro %}")

    def __init__(self, text: str):
        super().__init__()
        self.text = text


def write(layers: dict[str, pd.DataFrame], outlines: gpd.GeoDataFrame) -> Path:
    """Write ``reports/maps/accidents.html`` and return its path.

    Parameters
    ----------
    layers
        Of `hindcast.analysis.places.cells.layers`; the first is shown when the map opens.
    outlines
        Of `hindcast.analysis.places.outlines.read`.
    """
    path = paths.reports("maps", "accidents.html")
    atomic.write_text(path, page(layers, outlines, source.label()))
    return path


def page(layers: dict[str, pd.DataFrame], outlines: gpd.GeoDataFrame, label: str) -> str:
    """Return the map as HTML; the same counts give the same bytes.

    Parameters
    ----------
    label
        Whose records these are; told in the map's corner.
    """
    made = _own(
        folium.Map(tiles=None, zoom_start=4, font_size="12px", minZoom=2, maxZoom=10), "accidents"
    )
    _own(_borders(outlines), "borders").add_to(made)
    for number, (name, cells) in enumerate(layers.items()):
        _own(_layer(name, cells, number == 0), f"cells{number}").add_to(made)
    names = [f"fast_marker_cluster_cells{number}" for number in range(len(layers))]
    # folium draws all of them; the control then takes the last for the chosen one.
    hidden = [f"{made.get_name()}.removeLayer({name});" for name in names[1:]]
    _own(_Script("\n".join(hidden)), "hidden").add_to(made)
    narrow = JsCode("window.innerWidth < 600")
    _own(folium.LayerControl(collapsed=narrow), "choice").add_to(made)
    _own(folium.FitBounds(_LOWER_48), "bounds").add_to(made)
    last = [f"dress({made.get_name()}, {json.dumps(TITLE)}, {json.dumps(label)});"]
    last += [f"openByKey({name});" for name in names]
    _own(_Script("\n".join(last)), "last").add_to(made)
    return _finished(made)


def _own(element: Any, name: str) -> Any:
    """Give an element a name of ours in place of a random one, and no address to fetch from."""
    element._id = name
    element.default_js, element.default_css = [], []
    return element


def _borders(outlines: gpd.GeoDataFrame) -> folium.GeoJson:
    features = json.loads(outlines[["name", "geometry"]].to_json(drop_id=True))
    features.pop("crs", None)
    style = {"color": "#8a8f94", "weight": 1, "fillColor": "#fff", "fillOpacity": 1}
    return folium.GeoJson(
        features, style_function=lambda _: style | {"interactive": False}, control=False
    )


def _layer(name: str, cells: pd.DataFrame, is_first: bool) -> FastMarkerCluster:
    fatal_only = "true" if name.startswith("Fatal") else "false"
    return FastMarkerCluster(
        cells.to_numpy().tolist(),
        callback=f"(row) => cellMarker(row, {fatal_only})",
        icon_create_function=f"(cluster) => clusterIcon(cluster, {fatal_only})",
        name=name,
        overlay=False,
        show=is_first,
        max_cluster_radius=60,
        disable_clustering_at_zoom=8,
        show_coverage_on_hover=False,
        chunked_loading=True,
    )


def _finished(made: folium.Map) -> str:
    figure = made.get_root()
    figure.title = TITLE
    for place, (tag, text) in enumerate(libraries()):
        figure.header.add_child(_Inlined(tag, text), name=f"inlined{place}")
    html = figure.render()
    html = html.replace("<html>", '<html lang="en">', 1)
    html = html.replace("<body>", f'<body>\n<h1 class="unseen">{TITLE}</h1>', 1)
    # folium forbids zooming by two fingers, which people with weak eyes need.
    return re.sub(r'(<meta name="viewport" content=")[^"]*', r"\1width=device-width", html, count=1)


def libraries() -> list[tuple[str, str]]:
    """Return styles and scripts of the map in order, without addresses of files beside them.

    Returns
    -------
    list of (str, str)
        Tag and text: Leaflet's, those of its clusters, and our own.
    """
    core, cluster = Path(leaflet.BASE_DIR), Path(leaflet_markercluster.BASE_DIR)
    images = core / "images"
    style = re.sub(
        r"url\(images/([\w.-]+)\)",
        lambda found: f"url({_data_address(images / found[1])})",
        (core / "leaflet.css").read_text(encoding="utf-8"),
    )
    sheets = [style, (cluster / "MarkerCluster.css").read_text(encoding="utf-8"), _ours("map.css")]
    files = (core / "leaflet.js", cluster / "leaflet.markercluster.js")
    scripts = [
        re.sub(r"//# sourceMappingURL=\S+", "", file.read_text(encoding="utf-8")) for file in files
    ]
    return [("style", sheet) for sheet in sheets] + [
        ("script", script) for script in [*scripts, _ours("cells.js")]
    ]


def without_libraries(html: str) -> str:
    """Return a map with a mark in place of each library, as Git keeps it."""
    for place, (_, text) in enumerate(libraries()):
        html = html.replace(text, MARK.format(place), 1)
    return html


def with_libraries(html: str) -> str:
    """Return a map of `without_libraries` with the libraries that are installed."""
    for place, (_, text) in enumerate(libraries()):
        html = html.replace(MARK.format(place), text, 1)
    return html


def _data_address(image: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(image.read_bytes()).decode('ascii')}"


def _ours(name: str) -> str:
    return resources.files(web.__name__).joinpath(name).read_text(encoding="utf-8")


def frame() -> HTML:
    """Return the map in a frame, with a plain link to it."""
    return HTML(
        f'<iframe src="{ADDRESS}" title="{TITLE}: interactive map" loading="lazy" width="100%" '
        'height="540" style="border: 1px solid #ccc"></iframe>\n'
        f'<p><a href="{ADDRESS}">Open the map on a page of its own</a></p>'
    )

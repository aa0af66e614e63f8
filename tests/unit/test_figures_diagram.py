"""Causal diagrams are drawn box by box, coloured by what is done with a node."""

import pytest

from hindcast.analysis.graph import Diagram
from hindcast.figures.diagram import diagram, role


@pytest.fixture(autouse=True)
def _signed(monkeypatch):
    """Sign figures without a run."""
    monkeypatch.setattr("hindcast.source.label", lambda: "Source: invented")


ARROWS = (
    ("season", "imc", ""),
    ("season", "fatal", ""),
    ("imc", "phase", ""),
    ("phase", "fatal", ""),
    ("imc", "fatal", ""),
    ("haste", "fatal", ""),
)
WEATHER = Diagram("imc", "fatal", ARROWS, frozenset({"haste"}))
PLACES = {
    "imc": (0.1, 0.5),
    "fatal": (0.9, 0.5),
    "season": (0.5, 0.9),
    "phase": (0.5, 0.3),
    "haste": (0.8, 0.1),
}


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_every_node_is_a_box_and_every_arrow_is_drawn():
    ax = diagram(WEATHER, PLACES)
    assert set(PLACES) <= set(words(ax))
    assert (
        sum(text.arrow_patch is not None for text in ax.texts if hasattr(text, "arrow_patch")) == 6
    )


def test_the_legend_names_only_roles_that_occur():
    told = [text.get_text() for text in diagram(WEATHER, PLACES).get_legend().get_texts()]
    assert told == [
        "what is compared",
        "outcome",
        "adjusted for",
        "on the way: not adjusted",
        "unmeasured",
    ]


def test_an_unmeasured_node_is_dashed():
    boxes = {t.get_text(): t.get_bbox_patch() for t in diagram(WEATHER, PLACES).texts}
    assert boxes["haste"].get_linestyle() == "--"
    assert boxes["season"].get_linestyle() == "-"


def test_what_is_adjusted_for_can_be_given():
    assert role(WEATHER, "season", set()) == "not adjusted"
    told = diagram(WEATHER, PLACES, adjusted_for=set()).get_legend().get_texts()
    assert "adjusted for" not in [text.get_text() for text in told]


def test_labels_stand_for_names():
    ax = diagram(WEATHER, PLACES, labels={"imc": "in cloud"}, bends={("imc", "fatal"): 0.2})
    assert "in cloud" in words(ax)
    assert "imc" not in words(ax)


@pytest.mark.parametrize("places", [{}, PLACES | {"moon": (0, 0)}])
def test_each_node_has_one_place(places):
    with pytest.raises(ValueError, match="give each node one"):
        diagram(WEATHER, places)

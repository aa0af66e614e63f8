"""What is registered is shown with where it comes from, and nothing is made by looking."""

import pytest

from hindcast.model import registry
from hindcast.model.registry import RegistryError, overview, promotion


def test_every_version_is_shown_with_its_alias_and_what_lies_in_models(keep):
    keep(5, blind=True)
    keep(5)
    first, second = overview.table()
    assert (first["version"], first["semver"], first["alias"]) == ("2", "2.0.0", "challenger")
    assert (second["version"], second["semver"], second["alias"]) == ("1", "1.0.0", "champion")
    assert (first["in models/"], second["in models/"]) == ("yes", "")
    assert first["records"] == "abababab"
    assert first["features"] == "v1"


def test_an_empty_store_is_told_as_one(store):
    with pytest.raises(RegistryError, match="nothing is registered"):
        overview.table()


@pytest.mark.parametrize(
    "look",
    [
        overview.table,
        promotion.promote,
        lambda: promotion.promote(["fatal/event"]),
        lambda: registry.load("fatal/event@champion"),
        lambda: registry.rollback("fatal/event"),
    ],
)
def test_looking_for_what_is_not_there_makes_no_store(home, look):
    before = set(home.iterdir())
    with pytest.raises(RegistryError, match=r"there is no store of runs sqlite:///.*`make run`"):
        look()
    assert set(home.iterdir()) == before

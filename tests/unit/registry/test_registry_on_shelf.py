"""Promotions and rollbacks of the registry move the server's shelf, where the version is on it."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from hindcast import paths
from hindcast.cli import app
from hindcast.model import registry
from hindcast.model.registry import on_shelf
from hindcast.serve.shelf import aliases, moves
from hindcast.serve.shelf.version import version

MODEL = "fatal/dispatch"


@pytest.fixture
def shelve(make):
    """Put the bundle of P(fatal) in models/ on the shelf, without the targets beside it."""

    def put() -> str:
        shelf, models = paths.models("shelf"), paths.models()
        name = version(models, "dispatch")
        folder = moves.folder_of(shelf, "dispatch", name)
        shutil.copytree(models / "fatal" / "dispatch", folder / "fatal" / "dispatch")
        with aliases.changing(shelf) as found:
            role = "challenger" if "dispatch" in found.horizons else "champion"
            found.move("dispatch", "shelved", name, "trained", **{role: name})
        return name

    return put


@pytest.fixture
def both(keep, shelve):
    """Two versions, in the registry and on the shelf: number and name of each."""
    first = keep(20), shelve()
    second = keep(30), shelve()
    return first, second


def places():
    return aliases.read(paths.models("shelf")).of("dispatch")


def test_a_promotion_is_followed_and_its_rollback_too(both, store):
    (old_number, old), (number, new) = both
    told = on_shelf.promoted(paths.models("shelf"), MODEL, number, store)
    assert (places().champion, places().previous) == (new, old)
    assert new in told
    on_shelf.rolled_back(paths.models("shelf"), MODEL, old_number, store)
    assert (places().champion, places().previous) == (old, None)


def test_a_version_that_stands_already_changes_nothing(both, store):
    (number, old), _ = both
    before = (paths.models("shelf") / aliases.FILE).read_bytes()
    assert "already" in on_shelf.promoted(paths.models("shelf"), MODEL, number, store)
    assert (paths.models("shelf") / aliases.FILE).read_bytes() == before
    assert places().champion == old


def test_a_version_that_is_not_on_the_shelf_is_told_of(keep, shelve, store):
    keep(20)
    old = shelve()
    number = keep(30)
    assert "hindcast shelve" in on_shelf.promoted(paths.models("shelf"), MODEL, number, store)
    assert places().champion == old


def test_without_a_shelf_there_is_nothing_to_follow(keep, store):
    assert on_shelf.promoted(paths.models("shelf"), MODEL, keep(20), store) is None


def test_what_the_registry_knows_of_a_folder(keep, store):
    number = keep(20)
    told = on_shelf.told(paths.models(), "dispatch", store)
    assert (told["version"], told["semver"]) == (number, "1.0.0")


def test_a_bundle_that_was_never_registered_is_not_known(keep, make, store):
    keep(20)
    make(40)
    assert on_shelf.told(paths.models(), "dispatch", store) is None


def test_the_command_moves_both(both, store):
    (former, old), (number, _) = both
    on_shelf.promoted(paths.models("shelf"), MODEL, number, store)
    client, name = store.client(), "hindcast-fatal-dispatch"
    client.set_registered_model_alias(name, "previous", former)
    client.set_registered_model_alias(name, "champion", number)
    done = CliRunner().invoke(app, ["rollback", MODEL], catch_exceptions=False)
    assert done.exit_code == 0
    assert places().champion == old
    last = aliases.read(paths.models("shelf")).history[-1]
    assert json.loads(last.model_dump_json())["what"] == "rolled back"
    assert registry.load(f"{MODEL}@champion", store)

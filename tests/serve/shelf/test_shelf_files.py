"""Versions and aliases as files: what is put on the shelf, who changes places, what stays whole."""

import json
import multiprocessing
import shutil
from datetime import UTC, datetime

import pytest

from hindcast.model.bundle import BundleError
from hindcast.serve.forecast import engine
from hindcast.serve.shelf import aliases, keeping, moves
from hindcast.serve.shelf.aliases import Aliases, Places, ShelfError
from hindcast.serve.shelf.version import version


def places(shelf) -> Places:
    return aliases.read(shelf).of("event")


def test_first_version_is_champion_and_a_new_one_challenges(two, shelf):
    champion, challenger = two
    assert champion != challenger
    found = places(shelf)
    assert (found.champion, found.challenger, found.previous) == (champion, challenger, None)
    assert (found.mode, found.share) == ("off", 0)


def test_same_models_change_nothing(shelve, shelf):
    shelve()
    before = (shelf / aliases.FILE).read_bytes()
    assert {one.role for one in shelve().values()} == {"unchanged"}
    assert (shelf / aliases.FILE).read_bytes() == before


def test_a_version_on_the_shelf_loads_as_a_folder_of_models(two, shelf):
    for name in two:
        loaded = engine.load(moves.folder_of(shelf, "event", name), "event")
        assert loaded.has_causes
        assert version(moves.folder_of(shelf, "event", name), "event") == name


def test_severity_trained_anew_beside_the_same_fatal_is_another_version(shelve, models):
    first = shelve()
    path = models / "severity" / "event" / "conformal.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"limit": 0.7}))
    again = shelve()
    assert again["event"].role == "challenger"
    assert again["event"].version != first["event"].version
    assert again["scene"].role == "unchanged"


def test_how_many_jobs_trained_is_not_told_apart(shelve, models):
    path = models / "fatal" / "event" / "manifest.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"recipe": {"seed": 7, "jobs": 2}}))
    first = shelve()["event"].version
    path.write_text(json.dumps(told | {"recipe": {"seed": 7, "jobs": 8}}))
    assert shelve()["event"] == keeping.Kept("event", first, "unchanged")


def test_severity_of_another_fatal_is_refused_and_nothing_changes(
    models, other_models_folder, shelf, shelve
):
    shelve()
    before = (shelf / aliases.FILE).read_bytes()
    shutil.copytree(
        other_models_folder / "fatal" / "event", models / "fatal" / "event", dirs_exist_ok=True
    )
    with pytest.raises(BundleError, match="trained beside"):
        shelve()
    assert (shelf / aliases.FILE).read_bytes() == before
    assert len(moves.versions(shelf, "event")) == 1


def test_models_that_change_while_they_are_copied_are_refused(models, shelf, shelve, monkeypatch):
    copy = shutil.copytree

    def meanwhile(source, target, **more):
        copied = copy(source, target, **more)
        if source.parent.name == "severity":
            (target / "calibration.json").write_text('{"injured": {}, "serious": {}}')
        return copied

    monkeypatch.setattr(keeping.shutil, "copytree", meanwhile)
    with pytest.raises(ShelfError, match="changed while they were read"):
        shelve()
    assert aliases.read(shelf) is None
    assert moves.versions(shelf, "dispatch") == []


def test_no_models_are_told_of(tmp_path):
    with pytest.raises(ShelfError, match="no models in"):
        keeping.shelve(tmp_path / "models", tmp_path / "shelf", tmp_path)


def test_promotion_and_rollback(two, shelf):
    champion, challenger = two
    assert moves.promote(shelf, "event") == challenger
    now = places(shelf)
    assert (now.champion, now.previous, now.challenger) == (challenger, champion, None)
    assert moves.rollback(shelf, "event", "deaths are missed") == champion
    assert (places(shelf).champion, places(shelf).previous) == (champion, None)
    history = [(move.what, move.reason) for move in aliases.read(shelf).history]
    assert history[-1] == ("rolled back", "deaths are missed")
    with pytest.raises(ShelfError, match="no champion came before"):
        moves.rollback(shelf, "event")


def test_what_cannot_be_done_changes_nothing(two, shelf):
    champion, _ = two
    before = (shelf / aliases.FILE).read_bytes()
    for wrong in (
        lambda: moves.promote(shelf, "event", champion),
        lambda: moves.promote(shelf, "event", "0" * 12),
        lambda: moves.promote(shelf, "event", ".."),
        lambda: moves.promote(shelf, "investigation"),
        lambda: moves.challenge(shelf, "event", "share", 0.0),
        lambda: moves.challenge(shelf, "event", "share", 1.5),
        lambda: moves.challenge(shelf, "event", "shadow", version=champion),
        lambda: moves.parsed("share=2"),
        lambda: moves.parsed("half"),
    ):
        with pytest.raises(ShelfError):
            wrong()
    assert (shelf / aliases.FILE).read_bytes() == before


def test_a_new_challenger_is_given_nothing_of_what_the_old_one_had(two, shelf, shelve, models):
    moves.challenge(shelf, "event", "share", 0.5)
    path = models / "severity" / "event" / "conformal.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"limit": 0.7}))
    newest = shelve()["event"].version
    found = places(shelf)
    assert (found.challenger, found.mode, found.share) == (newest, "off", 0)


def test_only_versions_with_a_name_and_the_newest_stay(two, shelf, shelve, models):
    champion, _ = two
    path = models / "severity" / "event" / "conformal.json"
    told = json.loads(path.read_text())
    made = []
    for limit in (0.71, 0.72, 0.73, 0.74):
        path.write_text(json.dumps(told | {"limit": limit}))
        made.append(shelve(keep=2)["event"].version)
    assert moves.versions(shelf, "event") == [champion, *made[-3:]]


def test_a_returned_version_is_taken_out_once(two, shelf):
    champion, challenger = two
    moves.challenge(shelf, "event", "share", 0.5)
    assert moves.take_out(shelf, "event", challenger, "errors")
    assert not moves.take_out(shelf, "event", challenger, "errors")
    moves.promote(shelf, "event")
    assert moves.give_back(shelf, "event", challenger, "latency")
    assert not moves.give_back(shelf, "event", challenger, "latency")
    assert places(shelf).champion == champion


def _move_often(shelf, n):
    for _ in range(n):
        moves.challenge(shelf, "event", "shadow")
        moves.challenge(shelf, "event", "off")


def test_changes_from_many_processes_are_all_kept(two, shelf):
    before = len(aliases.read(shelf).history)
    forked = multiprocessing.get_context("fork")
    workers = [forked.Process(target=_move_often, args=(shelf, 10)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(aliases.read(shelf).history) == before + 4 * 2 * 10


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"horizons": {"event": {}}}'])
def test_a_broken_file_of_aliases_is_told_of(text, shelf):
    shelf.mkdir()
    (shelf / aliases.FILE).write_text(text)
    with pytest.raises(ShelfError, match="cannot be read"):
        aliases.read(shelf)


def test_the_history_is_bounded():
    found = Aliases()
    for number in range(aliases.KEPT_MOVES + 5):
        found.move("event", "shelved", f"{number:012x}", "tried", champion=f"{number:012x}")
    assert len(found.history) == aliases.KEPT_MOVES
    assert found.history[-1].version == f"{aliases.KEPT_MOVES + 4:012x}"


def test_since_is_when_the_place_was_taken(two, shelf):
    began = datetime.now(UTC)
    moves.challenge(shelf, "event", "shadow")
    shadowed = places(shelf).challenged_since
    moves.challenge(shelf, "event", "share", 0.2)
    moves.challenge(shelf, "event", "share", 0.4)
    assert places(shelf).challenged_since == shadowed >= began
    assert places(shelf).since < began
    moves.promote(shelf, "event")
    assert places(shelf).since > shadowed

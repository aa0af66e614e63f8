"""GET /models and /models/{target}/{horizon}: versions, figures, features, cards."""

import json
from pathlib import Path

import pytest

from hindcast.features.catalog import FEATURES
from hindcast.serve.schemas.models import ModelDetail, Models
from hindcast.serve.settings import Settings
from hindcast.serve.shelf import keeping, moves
from hindcast.serve.shelf.about import about

ROUTE = "/api/v1/models"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings over models that are looked at never while a test runs."""
    return settings.model_copy(update={"reload_seconds": 600})


def test_every_target_and_horizon_is_listed(two, shelf, client):
    champion, challenger = two
    listed = Models.model_validate(client.get(ROUTE).json(), extra="forbid").items
    there = {(one.target, one.horizon) for one in listed}
    assert ("causes", "event") in there
    assert ("causes", "dispatch") not in there
    (event,) = (one for one in listed if (one.target, one.horizon) == ("fatal", "event"))
    assert event.default == champion
    assert [(one.version, one.roles, one.is_loaded) for one in event.versions] == [
        (challenger, ["challenger"], True),
        (champion, ["champion"], True),
    ]
    assert (event.challenger.version, event.challenger.mode) == (challenger, "off")


def test_a_version_that_is_only_kept_is_told_of_and_not_loaded(two, shelf, client, settings):
    moves.promote(shelf, "event")
    client.portal.call(client.app.state.services.shelf.look)
    listed = Models.model_validate(client.get(ROUTE).json()).items
    (event,) = (one for one in listed if (one.target, one.horizon) == ("fatal", "event"))
    assert [(one.roles, one.is_loaded) for one in event.versions] == [
        (["champion"], True),
        (["previous"], False),
    ]
    old = client.get(f"{ROUTE}/fatal/event", params={"version": two[0]}).json()
    assert (old["version"], old["roles"]) == (two[0], ["previous"])


def test_a_model_tells_its_features_in_plain_words(two, client):
    told = ModelDetail.model_validate(client.get(f"{ROUTE}/severity/event").json(), extra="forbid")
    assert told.version == two[0]
    assert told.outputs == ["none", "minor", "serious", "fatal"]
    assert "not the risk" in told.estimand
    declared = {feature.name for feature in FEATURES}
    assert {one.name for one in told.features} <= declared
    assert all(one.meaning and one.meaning != one.name for one in told.features)
    (phase,) = (one for one in told.features if one.name == "phase")
    assert phase.known_at == "event"
    assert phase.levels


@pytest.mark.parametrize(
    "path", ["damage/event", "fatal/investigation", "fatal/event?version=000000000000"]
)
def test_what_is_not_there_is_404_and_says_what_is(two, client, path):
    answer = client.get(f"{ROUTE}/{path}")
    assert answer.status_code == 404
    assert "there are" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["fatal/event?version=..%2F..%2Fx", "fatal/night", "x/event"])
def test_nothing_but_names_is_taken(two, client, path):
    assert client.get(f"{ROUTE}/{path}").status_code == 422


def test_the_etag_changes_with_the_aliases(two, shelf, client):
    first = client.get(ROUTE).headers["etag"]
    again = client.get(ROUTE, headers={"If-None-Match": first})
    assert (again.status_code, again.content) == (304, b"")
    moves.challenge(shelf, "event", "shadow")
    client.portal.call(client.app.state.services.shelf.look)
    changed = client.get(ROUTE, headers={"If-None-Match": first})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first


def test_without_a_shelf_models_that_were_trained_anew_are_not_mixed_up(client, train_anew):
    assert client.get(f"{ROUTE}/fatal/event").status_code == 200
    train_anew()
    told = client.get(f"{ROUTE}/fatal/event")
    assert told.status_code == 503
    assert "trained anew" in told.json()["detail"]


def _measured(models: Path, **changed: object) -> dict:
    """Invent metrics.json with figures of P(fatal) at the event."""
    manifest = json.loads((models / "fatal" / "event" / "manifest.json").read_text())
    figures = {
        "n_features": manifest["n_features"], "best_threshold": manifest["threshold"],
        "n_test": 40, "roc_auc": 0.8, "roc_auc_ci": [0.7, 0.9],
    }  # fmt: skip
    source = {"fingerprint": manifest.get("fingerprint")}
    return {"source": source, "fatal": {"event": figures | changed}}


@pytest.mark.parametrize(("changed", "are_theirs"), [({}, True), ({"best_threshold": 0.1}, False)])
def test_figures_of_other_models_are_not_taken(models, tmp_path, monkeypatch, changed, are_theirs):
    monkeypatch.setattr("hindcast.serve.shelf.about._card", lambda *_: "card")
    measured = _measured(models, **changed)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "metrics.json").write_text(json.dumps(measured))
    told = about(models, "event", tmp_path)["targets"]["fatal"]
    expected = {"roc_auc": {"value": 0.8, "low": 0.7, "high": 0.9}}
    assert told["metrics"] == (expected if are_theirs else None)
    assert told["card"] == ("card" if are_theirs else None)


def test_what_the_registry_knows_is_kept_with_a_version(models, shelf, tmp_path, client):
    keeping.shelve(models, shelf, tmp_path, registered=lambda *_: {"semver": "2.1.0"})
    client.portal.call(client.app.state.services.shelf.look)
    (first, *_) = client.get(ROUTE).json()["items"]
    assert first["versions"][0]["semver"] == "2.1.0"
    told = client.get(f"{ROUTE}/{first['target']}/{first['horizon']}").json()
    assert told["registry"] == {"semver": "2.1.0"}

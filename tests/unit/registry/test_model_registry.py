"""What is kept of a training: run, dataset, lineage, version, aliases."""

import json
import logging
import sqlite3
import subprocess
from contextlib import closing

import pytest

from hindcast import paths
from hindcast.model import bundle as bundles
from hindcast.model import registry
from hindcast.model.registry import RegistryError, lineage, versioning

NAME = "hindcast-fatal-dispatch"


def test_a_run_is_kept_with_what_it_was_trained_on(make, store, caplog):
    folder = make()
    with caplog.at_level(logging.INFO):
        number = registry.record(store, folder, {"jobs": 2}, {"auc": 0.5})
    assert {one.name.split(".")[0] for one in caplog.records} == {"hindcast"}
    version = store.client().get_model_version(NAME, number)
    run = store.client().get_run(version.run_id)
    assert run.data.params == {"jobs": "2", "data_fingerprint": "ab" * 32}
    assert run.data.metrics == {"auc": 0.5}
    assert "feature_schema.json" in {
        one.path for one in store.client().list_artifacts(run.info.run_id)
    }
    (given,) = run.inputs.dataset_inputs
    assert ("ab" * 32).startswith(given.dataset.digest)
    assert len(given.dataset.digest) == 36
    tags = {tag.key: tag.value for tag in given.tags}
    assert tags["mlflow.data.context"] == "training"
    assert tags["data_fingerprint"] == "ab" * 32
    assert "far_part" in given.dataset.schema


def test_the_dataset_is_named_by_its_releases_if_they_are_those_at_hand(make, store):
    found = {"fingerprint": "ab" * 32, "simulated": True, "releases": [{"release": "avall_2030"}]}
    paths.interim("inventory.json").write_text(json.dumps(found))
    number = registry.record(store, make(), {}, {})
    version = store.client().get_model_version(NAME, number)
    (given,) = store.client().get_run(version.run_id).inputs.dataset_inputs
    assert given.dataset.name == "avall_2030"
    assert version.tags["simulated"] == "true"


def test_a_version_leads_back_to_run_features_records_and_split(keep, store):
    tags = store.client().get_model_version(NAME, keep()).tags
    assert tags["data_fingerprint"] == "ab" * 32
    assert tags["features_version"] == "v1"
    assert tags["split.train_until"] == "2017-12-31"
    assert (
        store.client().get_run(tags["run_id"]).data.tags["bundle_sha256"] == tags["bundle_sha256"]
    )
    assert "git_commit" not in tags  # the project's folder is no checkout here
    assert "simulated" not in tags  # nor are the records at hand


def test_the_commit_is_told_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCAST_HOME", str(tmp_path))
    assert lineage.git_commit() is None
    author = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), (*author, "commit", "-q", "--allow-empty", "-m", "one")):
        subprocess.run(("git", *command), cwd=tmp_path, check=True)
    assert len(lineage.git_commit()) == 40


def test_the_first_is_champion_and_later_ones_challenge(keep, aliases):
    assert keep(5) == "1"
    assert aliases() == {"champion": "1"}
    assert keep(10) == "2"
    assert aliases() == {"champion": "1", "challenger": "2"}
    assert keep(15) == "3"
    assert aliases() == {"champion": "1", "challenger": "3"}


def test_the_same_bundle_makes_no_version_and_no_run(keep, store, aliases):
    keep(5)
    recipe = {"seed": 7, "jobs": 16, "booster": {"max_depth": 2}}
    assert keep(5) == keep(5, recipe=recipe) == "1"
    assert aliases() == {"champion": "1"}
    experiment = store.client().get_experiment_by_name("fatal")
    assert len(store.client().search_runs([experiment.experiment_id])) == 1


def test_a_champion_trained_again_has_no_challenger(keep, aliases):
    keep(5)
    keep(10)
    assert keep(5) == "1"
    assert aliases() == {"champion": "1"}
    assert keep(10) == "2"
    assert aliases() == {"champion": "1", "challenger": "2"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"blind": True}, "2.0.0"),
        ({"fingerprint": "cd" * 32}, "1.1.0"),
        ({"features_version": "v2"}, "1.1.0"),
        ({"recipe": {"seed": 8, "jobs": 2, "booster": {}}}, "1.1.0"),
        ({"rounds": 3}, "1.0.1"),
    ],
)
def test_a_version_says_what_to_expect_of_the_change(make, change, expected):
    before = lineage.of_bundle(bundles.load(make())) | {"semver": "1.0.0"}
    now = lineage.of_bundle(bundles.load(make(**change)))
    assert versioning.step(before, now).semver == expected


def test_versions_are_counted_on_from_the_last(keep, store):
    numbers = [
        keep(5),
        keep(5, fingerprint="cd" * 32),
        keep(6, fingerprint="cd" * 32),
        keep(blind=True),
    ]
    tags = [store.client().get_model_version(NAME, number).tags for number in numbers]
    assert [one["semver"] for one in tags] == ["1.0.0", "1.1.0", "1.1.1", "2.0.0"]
    assert "data_fingerprint" in tags[1]["semver_reason"]
    assert "1 fewer" in tags[3]["semver_reason"]


def test_a_version_kept_before_there_were_numbers_begins_them(keep, store):
    keep(5)
    store.client().delete_model_version_tag(NAME, "1", "semver")
    assert store.client().get_model_version(NAME, keep(6)).tags["semver"] == "1.0.0"


def test_bundles_are_loaded_by_alias_and_by_version(keep, make, store):
    keep(5)
    keep(10)
    trees = {
        text: registry.load(f"fatal/dispatch{text}").booster.num_boosted_rounds()
        for text in ("", "@champion", "@challenger", "/1", "/2")
    }
    assert trees == {"": 5, "@champion": 5, "@challenger": 10, "/1": 5, "/2": 10}


def test_what_is_not_there_is_named_with_what_is(keep):
    keep(5)
    for text, told in {
        "fatal": "names no registered model",
        "fatal/dispatch@": "names no registered model",
        "fatal/scene": "no model fatal/scene is registered .* stage `train`",
        "fatal/dispatch@previous": "no previous: versions 1; champion = 1",
        "fatal/dispatch/7": "no version 7: versions 1; champion = 1",
    }.items():
        with pytest.raises(RegistryError, match=told):
            registry.load(text)


def test_no_pickle_is_kept(keep, store):
    keep(5)
    kept = {path.suffix for path in store.artifacts.rglob("*") if path.is_file()}
    assert ".ubj" in kept
    assert not kept & {".pkl", ".pickle", ".joblib"}


def test_a_store_that_fails_while_keeping_says_that_the_bundles_are_whole(make, store):
    folder = make()
    with closing(sqlite3.connect(paths.root() / "mlflow.db")) as file:
        file.execute("ALTER TABLE registered_models RENAME TO gone")
    with pytest.raises(RegistryError, match="failed while a run was kept; the bundles in models/"):
        registry.record(store, folder, {}, {})


def test_a_folder_that_is_no_bundle_is_named(store, tmp_path):
    with pytest.raises(bundles.BundleError, match="is not a bundle"):
        registry.record(store, tmp_path, {}, {})

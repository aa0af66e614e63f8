"""A store that cannot be reached or written stops the run before training, with what to do."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hindcast.model import registry
from hindcast.model.registry import RegistryError, Store


@pytest.fixture
def database(empty_store, tmp_path) -> Path:
    return Path(shutil.copy(empty_store, tmp_path / "mlflow.db"))


def refused(store: Store) -> str:
    with pytest.raises(RegistryError) as caught:
        registry.open_experiment(store)
    told = str(caught.value)
    assert "nothing was trained" in told
    assert "\n" not in told
    return told


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"not a database" * 100)
    told = refused(Store(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path))
    assert "mlflow.db cannot be opened" in told
    assert "move a broken mlflow.db away" in told


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused(Store(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}", tmp_path))


def test_a_database_that_another_program_writes(database, monkeypatch):
    monkeypatch.setattr("hindcast.model.registry.store.LOCK_SECONDS", 0.05)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        told = refused(Store(f"sqlite:///{database}", database.parent))
    assert "database is locked" in told
    assert "stop `make mlflow`" in told


def test_a_database_that_may_only_be_read(database):
    told = refused(Store(f"sqlite:///file:{database}?mode=ro&uri=true", database.parent))
    assert "readonly" in told
    assert "right to write" in told


def test_a_database_of_another_mlflow(database):
    with closing(sqlite3.connect(database)) as file:
        file.execute("UPDATE alembic_version SET version_num = '0123456789ab'")
        file.commit()
    told = refused(Store(f"sqlite:///{database}", database.parent))
    assert "0123456789ab" in told
    assert "mlflow db upgrade" in told


def test_files_that_have_no_place(database):
    (database.parent / "file").write_text("in the way")
    refused(Store(f"sqlite:///{database}", database.parent / "file" / "mlartifacts"))


@pytest.mark.parametrize("uri", ["nowhere://x", "http://127.0.0.1:9"])
def test_an_address_where_nothing_is(uri, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    refused(Store(uri, tmp_path))


def test_a_password_is_not_told():
    store = Store("postgresql://study:secret@db.example.org/mlflow", Path("files"))
    assert store.shown == "postgresql://study:***@db.example.org/mlflow"


def test_the_environment_names_another_store(monkeypatch, home):
    assert Store.of_project().uri == f"sqlite:///{home}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    assert Store.of_project().uri == "http://127.0.0.1:9"


def test_a_store_copied_along_with_its_project_writes_nowhere_else(store, home, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy")
    shutil.copy(home / "mlflow.db", copy / "mlflow.db")
    told = refused(Store(f"sqlite:///{copy}/mlflow.db", copy / "mlartifacts"))
    assert f"{home}/mlartifacts" in told
    assert "it was copied or moved" in told
    shared = Store(store.uri, copy / "mlartifacts")
    assert registry.open_experiment(shared) == registry.open_experiment(store)

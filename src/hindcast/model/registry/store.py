"""Reach MLflow's store, and say what is wrong and what to do where it cannot be reached."""

import logging
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.telemetry import set_telemetry_client
from mlflow.utils.file_utils import local_file_uri_to_path
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from hindcast import paths
from hindcast.errors import HindcastError

EXPERIMENT = "fatal"
CHATTY = ("mlflow", "alembic")
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
LOCK_SECONDS = 5.0

_ADVICE = (
    (
        r"lock",
        "Another program writes to it: let the other run end, or stop `make mlflow`, and run again",
    ),
    (
        r"read-?only|permission denied",
        "Give yourself the right to write there, or set MLFLOW_TRACKING_URI to another store",
    ),
    (
        r"schema|revision",
        "Another version of MLflow made it: back it up and run `mlflow db upgrade` on it, or move "
        "it away",
    ),
)
_OTHERWISE = "Give MLFLOW_TRACKING_URI a store that can be reached, or move a broken mlflow.db away"


class RegistryError(HindcastError, RuntimeError):
    """The store of runs, or what is asked of it, is not there; the message names it."""


@dataclass(frozen=True)
class Store:
    """Where runs are kept: an MLflow tracking address and a folder for their files."""

    uri: str
    artifacts: Path

    @classmethod
    def of_project(cls) -> "Store":
        """Return the project's store, or the one ``MLFLOW_TRACKING_URI`` names."""
        root = paths.root().absolute()
        named = os.environ.get("MLFLOW_TRACKING_URI")
        return cls(named or f"sqlite:///{root / 'mlflow.db'}", root / "mlartifacts")

    @property
    def is_own(self) -> bool:
        """Return whether the database lies beside its folder of files, as the project's does."""
        return self.uri == f"sqlite:///{self.artifacts.parent / 'mlflow.db'}"

    @property
    def shown(self) -> str:
        """Return the address without a password."""
        return re.sub(r"(?<=://)([^/@:]+):[^/@]*@", r"\1:***@", self.uri)

    def client(self) -> mlflow.MlflowClient:
        """Return MLflow's client of this store, for runs and registered models alike.

        MLflow is told not to send its makers what is done with it, unless somebody has set
        ``MLFLOW_DISABLE_TELEMETRY`` otherwise.
        """
        for name, value in SETTINGS.items():
            os.environ.setdefault(name, value)
        set_telemetry_client()
        return mlflow.MlflowClient(self.uri, self.uri)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow and its schema migrations to warnings while they work for us."""
    before = {name: logging.getLogger(name).level for name in CHATTY}
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def reached(store: Store, doing: str = "cannot be used") -> Iterator[None]:
    """Let MLflow work in the block, quietly; its failures become one message of ours.

    Raises
    ------
    RegistryError
        Names the store, the reason and what to do.
    """
    try:
        with _quiet():
            yield
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise RegistryError(
            f"the store of runs {store.shown} {doing} ({reason}). {advice(reason)}"
        ) from error


def advice(reason: str) -> str:
    """Return what to do about a store that failed for ``reason``.

    Examples
    --------
    >>> advice("(sqlite3.OperationalError) database is locked")[:31]
    'Another program writes to it: l'
    """
    found = (told for sign, told in _ADVICE if re.search(sign, reason, re.IGNORECASE))
    return next(found, _OTHERWISE)


def check_there(store: Store) -> None:
    """Refuse to look into an SQLite file that is not there: MLflow would make an empty one.

    Raises
    ------
    RegistryError
        There is no such file.
    """
    if store.uri.startswith("sqlite:") and not _sqlite_path(store.uri):
        raise RegistryError(
            f"there is no store of runs {store.shown}: the stage `train` begins it (`make run`)"
        )


def open_experiment(store: Store, name: str = EXPERIMENT) -> str:
    """Reach the store, write to it, and return the experiment's id, before anything is trained.

    Raises
    ------
    RegistryError
        The store cannot be opened or written: no such folder, not a database, locked, read-only,
        made by another MLflow, no server, or no room for its files.
    """
    with reached(store, "cannot be opened; nothing was trained"):
        _writable_database(store.uri)
        client = store.client()
        experiment = _experiment(client, store, name)
        client.set_experiment_tag(experiment, "last_opened", f"{datetime.now(UTC):%F %T} UTC")
        location = client.get_experiment(experiment).artifact_location
        _check_place(store, location)
        _writable_folder(location)
    return experiment


def _experiment(client: mlflow.MlflowClient, store: Store, name: str) -> str:
    if found := client.get_experiment_by_name(name):
        return found.experiment_id
    local = store.uri.startswith("sqlite:")
    return client.create_experiment(name, store.artifacts.as_uri() if local else None)


def _writable_database(uri: str) -> None:
    """Take and give back the write lock of an SQLite file.

    MLflow itself tries a file that it cannot write again and again, for minutes.
    """
    if not uri.startswith("sqlite:") or not (path := _sqlite_path(uri)):
        return
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, uri=path.startswith("file:"))) as file:
        file.execute("BEGIN IMMEDIATE")
        file.execute("SELECT count(*) FROM sqlite_master")
        file.rollback()


def _sqlite_path(uri: str) -> str | None:
    """Return what SQLite is to open, None where there is no file yet."""
    try:
        url = make_url(uri)
    except ArgumentError as error:
        raise OSError(f"not an address: {error}") from error
    file = (url.database or "").removeprefix("file:")
    if not Path(file).is_file():
        return None
    given = {name: value for name, value in url.query.items() if name != "uri"}
    return f"{url.database}?{urlencode(given)}" if "uri" in url.query else url.database


def _check_place(store: Store, location: str) -> None:
    """Refuse a database that came along when a project was copied: it writes where that one lies.

    MLflow keeps the place of a run's files as an absolute path.
    """
    if not store.is_own or not location.startswith("file:"):
        return
    if Path(local_file_uri_to_path(location)).resolve() != store.artifacts.resolve():
        raise RegistryError(
            f"the store of runs {store.shown} keeps its files in {location}, not in "
            f"{store.artifacts}: it was copied or moved from there; nothing was trained. Move "
            "mlflow.db and mlartifacts away to begin a store here, or set MLFLOW_TRACKING_URI to "
            "the store that is meant"
        )


def _writable_folder(location: str) -> None:
    if not location.startswith("file:"):
        return
    folder = Path(local_file_uri_to_path(location))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass

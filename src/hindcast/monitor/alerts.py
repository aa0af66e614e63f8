"""Tell a webhook of a condition once when it begins and once when it ends.

What was told is kept in a small SQLite file, locked while one process tells: of several workers and
runs that notice the same, one tells. A message that could not be delivered stays due, and goes out
with the next call under the same ``id``; a receiver that got it all the same can tell by the id.
"""

import json
import logging
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hindcast.errors import HindcastError

log = logging.getLogger(__name__)

TRIES = 3
TIMEOUT = 5.0
FIRST_WAIT = 0.5
LOCK_WAIT = 60.0
_STATE = """CREATE TABLE IF NOT EXISTS conditions (
    name TEXT, subject TEXT, id TEXT NOT NULL, is_on INTEGER NOT NULL, since TEXT NOT NULL,
    told TEXT NOT NULL, is_due INTEGER NOT NULL, PRIMARY KEY (name, subject)) STRICT"""
_SELECT = "SELECT id, is_on, since, is_due FROM conditions WHERE name = ? AND subject = ?"
_KEEP = """INSERT INTO conditions VALUES (?, ?, ?, ?, ?, ?, 1)
    ON CONFLICT DO UPDATE SET id = excluded.id, is_on = excluded.is_on, since = excluded.since,
    told = excluded.told, is_due = 1"""
_DUE = """SELECT name, subject, id, is_on, since, told FROM conditions
    WHERE is_due ORDER BY since, id"""
_DONE = "UPDATE conditions SET is_due = 0 WHERE id = ?"
_FORGET = "DELETE FROM conditions WHERE name = ? AND subject = ?"
_BACK = "UPDATE conditions SET is_on = 1, is_due = 0 WHERE name = ? AND subject = ?"


class WebhookError(HindcastError, ValueError):
    """The webhook's address is none that may be asked; the message says what is expected."""


class AlertStateError(HindcastError, OSError):
    """The file that says what was told cannot be used; the message names it."""


@dataclass(frozen=True)
class Condition:
    """Something that is so or not.

    Attributes
    ----------
    name
        What, such as ``calibration``; the alerts of the same name are in the runbook.
    subject
        Of which, such as ``event/0123456789ab/champion``; empty where there is only one.
    is_on
        Whether it is so now.
    told
        A sentence with the numbers; no personal data.
    """

    name: str
    subject: str
    is_on: bool
    told: str


def check_url(url: str) -> str:
    """Return ``url`` if it may be asked.

    Raises
    ------
    WebhookError
        It is not http or https, names no host, or carries a password.

    Examples
    --------
    >>> check_url("https://alerts.example/hook")
    'https://alerts.example/hook'
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise WebhookError(
            f"HINDCAST_WEBHOOK_URL begins {parts.scheme!r}: expected http(s)://host/path without "
            "user or password"
        )
    return url


def tell(url: str | None, state: Path, conditions: Iterable[Condition]) -> int:
    """Keep the conditions, and tell the webhook of those that began or ended; return how many.

    Blocks until told (at most some seconds a message): call it in a thread. Conditions that are not
    given stay as they are, so that each part tells of its own. Never raises for a webhook that
    cannot be reached: what is due goes out with the next call.

    Parameters
    ----------
    url
        Where messages are sent as JSON; with None conditions are only kept.
    state
        The SQLite file that says what was told.
    conditions
        All that were judged, on and off.

    Raises
    ------
    WebhookError
        The address is none that may be asked.
    AlertStateError
        The file cannot be read or written.
    """
    if url is not None:
        check_url(url)
    with _locked(state) as kept:
        for one in conditions:
            _keep(kept, one)
    if url is None:
        return 0
    with _locked(state) as kept:  # what is due is committed, under its id, before it goes out
        return _send_due(kept, url)


@contextmanager
def _locked(state: Path) -> Iterator[sqlite3.Connection]:
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(state, timeout=LOCK_WAIT, isolation_level=None)) as kept:
            kept.execute("BEGIN IMMEDIATE")
            kept.execute(_STATE)
            yield kept
            kept.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise AlertStateError(
            f"{state} cannot be used: {error}; expected a file that this process may write"
        ) from error


def _keep(kept: sqlite3.Connection, one: Condition) -> None:
    """Note a condition that changed; one that came and went untold is no news."""
    was = kept.execute(_SELECT, (one.name, one.subject)).fetchone()
    if bool(was and was[1]) == one.is_on:
        return
    if was and was[3]:  # nobody was told of the change that is now undone
        kept.execute(_BACK if one.is_on else _FORGET, (one.name, one.subject))
        return
    since = datetime.now(UTC).isoformat(timespec="seconds")
    told = (one.name, one.subject, uuid.uuid4().hex, int(one.is_on), since, one.told)
    kept.execute(_KEEP, told)


def _send_due(kept: sqlite3.Connection, url: str) -> int:
    sent = 0
    for name, subject, id_, is_on, since, told in kept.execute(_DUE).fetchall():
        message = {
            "id": id_,
            "status": "firing" if is_on else "resolved",
            "condition": name,
            "subject": subject,
            "since": since,
            "summary": told,
        }
        if not post(url, message):
            break
        kept.execute(_DONE, (id_,))
        sent += 1
    return sent


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: it would lead wherever the other side wants."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, message: dict[str, Any]) -> bool:
    """Send one message, a few times if need be; say whether it was taken (a 2xx answer)."""
    opener = urllib.request.build_opener(_NoRedirect)
    body = json.dumps(message).encode()
    request = urllib.request.Request(  # noqa: S310 - check_url has seen the scheme
        url, body, {"Content-Type": "application/json", "Idempotency-Key": message["id"]}
    )
    for number in range(TRIES):
        if number:
            time.sleep(FIRST_WAIT * 2 ** (number - 1))
        try:
            with opener.open(request, timeout=TIMEOUT):
                return True
        except urllib.error.HTTPError as error:
            log.warning("webhook answered %s", error.code)
            if error.code < 500 and error.code != 429:
                return False
        except OSError as error:
            log.warning("webhook not reached: %s", error)
    return False

"""Settings read from the environment; one that is wrong or unknown is told by name."""

import difflib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from hindcast.errors import HindcastError
from hindcast.serve.settings import Settings

PREFIX = "HINDCAST_"
READ_ELSEWHERE = (
    *("HINDCAST_HOME", "HINDCAST_RAW", "HINDCAST_REAL_RECORDS"),
    *("HINDCAST_URL", "HINDCAST_KEY"),
)
"""Variables of other parts of the package, and those that the documentation's clients read."""

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Prometheus' variable: where workers put what they count; read when its client is imported."""

SECRET = ("database_url", "redis_url", "webhook_url")
"""Settings that hold passwords, which no message may quote."""

_LONGEST = 60


class SettingsError(HindcastError):
    """Variables of the environment that the server cannot start with."""


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the environment.

    Parameters
    ----------
    environment
        Where unknown names are looked for; the process's own where not given.

    Raises
    ------
    SettingsError
        A variable has a value of the wrong kind, or begins with ``HINDCAST_`` and is no setting;
        every one is named.
    """
    environment = os.environ if environment is None else environment
    faults = list(_unknown(environment))
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [_wrong(one) for one in error.errors()]
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def variable(name: str) -> str:
    """Return the variable of a setting.

    >>> variable("max_body_bytes")
    'HINDCAST_MAX_BODY_BYTES'
    """
    return PREFIX + name.upper()


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = [variable(name) for name in Settings.model_fields] + list(READ_ELSEWHERE)
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, 1, 0)
            yield f"{name} is no setting: unset it, or is {near[0]} meant?"


def _wrong(fault: Mapping[str, Any]) -> str:
    name = str(fault["loc"][0])
    meant = Settings.model_fields[name].description
    return f"{variable(name)} is {_found(name, fault['input'])}: {_expected(fault)} ({meant})"


def _found(name: str, given: Any) -> str:
    if name in SECRET:
        return "not such a URL"
    told = repr(given)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."


def _expected(fault: Mapping[str, Any]) -> str:
    """Return what pydantic expects, without its stock words.

    >>> _expected({"msg": "Input should be a valid integer, unable to parse string as an integer"})
    'expected a valid integer'
    >>> _expected({"msg": "Value error, expected origins as https://example.org, or *"})
    'expected origins as https://example.org, or *'
    """
    told = fault["msg"].removeprefix("Value error, ").partition(", unable to")[0]
    return told.replace("Input should be", "expected").replace("String should", "expected to")

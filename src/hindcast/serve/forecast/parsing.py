"""JSON read strictly: an object, no key twice, no NaN, nothing nested deeper than fields can be."""

import json
from collections import Counter
from typing import Any

import orjson

from hindcast.serve.problems import Problem

_KEY = b'":'
_LOOSE = (b" :", b"\t:", b"\n:", b"\r:")


def parsed(body: bytes) -> dict[str, Any]:
    """Return the object that a request's body holds.

    Raises
    ------
    Problem
        400: not JSON (NaN and Infinity are not), not UTF-8, a lone surrogate, nested too deep, or
        a key stands twice. 422: JSON, but no object.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        told = f"the body is not JSON: {error}; NaN and Infinity are not JSON"
        raise Problem(400, told) from error
    if not isinstance(found, dict):
        raise Problem(422, f"the body is {_kind(found)}, expected an object of fields")
    if _may_have_twins(body, found):
        refuse_twins(body)
    return found


def _may_have_twins(body: bytes, found: dict[str, Any]) -> bool:
    """Say whether a key may stand twice, which parsing slowly finds out.

    Where no blank stands before a colon, each key ends in a quote and a colon; texts may hold them
    too, so there are as many as keys were written, or more. A key that stands twice was written
    once more than it is found.
    """
    n_keys = body.count(_KEY)
    if n_keys != _keys(found):
        return True
    return body.count(b":") != n_keys and any(blank in body for blank in _LOOSE)


def _keys(found: dict[str, Any]) -> int:
    """Return how many keys an object has, or a batch and its rows; deeper ones are not counted."""
    rows = found.get("rows")
    within = [len(row) for row in rows if type(row) is dict] if type(rows) is list else ()
    return len(found) + sum(within)


def refuse_twins(body: bytes) -> None:
    """Refuse an object that names a key twice, at any depth.

    Raises
    ------
    Problem
        400, with the key.
    """
    try:
        json.loads(body, object_pairs_hook=_once)
    except RecursionError:
        raise Problem(400, "the body is nested too deep: fields are values or flat lists") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise Problem(400, f"the key {twice[:64]!r} stands twice; give each field once")
    return found


def _kind(found: Any) -> str:
    kinds = {list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(found), "a number")


def check_type(headers: list[tuple[bytes, bytes]]) -> None:
    """Refuse a body that does not say it is JSON.

    Raises
    ------
    Problem
        415.
    """
    for name, value in headers:
        if name == b"content-type":
            if value[:16].lower() == b"application/json":
                return
            said = value[:64].decode("latin-1")
            raise Problem(415, f"the body is {said!r}, expected content-type: application/json")
    raise Problem(415, "the request has no content-type, expected application/json")

"""JSON read strictly: an object, no key twice, no NaN, nothing nested deeper than fields can be."""

import json
from collections import Counter
from typing import Any

import orjson

from hindcast.serve.problems import Problem

DEEPEST = 6
"""How deep a body may be nested: a batch is an object of a list of objects of lists."""
_QUOTE, _ESCAPE = b'"', b"\\"


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
    texts = _texts(found)
    if _ESCAPE in body or body.count(_QUOTE) != 2 * texts:
        refuse_twins(body)
    return found


def _texts(found: dict[str, Any], depth: int = 1) -> int:
    """Return how many texts an object was written with: its keys, its values, those within.

    A key that stands twice was written once more than it is found: its quotes are left over.
    """
    texts = len(found)
    for value in found.values():
        if type(value) is str:
            texts += 1
        elif type(value) in (list, dict):
            texts += _texts_within(value, depth + 1)
    return texts


def _texts_within(value: Any, depth: int) -> int:
    if depth > DEEPEST:
        raise _too_deep()
    if type(value) is dict:
        return _texts(value, depth)
    texts = 0
    for one in value:
        if type(one) is str:
            texts += 1
        elif type(one) in (list, dict):
            texts += _texts_within(one, depth + 1)
    return texts


def _too_deep() -> Problem:
    return Problem(400, "the body is nested too deep: fields are values or flat lists")


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
        raise _too_deep() from None


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

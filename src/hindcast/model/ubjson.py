"""Universal Binary JSON as XGBoost writes it, with arrays of numbers as NumPy arrays.

A booster's trees are mostly numbers. As JSON they take a tenth of a second to read, a digit at a
time; here an array is read as it lies.
"""

import struct
from typing import Any

import numpy as np

from hindcast.errors import HindcastError

_NUMBERS = {"i": ">b", "U": ">B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
_STRUCTS = {ord(mark): struct.Struct(of) for mark, of in _NUMBERS.items()}
_DTYPES = {ord(mark): np.dtype(of) for mark, of in _NUMBERS.items()}
_CONSTANTS = {ord("Z"): None, ord("T"): True, ord("F"): False}
_TEXT, _OBJECT, _ARRAY, _ENDS_OBJECT, _ENDS_ARRAY, _TYPE, _COUNT = b"S{[}]$#"


class UbjsonError(HindcastError, ValueError):
    """Bytes are not Universal Binary JSON as XGBoost writes it."""


def loads(told: bytes) -> Any:
    """Return what the bytes say; arrays of numbers in the order of bytes that they came in.

    Raises
    ------
    UbjsonError
        They end too early, or hold a mark that XGBoost does not write.

    Examples
    --------
    >>> loads(b"{i" + bytes([4]) + b"name[$l#i" + bytes([2, 0, 0, 0, 7, 0, 0, 0, 9]) + b"}")
    {'name': array([7, 9], dtype='>i4')}
    """
    try:
        return _value(told, 0)[0]
    except (IndexError, struct.error, KeyError, ValueError) as error:
        raise UbjsonError(f"{len(told)} bytes of no UBJSON that XGBoost writes: {error}") from error


def _value(told: bytes, at: int) -> tuple[Any, int]:
    """Return the value whose mark is at a place, and the place behind it."""
    mark = told[at]
    if mark in _STRUCTS:
        return _number(told, at)
    if mark in _CONSTANTS:
        return _CONSTANTS[mark], at + 1
    return {_TEXT: _text, _OBJECT: _object, _ARRAY: _array}[mark](told, at + 1)


def _number(told: bytes, at: int) -> tuple[Any, int]:
    of = _STRUCTS[told[at]]
    return of.unpack_from(told, at + 1)[0], at + 1 + of.size


def _text(told: bytes, at: int) -> tuple[str, int]:
    size, start = _number(told, at)
    if start + size > len(told):
        raise UbjsonError("a text ends too early")
    return told[start : start + size].decode(), start + size


def _object(told: bytes, at: int) -> tuple[dict[str, Any], int]:
    found = {}
    while told[at] != _ENDS_OBJECT:
        name, at = _text(told, at)
        is_typed = told[at] == _ARRAY and told[at + 1] == _TYPE  # most are: no need to ask further
        found[name], at = _numbers(told, at + 2) if is_typed else _value(told, at)
    return found, at + 1


def _array(told: bytes, at: int) -> tuple[Any, int]:
    if told[at] == _TYPE:
        return _numbers(told, at + 1)
    found = []
    if told[at] == _COUNT:
        size, at = _number(told, at + 1)
        for _ in range(size):
            one, at = _value(told, at)
            found.append(one)
        return found, at
    while told[at] != _ENDS_ARRAY:
        one, at = _value(told, at)
        found.append(one)
    return found, at + 1


def _numbers(told: bytes, at: int) -> tuple[np.ndarray, int]:
    of = _DTYPES[told[at]]
    if told[at + 1] != _COUNT:
        raise UbjsonError("an array of one type without its length")
    size, start = _number(told, at + 2)
    return np.frombuffer(told, of, size, start), start + size * of.itemsize

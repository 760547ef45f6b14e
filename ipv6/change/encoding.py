"""Canonical JSON of a change set and the way back: one value, one byte string.

Keys are sorted, no spaces, UTF-8, no floats (their text differs between programs), no unknown and no missing keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

from inventory.errors import InputError
from ipv6.change.model import SCHEMA, ChangeSet

PLACE = "change set"


class _OddError(Exception):
    """Something without a canonical form; `path` is collected on the way out, so that good values pay nothing."""

    def __init__(self, cause: str, fix: str) -> None:
        super().__init__(cause)
        self.cause, self.fix, self.path = cause, fix, list[str]()


def plain(value: object, place: str = PLACE) -> Any:
    """The value as dict, list, str, int, bool or None; InputError for anything else (floats, sets, objects)."""
    try:
        return _plain(value)
    except _OddError as odd:
        raise InputError(place + "".join(reversed(odd.path)), odd.cause, odd.fix) from odd


def _plain(value: object) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool | int | NoneType):
        return value
    if isinstance(value, list | tuple):
        return _list(value)
    if isinstance(value, Mapping):
        wrong = [key for key in value if not isinstance(key, str)]
        if wrong:
            raise _OddError(f"the key {wrong[0]!r} is not text", "use text keys")
        return _items((_text(key), item) for key, item in value.items())
    if is_dataclass(value) and not isinstance(value, type):
        return _items((name, getattr(value, name)) for name in _names(type(value)))
    raise _OddError(f"{type(value).__name__} has no canonical form", "use text, whole numbers, lists and objects")


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise _OddError("the text is not valid Unicode", "remove the lone surrogate") from error
    return value


def _list(value: Iterable[object]) -> list[Any]:
    found: list[Any] = []
    for item in value:
        try:
            found.append(_plain(item))
        except _OddError as odd:
            odd.path.append(f"[{len(found)}]")
            raise
    return found


def _items(pairs: Iterable[tuple[str, object]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in pairs:
        try:
            found[name] = _plain(item)
        except _OddError as odd:
            odd.path.append(f".{name}")
            raise
    return found


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def canonical(value: object) -> bytes:
    """The one byte string of a value (UTF-8 JSON, sorted keys, no spaces, no floats); InputError otherwise."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def to_json(change: ChangeSet) -> str:
    """The canonical JSON text of a change set; `from_json` gives an equal value back."""
    return canonical(change).decode()


def from_json(text: str | bytes) -> ChangeSet:
    """A change set from its JSON; InputError names the key that is unknown, missing, doubled or of the wrong type."""
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(PLACE, f"not JSON: {error}", "take the file that propose wrote") from error
    if isinstance(data, dict) and data.get("schema") != SCHEMA:
        raise InputError(
            f"{PLACE}.schema", f"{data.get('schema')!r} is not {SCHEMA}", "propose again with this version"
        )
    found = _build(ChangeSet, data, PLACE)
    assert isinstance(found, ChangeSet)
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError(PLACE, f"the key {key!r} appears twice", "take the file that propose wrote")
        found[key] = value
    return found


def _no_float(text: str) -> NoReturn:
    raise InputError(PLACE, f"{text} is not a whole number", "floats have no canonical form")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, value: Any, place: str) -> Any:
    if kind is object:
        return value
    origin = get_origin(kind)
    if origin is tuple:
        _expect(isinstance(value, list), place, "a list", value)
        return tuple(_build(get_args(kind)[0], item, f"{place}[{position}]") for position, item in enumerate(value))
    if origin is dict:
        _expect(isinstance(value, dict), place, "an object", value)
        return {key: _build(get_args(kind)[1], item, f"{place}.{key}") for key, item in value.items()}
    if is_dataclass(kind):
        assert isinstance(kind, type)
        _expect(isinstance(value, dict), place, "an object", value)
        hints = _hints(kind)
        for key in value:
            if key not in hints:
                raise InputError(f"{place}.{key}", "unknown key", f"known are {', '.join(hints)}")
        for key in hints:
            if key not in value:
                raise InputError(f"{place}.{key}", "missing key", "take the file that propose wrote")
        return kind(**{key: _build(hints[key], item, f"{place}.{key}") for key, item in value.items()})
    # bool is an int in Python; nothing in the model is a bool.
    _expect(isinstance(value, kind) and not isinstance(value, bool), place, f"of type {kind.__name__}", value)
    return value


def _expect(good: bool, place: str, wanted: str, value: object) -> None:
    if not good:
        raise InputError(place, f"{type(value).__name__} is not {wanted}", "take the file that propose wrote")

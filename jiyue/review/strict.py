"""Signed payloads as values and back: exactly one byte string per value, every other spelling is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from ipv6.change.encoding import canonical

Value = TypeVar("Value")


class NotOurs(ValueError):
    """The bytes are not the one spelling of such a value."""


def parse(kind: type[Value], payload: bytes) -> Value:
    """The value that these canonical bytes spell; NotOurs for anything else, another spelling of it included."""
    try:
        found = _build(kind, json.loads(payload))
        if canonical(found) != payload:
            raise NotOurs("not the canonical form")
    except NotOurs:
        raise
    except (ValueError, RecursionError) as error:
        raise NotOurs("not JSON") from error
    assert isinstance(found, kind)
    return found


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, data: Any) -> Any:
    if is_dataclass(kind):
        assert isinstance(kind, type)
        if not isinstance(data, dict) or set(data) != {each.name for each in fields(kind)}:
            raise NotOurs("other keys")
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], value) for name, value in data.items()})
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise NotOurs("no list")
        return tuple(_build(get_args(kind)[0], item) for item in data)
    if get_origin(kind) is Literal:
        # `type` as well: 1 == True in Python, and a signed flag is never a number.
        if not any(data == one and type(data) is type(one) for one in get_args(kind)):
            raise NotOurs("unknown word")
        return data
    if type(data) is not kind:
        raise NotOurs("another type")
    return data

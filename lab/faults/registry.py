"""The kinds of faults there are, and how a person names one: `NAME@HOST,key=value,...`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pydantic import TypeAdapter, ValidationError

import lab.faults.kinds
from inventory.errors import InputError, Problems

from .model import Kind

MAX_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fault as asked for: parameters still as words, `seed` None when none was given."""

    kind: Kind[Any]
    host: str
    words: Mapping[str, str]
    seed: int | None = None


def kinds() -> dict[str, Kind[Any]]:
    """Every kind by its name."""
    found = {}
    for name in sorted(info.name for info in pkgutil.iter_modules(lab.faults.kinds.__path__)):
        kind = import_module(f"lab.faults.kinds.{name}").FAULT
        found[kind.name] = kind
    return found


def parse(text: str) -> Wanted:
    """Read `NAME@HOST[,key=value...]`; InputError for what is no fault. `seed=N` repeats the choices of an earlier."""
    place = f"fault {text[:80]}"
    head, *pairs = text.split(",")
    name, at, host = head.partition("@")
    if not at or not host:
        raise InputError(place, "it does not name a fault and a host", "write NAME@HOST[,key=value...]")
    kind = kind_of(name)
    words: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key or key in words:
            raise InputError(place, f"{pair!r} is no parameter, or is there twice", "write key=value, each key once")
        words[key] = value
    seed = words.pop("seed", None)
    if seed is not None and not (seed.isascii() and seed.isdigit() and int(seed) <= MAX_SEED):
        raise InputError(place, f"{seed!r} is no seed", f"write a whole number from 0 to {MAX_SEED}")
    return Wanted(kind, host, words, None if seed is None else int(seed))


def kind_of(name: str) -> Kind[Any]:
    """The kind of that name; InputError with those that exist."""
    known = kinds()
    if name not in known:
        raise InputError(f"fault {name[:80]}", "there is no such fault", f"use one of {', '.join(known)}")
    return known[name]


def params_of(kind: Kind[Any], words: Mapping[str, Any]) -> Any:
    """Typed parameters of the kind; every wrong one at once."""
    try:
        return TypeAdapter(kind.params).validate_python(dict(words))
    except ValidationError as error:
        known = ", ".join(kind.params.__dataclass_fields__) or "none"
        raise Problems(
            InputError(
                f"fault {kind.name}: {'.'.join(map(str, one['loc']))}", one["msg"], f"its parameters: {known}, seed"
            )
            for one in error.errors()
        ) from error


def host_of(word: str, hosts: Iterable[str]) -> str:
    """The host that a person means: `changsha-fw` is `fw-changsha`. InputError when there is no such host."""
    known = sorted(hosts)
    if word in known:
        return word
    front, _, last = word.rpartition("-")
    turned = f"{last}-{front}"
    if front and turned in known:
        return turned
    near = [name for name in known if set(word.split("-")) & set(name.split("-"))] or known
    raise InputError(f"lab: {word[:80]}", "no such host", f"use one of {', '.join(near[:12])}")

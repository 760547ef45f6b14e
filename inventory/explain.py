"""Validation errors of the model in plain words: what is wrong and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from inventory.types import show
from inventory.yamlmap import Path

_SHAPES = {
    "model_type": ("keys and values", "write it as `key: value` lines"),
    "model_attributes_type": ("keys and values", "write it as `key: value` lines"),
    "dict_type": ("keys and values", "write it as `key: value` lines"),
    "tuple_type": ("a list", "write it as a list: [..]"),
    "int_type": ("a whole number", "write a whole number without quotes"),
    "bool_type": ("true or false", "write true or false"),
}
_BOUNDS = {
    "greater_than_equal": ("ge", "less than {}", "write at least {}"),
    "less_than_equal": ("le", "more than {}", "write at most {}"),
}


def explain(model: type[BaseModel], error: ValidationError) -> list[tuple[Path, str, str]]:
    """Every error of one record as (path, cause, fix); the path is the nearest thing that stands in the file."""
    return [_one(model, detail) for detail in error.errors(include_url=False)]


def _one(model: type[BaseModel], detail: ErrorDetails) -> tuple[Path, str, str]:
    path: Path = tuple(detail["loc"])
    kind, value = detail["type"], detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "the file")
    if kind == "plain":
        return path, _named(name, context["cause"]), context["fix"]
    if kind == "missing":
        return path[:-1], f"key {name!r} is missing", f"add `{name}: ...`"
    if kind == "extra_forbidden":
        return path, f"unknown key {name[:40]!r}", _instead(name, _known(model, path[:-1]))
    if kind == "string_type":
        fix = f'write it in quotes: "{value}"' if isinstance(value, int) else "write a text"
        return path, f"{name} is {show(value)}, not text", fix
    if kind in _SHAPES:
        what, fix = _SHAPES[kind]
        return path, f"{name} is {show(value)}, not {what}", fix
    if kind in _BOUNDS:
        key, cause, fix = _BOUNDS[kind]
        return path, f"{name} {show(value)} is {cause.format(context[key])}", fix.format(context[key])
    if kind in ("enum", "literal_error"):
        return path, f"{name} {show(value)} is unknown", f"write one of: {context['expected']}".replace("'", "")
    if kind.startswith("string_"):
        form = _description(model, path)
        return path, f"{name} {show(value)} has the wrong form", f"write {form}" if form else "see the schema"
    return path, f"{name}: {detail['msg'].lower()}", "see inventory/schema"


def _named(name: str, cause: str) -> str:
    """Name the field unless the cause starts with a word of its own."""
    return cause if cause.startswith(("prefix ",)) else f"{name} {cause}"


def _instead(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"remove it; known keys are {', '.join(known)}" if known else "remove it"


def _known(model: type[BaseModel], path: Path) -> list[str]:
    at = _walk(model, path)
    return list(at.model_fields) if at is not None else []


def _description(model: type[BaseModel], path: Path) -> str:
    """What the field's own description says it should look like; empty when it says nothing."""
    names = [index for index, part in enumerate(path) if isinstance(part, str)]
    if not names:
        return ""
    at = _walk(model, path[: names[-1]])
    field = at.model_fields.get(str(path[names[-1]])) if at is not None else None
    if field is None:
        return ""
    if field.description:
        return field.description
    items = [arg for arg in get_args(field.annotation) if hasattr(arg, "__metadata__")]
    notes = [getattr(note, "description", None) for item in items for note in item.__metadata__]
    return next((note for note in notes if note), "")


def _walk(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The record type at a path; list positions and free keys stand for the type they hold."""
    at: type[BaseModel] | None = model
    for part in path:
        if at is None:
            return None
        if isinstance(part, str) and part in at.model_fields:
            inner = at.model_fields[part].annotation
            at = next((kind for kind in (inner, *get_args(inner)) if _is_model(kind)), None)
    return at


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)

"""Writes the files of a scheme, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, InputError
from jiyue.scheme.blocks import Document
from jiyue.scheme.data import to_json
from jiyue.scheme.document import document
from jiyue.scheme.html import html
from jiyue.scheme.model import Scheme

FORMATS = ("docx", "xlsx", "html", "json")


def check_formats(names: Sequence[str]) -> tuple[str, ...]:
    """The formats asked for, in our order; InputError for one we do not have or none at all."""
    unknown = sorted(set(names) - set(FORMATS))
    if unknown or not names:
        cause = f"{', '.join(unknown)} is no format" if unknown else "no format was named"
        raise InputError("--format", cause, f"use {', '.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in names)


def render(facts: Scheme, words: Document, name: str) -> bytes:
    """One format as bytes."""
    # The two office libraries take a third of a second to load; a page needs neither.
    if name == "docx":
        from jiyue.scheme.docx import docx

        return docx(words)
    if name == "xlsx":
        from jiyue.scheme.xlsx import xlsx

        return xlsx(words)
    plain: dict[str, Callable[[], str]] = {"html": lambda: html(words), "json": lambda: to_json(facts)}
    return plain[name]().encode()


def stem(platform: str, digest: str) -> str:
    """The files' name without ending."""
    return f"{platform}-{digest[:12]}.scheme"


def write(facts: Scheme, folder: Path, formats: Sequence[str]) -> dict[str, Path]:
    """Write the formats asked for into `folder` (made when missing); EnvironmentFailed when that is impossible."""
    words = document(facts)
    found = {}
    content = {name: render(facts, words, name) for name in check_formats(formats)}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, data in content.items():
            path = folder / f"{stem(facts.platform, facts.digest)}.{name}"
            write_whole(path, data)
            found[name] = path
    except OSError as error:
        cause = f"the scheme cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(folder), cause, "give this user the folder and some space") from error
    return found

"""Schemes to look at: the committed one, the province's as of today, and one whose every text is hostile."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jiyue.scheme.blocks import Document, Figure, Listing, Table
from jiyue.scheme.data import from_json
from jiyue.scheme.gather import gather
from jiyue.scheme.model import Scheme
from tests.unit.change.province import composed, inventory, prepared

GOLDEN = Path(__file__).parents[2] / "golden" / "scheme" / "zhuzhou.json"
NOW = "2026-03-01T02:03:04Z"
KEPT = frozenset({"schema", "kind", "state", "ipv4", "ipv6", "prefix", "address", "received", "created", "digest",
                  "phase", "when", "table", "action", "part", "role", "id"})  # fmt: skip
"""Fields that are no free text: codes and addresses, which the program itself sets."""


def zhuzhou() -> Scheme:
    """The committed facts."""
    return from_json(GOLDEN.read_bytes())


@cache
def today(platform: str) -> Scheme:
    """Facts of a change set composed on day 0."""
    change = composed(platform)
    return gather(change, inventory(), prepared().by_key, "王工", NOW, change.inputs)


def poisoned(text: str) -> Scheme:
    """The committed facts with `text` appended to every free text."""
    return Scheme.model_validate_json(_json(_poison(zhuzhou().model_dump(mode="json", by_alias=True), text)))


def _poison(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _poison(item, text, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_poison(item, text, key) for item in value]
    return f"{value}{text}" if isinstance(value, str) and key not in KEPT else value


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def strings(document: Document) -> list[str]:
    """Every text that a reader of the Word document must find."""
    found = [document.title, document.mark, *(text for row in document.cover for text in row)]
    for chapter in document.chapters:
        found.append(chapter.heading)
        for block in chapter.blocks:
            if isinstance(block, Table):
                found += [block.caption, *block.head, *(cell for row in block.rows for cell in row)]
            elif isinstance(block, Figure):
                found += [block.caption]
            elif isinstance(block, Listing):
                found += [block.caption, *block.lines]
            else:
                found.append(block.text)
    return [text for text in found if text]

"""A copy of the real province with a case's changes, so that every case differs from the truth in one thing only."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2] / "inventory" / "hunan"


def patched(into: Path, case: Mapping[str, Any]) -> Path:
    """The province under `into/hunan` after the case's `replace`, `add` and `remove`; a change must apply exactly.

    replace: {file: [{find: text, with: text, times: n}]}; `times` is 1 unless told
    add: {file: text}; remove: [file]
    """
    root = into / "hunan"
    into.mkdir(exist_ok=True)
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("keys"))
    for name, edits in case.get("replace", {}).items():
        path = root / name
        path.write_text(edited(path.read_text(encoding="utf-8"), edits, name), encoding="utf-8")
    for name in case.get("remove", ()):
        (root / name).unlink()
    for name, text in case.get("add", {}).items():
        assert not (root / name).exists(), f"{name} exists already"
        (root / name).write_text(text, encoding="utf-8")
    return root


def edited(text: str, edits: Sequence[Mapping[str, Any]], name: str) -> str:
    """The text after all edits; each must find what it looks for as often as it says."""
    for edit in edits:
        times = edit.get("times", 1)
        assert text.count(edit["find"]) == times, f"{name}: {edit['find']!r} found {text.count(edit['find'])} times"
        text = text.replace(edit["find"], edit["with"])
    return text

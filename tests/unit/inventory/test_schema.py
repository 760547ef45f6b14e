"""The committed JSON Schemas are what the model says."""

from __future__ import annotations

import json

from inventory.files import FOLDERS, LINES, OPTIONAL_FILES, SHARED_FILES
from inventory.schema import folder, schemas


def test_schemas_are_fresh() -> None:
    """Otherwise: `python -m inventory.schema`."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in folder().glob("*.json")}
    assert committed == schemas()


def test_every_kind_of_file_has_one() -> None:
    """One per shared file one per folder and kind of table line, closed against unknown keys."""
    assert len(schemas()) == len(SHARED_FILES) + len(OPTIONAL_FILES) + len(FOLDERS) + len(LINES)
    assert all(json.loads(text)["additionalProperties"] is False for text in schemas().values())

"""JSON Schemas of the inventory's files, generated from the model for editors; a test proves they are fresh.

Write them again with `python -m inventory.schema`. The model stays the authority: the schemas know forms only, not the
rules of `inventory.rules`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from inventory.files import FOLDERS, LINES, OPTIONAL_FILES, SHARED_FILES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(name: str, model: type[BaseModel]) -> str:
    """One schema as JSON text, the same bytes for the same model."""
    body: dict[str, Any] = model.model_json_schema()
    return json.dumps({"$schema": DIALECT, **body, "title": name}, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def schemas() -> dict[str, str]:
    """File name to text of every schema: one per shared file, one for platforms, environments and table lines."""
    models = {name.removesuffix(".yaml"): model for name, model in (SHARED_FILES | OPTIONAL_FILES).items()}
    models |= {
        {"platforms": "platform", "env": "environment"}[folder]: model for folder, model in FOLDERS.items()
    } | LINES
    return {f"{name}.json": schema_of(name, model) for name, model in sorted(models.items())}


def folder() -> Path:
    """Where the schemas are kept."""
    return Path(__file__).parent

"""The report as JSON with a schema, and back; `python -m jiyue.report.export` writes the schema file anew."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from inventory.atomic import write_whole
from inventory.errors import InputError
from jiyue.report.model import Page

SCHEMA = "jiyue/report/1"
SCHEMA_FILE = Path(__file__).with_name("report.schema.json")


def spell(page: Page) -> str:
    """The report as JSON text; the same report gives the same bytes."""
    return json.dumps({"schema": SCHEMA, **asdict(page)}, ensure_ascii=False, separators=(",", ":")) + "\n"


def read(data: dict[str, Any], place: str) -> Page:
    """What `spell` wrote; InputError with the first problem for anything else, unknown keys included."""
    rest = {key: value for key, value in data.items() if key != "schema"}
    try:
        return TypeAdapter(Page).validate_json(json.dumps(rest))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(place, f"{where}: {first['msg']}", "build the report again") from error


def schema() -> str:
    """JSON Schema (2020-12) of the report."""
    found = TypeAdapter(Page).json_schema()
    found["properties"] = {"schema": {"const": SCHEMA}, **found["properties"]}
    found["required"] = ["schema", *found["required"]]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, "title": "jiyue report"}
    return json.dumps({**found, **head}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    write_whole(SCHEMA_FILE, schema())

"""A scheme as JSON with a versioned schema; the same facts give the same bytes, and reading them back is strict."""

from __future__ import annotations

import json

from pydantic import ValidationError

from inventory.errors import InputError
from jiyue.scheme.model import Scheme


def to_json(facts: Scheme) -> str:
    """Sorted keys, two spaces, UTF-8 as it is, a final line feed."""
    return json.dumps(facts.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def from_json(text: str | bytes) -> Scheme:
    """The facts of a JSON file; InputError for anything that is not exactly one."""
    try:
        return Scheme.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"scheme {place}".strip(), first["msg"], "take the file that `ipv6 scheme` wrote") from error

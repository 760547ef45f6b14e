"""A spec is a value: it survives JSON, and its digest follows its content."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from lab.spec import LabSpec

from .specs import pair


def test_json_round_trip_gives_an_equal_spec() -> None:
    assert pair() == LabSpec.from_json(pair().to_json())


def test_digest_is_stable_and_follows_any_change() -> None:
    assert pair().digest() == LabSpec.from_json(pair().to_json()).digest()
    assert pair().digest() != replace(pair(), name="other").digest()


def test_an_unknown_key_is_refused() -> None:
    data = json.loads(pair().to_json())
    data["hosts"][0]["adresses"] = []
    with pytest.raises(ValidationError, match="adresses"):
        LabSpec.from_json(json.dumps(data))


def test_namespaces_are_listed_once_in_order_of_mention() -> None:
    right = pair().host("right")
    assert replace(right, netns=("ops", "dmz")).namespaces() == ("ops", "dmz")

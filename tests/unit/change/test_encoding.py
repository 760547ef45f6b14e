"""Canonical JSON: one value, one text, and nothing unknown comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import InputError
from ipv6.change.digest import derived, digest, from_json, to_json
from ipv6.change.encoding import canonical
from ipv6.change.model import AddressPair, ChangeSet, Claim, DeviceChange, RecordChange, Section
from tests.unit.change.province import composed

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
sections = st.builds(Section, words, words, words, words, hashes, hashes, words, words, words)
devices = st.builds(DeviceChange, words, words, words, st.lists(sections, max_size=2).map(tuple), words)
data = st.lists(words, max_size=2).map(tuple)
records = st.builds(RecordChange, words, words, words, words, st.integers(0, 2**31), data, data, words)
stacks = st.dictionaries(words, st.one_of(words, st.integers(), st.none(), st.booleans(), st.lists(words)), max_size=3)
changes = st.builds(
    ChangeSet,
    platform=words,
    environment=words,
    claims=st.lists(st.builds(Claim, words, words, words), max_size=2).map(tuple),
    devices=st.lists(devices, max_size=2).map(tuple),
    records=st.lists(records, max_size=2).map(tuple),
    sites=st.lists(st.dictionaries(words, words, max_size=2), max_size=2).map(tuple),
    stack=stacks,
    inputs=st.dictionaries(words, hashes, max_size=2),
    kind=words,
    addresses=st.lists(st.builds(AddressPair, words, words, words, words, words), max_size=2).map(tuple),
    schema=st.just("jiyue/change-set/3"),
)


@given(changes)
def test_lossless(change: ChangeSet) -> None:
    """Out and in again gives an equal value with the same digest."""
    text = to_json(change)
    again = from_json(text)
    assert again == change
    assert digest(again) == digest(change)
    assert to_json(again) == text


@given(changes, changes)
def test_digest_tells_apart(one: ChangeSet, other: ChangeSet) -> None:
    """Equal digests mean equal change sets."""
    assert (digest(one) == digest(other)) == (one == other)


def test_real_change_set_is_lossless() -> None:
    """The province's largest change sets survive the way to the store."""
    for platform in ("shared", "hunan", "changsha"):
        change = composed(platform)
        assert from_json(to_json(change)) == change


def test_order_of_keys_does_not_count() -> None:
    """The bytes are sorted, whoever built the mapping."""
    assert canonical({"b": 1, "a": {"d": [], "c": "é"}}) == '{"a":{"c":"é","d":[]},"b":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), {1: "x"}, {"a": {1, 2}}, b"x", object(), "\ud800"],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form(value: object) -> None:
    """Floats, sets, bytes, odd keys and lone surrogates are refused, not guessed."""
    with pytest.raises(InputError):
        canonical(["x", value])


def _tree() -> dict[str, Any]:
    return json.loads(to_json(composed("hunan")))


def _unknown(tree: dict[str, Any]) -> None:
    tree["devices"][0]["force"] = "yes"


def _missing(tree: dict[str, Any]) -> None:
    del tree["records"][0]["after"]


def _wrong(tree: dict[str, Any]) -> None:
    tree["records"][0]["ttl"] = "300"


def _bool(tree: dict[str, Any]) -> None:
    tree["records"][0]["ttl"] = True


def _schema(tree: dict[str, Any]) -> None:
    tree["schema"] = "jiyue/change-set/1"


def _shape(tree: dict[str, Any]) -> None:
    tree["claims"] = {}


@pytest.mark.parametrize(
    ("break_it", "place"),
    [
        (_unknown, "change set.devices[0].force"),
        (_missing, "change set.records[0].after"),
        (_wrong, "change set.records[0].ttl"),
        (_bool, "change set.records[0].ttl"),
        (_schema, "change set.schema"),
        (_shape, "change set.claims"),
    ],
)
def test_broken_json_names_the_place(break_it: Any, place: str) -> None:
    """Nothing unknown, missing or of the wrong type gets in; the error says where."""
    tree = _tree()
    break_it(tree)
    with pytest.raises(InputError) as caught:
        from_json(json.dumps(tree))
    assert caught.value.place == place and caught.value.fix


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"schema":1.5}', '{"a":1,"a":2}', '{"a":NaN}', b"\xff", "[" * 99999]
)
def test_what_is_no_change_set(text: str | bytes) -> None:
    """Garbage is wrong input, never a traceback."""
    with pytest.raises(InputError):
        from_json(text)


def test_derived_identity() -> None:
    """A further identity depends on all its parts and not on their order."""
    assert derived("records", "a", "b") == derived("b", "a", "records") != derived("records", "a")
    assert len(derived("x")) == 64

"""Properties of the reader: order means nothing, and no corruption gets past it as anything but `Problems`."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import Problems
from inventory.model import Inventory
from inventory.source import load
from tests.rules.province import ROOT, patched

FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.suffix in (".yaml", ".csv"))
# The order of these lists is data: the rollout goes wave by wave.
ORDERED = {"waves"}


def _shuffled(value: Any, dice: random.Random, key: str = "") -> Any:
    """The same data with keys and unordered lists in another order."""
    if isinstance(value, dict):
        pairs = list(value.items())
        dice.shuffle(pairs)
        return {name: _shuffled(inner, dice, name) for name, inner in pairs}
    if isinstance(value, list):
        items = [_shuffled(item, dice) for item in value]
        if key not in ORDERED:
            dice.shuffle(items)
        return items
    return value


def _sorted(value: Any) -> Any:
    """A view in which order does not count."""
    if isinstance(value, dict):
        return {name: _sorted(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _view(inventory: Inventory) -> Any:
    return _sorted(inventory.model_dump(mode="json"))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_order_means_nothing(seed: int) -> None:
    """Keys, devices, links, sites, flows and lines of the table in any order load as the same province."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = patched(Path(folder), {})
        for name in FILES:
            path = root / name
            text = path.read_text(encoding="utf-8")
            if name.endswith(".csv"):
                head, *rows = text.splitlines()
                dice.shuffle(rows)
                path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
            else:
                data = _shuffled(yaml.safe_load(text), dice)
                path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        assert _view(load(root)) == _view(load(ROOT))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(FILES),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 255),
    st.sampled_from(("replace", "insert", "delete", "cut")),
)
def test_corruption_is_problems_or_nothing(name: str, where: float, byte: int, how: str) -> None:
    """One byte changed, added, removed, or the file cut there: a province or `Problems`, with places in that copy."""
    with tempfile.TemporaryDirectory() as folder:
        root = patched(Path(folder), {})
        data = (root / name).read_bytes()
        at = int(len(data) * where)
        tail = {"replace": data[at + 1 :], "insert": data[at:], "delete": data[at + 1 :], "cut": b""}[how]
        middle = bytes([byte]) if how in ("replace", "insert") else b""
        (root / name).write_bytes(data[:at] + middle + tail)
        try:
            load(root)
        except Problems as problems:
            assert all(line.place.startswith(str(root)) and line.cause and line.fix for line in problems.lines)

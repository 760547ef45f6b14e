"""The real province, planned, as the other half of every pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.model import Inventory
from inventory.source import load
from ipv6.plan.plan import make_plan

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def hunan() -> Inventory:
    return load(ROOT / "inventory" / "hunan")


@pytest.fixture(scope="session")
def claims(hunan: Inventory) -> dict[str, str]:
    return make_plan(hunan).by_key

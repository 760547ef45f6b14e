"""The real province as the fixture: the plan is judged on the data it is made for."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.model import Inventory
from inventory.source import load
from ipv6.plan.plan import PlanResult, make_plan

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def hunan() -> Inventory:
    return load(ROOT / "inventory" / "hunan")


@pytest.fixture(scope="session")
def planned(hunan: Inventory) -> PlanResult:
    return make_plan(hunan)

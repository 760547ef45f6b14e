"""Both profiles at full size (15 regions, 122 counties, 3,000 organisations): the allocator's promises hold."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.model import Inventory
from inventory.source import load
from ipv6.plan.plan import PlanResult, make_plan
from ipv6.plan.prefix import parse
from tests.unit.plan.test_plan import shuffled
from tests.unit.plan.worlds import check_forms, check_nesting, codes, compact, units, with_units

FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MORE = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PROFILES = ("legible", "compact")
COUNT = 3000


def world(inv: Inventory, profile: str) -> Inventory:
    return compact(inv) if profile == "compact" else inv


@lru_cache(maxsize=2)
def _planned(profile: str) -> tuple[Inventory, PlanResult]:
    inv = world(load(Path(__file__).resolve().parents[3] / "inventory" / "hunan"), profile)
    full = with_units(inv, units(inv, COUNT))
    return full, make_plan(full)


@pytest.mark.parametrize("profile", PROFILES)
def test_full_size_is_nested_disjoint_and_on_nibbles(profile: str) -> None:
    full, result = _planned(profile)
    assert len(codes(full)) == 137
    keys = result.by_key
    assert sum(key.startswith("org/") for key in keys) == COUNT + 64
    for plane in ("public", "private", "internet"):
        assert len({keys[f"region/{plane}/{code}"] for code in codes(full)}) == 137
    check_nesting(result.claims)
    check_forms(result.claims)


@pytest.mark.parametrize("profile", PROFILES)
@given(seed=st.integers(0, 2**32))
@FEW
def test_any_order_gives_the_same_bytes(profile: str, seed: int) -> None:
    full, result = _planned(profile)
    mixed = random.Random(seed).sample(full.organisations, len(full.organisations))
    again = make_plan(shuffled(full, seed).model_copy(update={"organisations": tuple(mixed)}))
    assert again.claims == result.claims


@pytest.mark.parametrize("profile", PROFILES)
@given(seed=st.integers(0, 2**32), part=st.floats(0, 1))
@FEW
def test_a_part_of_the_ledger_is_kept_whatever_is_added(profile: str, seed: int, part: float) -> None:
    """A ledger of any subset closed under parents (as it grows in reality) is never renumbered."""
    full, result = _planned(profile)
    ledger = list(result.new[: int(len(result.new) * part)])
    random.Random(seed).shuffle(ledger)
    again = make_plan(full, ledger)
    assert set(ledger) <= set(again.claims)
    check_nesting(again.claims)


@pytest.mark.parametrize("profile", PROFILES)
@given(batches=st.lists(st.tuples(st.integers(1, 60), st.sampled_from(["430000", "430100", "430102", ""])), max_size=4))
@MORE
def test_organisations_join_in_any_order_and_nobody_moves(
    hunan: Inventory, profile: str, batches: list[tuple[int, str]]
) -> None:
    inv = world(hunan, profile)
    result = make_plan(inv)
    for n, (count, region) in enumerate(batches):
        inv = with_units(inv, units(inv, count, f"b{n}-", region)) if _room(inv, region, count) else inv
        grown = make_plan(inv, result.claims)
        assert set(result.claims) <= set(grown.claims)
        result = grown
    check_nesting(result.claims)


def _room(inv: Inventory, region: str, count: int) -> bool:
    """A legible region keeps 12 of 128 places in reserve."""
    return not region or sum(one.region == region for one in inv.organisations) + count <= 116


def test_compact_fits_a_32_and_leaves_one_region_value() -> None:
    _, result = _planned("compact")
    for plane, start in (
        ("public", "3fff:20::/36"),
        ("private", "3fff:20:1000::/36"),
        ("internet", "3fff:20:2000::/36"),
    ):
        assert result.by_key[f"plane/{plane}"] == start
        used = {prefix for key, prefix in result.by_key.items() if key.startswith(f"city/{plane}/")}
        assert len(used) == 15
        assert all(parse(prefix).length == 40 for prefix in used)


@pytest.mark.parametrize(
    ("key", "prefix"),
    [
        ("city/public/430000", "3fff:20::/40"),
        ("region/public/430000", "3fff:20::/44"),
        ("loopback/core", "3fff:20::1/128"),
        ("city/public/430100", "3fff:20:800::/40"),
        ("region/public/430100", "3fff:20:800::/44"),
        ("region/public/430102", "3fff:20:880::/44"),
        ("zone/changsha/app", "3fff:20:801:2000::/52"),
        ("subnet/changsha/app", "3fff:20:801:2000::/64"),
        ("services/changsha", "3fff:20:801:7000::/64"),
        ("zone/changsha/dmz", "3fff:20:2801:1000::/52"),
        ("site/jyj.changsha.gov.cn", "3fff:20:2801:1000::11/128"),
    ],
)
def test_the_compact_layout(hunan: Inventory, key: str, prefix: str) -> None:
    assert make_plan(compact(hunan)).by_key[key] == prefix


def test_compact_organisations_have_uses_2_to_f(hunan: Inventory) -> None:
    for claim in make_plan(compact(hunan)).claims:
        if claim.key.startswith("org/"):
            assert parse(claim.prefix).first >> 80 & 15 >= 2, claim


def test_legible_organisations_have_uses_8_to_f(hunan: Inventory, planned: PlanResult) -> None:
    found = [parse(claim.prefix) for claim in planned.claims if claim.key.startswith("org/")]
    assert len(found) == len(hunan.organisations) == 64
    assert all(prefix.first >> 76 & 15 >= 8 for prefix in found)

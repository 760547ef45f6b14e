"""The grown province of the benchmark: as large as it says, planned without a clash, the same in any order."""

from __future__ import annotations

from random import Random

import pytest

from inventory.model import Inventory
from ipv6.plan.overlap import nesting, parse_many
from ipv6.plan.plan import PlanResult, make_plan
from tests.bench.fixture import province


@pytest.fixture(scope="module")
def large() -> Inventory:
    return province()


@pytest.fixture(scope="module")
def planned(large: Inventory) -> PlanResult:
    return make_plan(large)


def test_it_has_the_size_it_says(large: Inventory, planned: PlanResult) -> None:
    assert (len(large.platforms), len(large.organisations), len(large.sites), len(large.devices)) == (
        15,
        3000,
        5000,
        1000,
    )
    keys = planned.by_key
    assert all(f"org/{one.plane}/{one.region}/{one.id}" in keys for one in large.organisations)
    assert all(f"site/{site.name}" in keys for site in large.sites)
    assert all(f"loopback/{name}" in keys for name, one in large.devices.items() if one.loopback4)


def test_organisations_and_links_lie_in_their_parents_and_in_nothing_else(planned: PlanResult) -> None:
    chosen = [claim for claim in planned.claims if claim.key.startswith(("org/", "link/", "region/"))]
    at = dict(zip(parse_many([claim.prefix for claim in chosen]), chosen, strict=True))
    for inside, outside in zip(*nesting(at), strict=True):
        if not at[inside].key.startswith("region/"):
            assert at[outside].key == at[inside].parent


def test_any_order_of_the_inventory_gives_the_same_claims(large: Inventory, planned: PlanResult) -> None:
    fields = {name: getattr(large, name) for name in type(large).model_fields}
    for name in ("platforms", "organisations", "regions"):
        shuffled = list(fields[name])
        Random(7).shuffle(shuffled)
        fields[name] = tuple(shuffled)
    assert make_plan(Inventory.model_construct(**fields)).claims == planned.claims

"""Several received blocks, reserves, areas without a code, local prefixes: what a full pool does next."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from inventory.errors import GateError, InputError
from inventory.model import Inventory, Region
from ipv6.plan.plan import PlanResult, make_plan
from ipv6.plan.prefix import parse
from tests.unit.plan.worlds import (
    changed,
    check_nesting,
    compact,
    units,
    with_blocks,
    with_links,
    with_policy,
    with_units,
)


def lab_blocks(inv: Inventory) -> list[Mapping[str, object]]:
    """The lab's own blocks as a person wrote them."""
    return [block.model_dump() for block in inv.environment.blocks]


def second(inv: Inventory, *more: Mapping[str, object]) -> Inventory:
    """With a second public block and whatever else."""
    return with_blocks(inv, *lab_blocks(inv), {"plane": "public", "prefix": "3fff:30::/32", "id": "second"}, *more)


def test_a_second_block_changes_nothing_while_there_is_room(hunan: Inventory, planned: PlanResult) -> None:
    grown = make_plan(second(hunan), planned.claims)
    assert [claim.key for claim in grown.new] == ["plane/public/second"]
    assert make_plan(second(hunan)).by_key == planned.by_key | {"plane/public/second": "3fff:30::/32"}


def test_a_full_region_goes_on_in_the_next_block(hunan: Inventory, planned: PlanResult) -> None:
    full = with_units(second(hunan), units(hunan, 113, region="430100"))
    assert len(make_plan(full, planned.claims).new) == 114
    over = with_units(full, units(hunan, 3, "later", "430100"))
    grown = make_plan(over, planned.claims)
    assert grown.by_key["region/public/430100/in/second"] == "3fff:30:100::/48"
    spilled = {claim.key: claim for claim in grown.new if claim.parent == "region/public/430100/in/second"}
    assert sorted(parse(claim.prefix).length for claim in spilled.values()) == [56, 56, 56]
    assert make_plan(over, make_plan(full, planned.claims).claims).by_key.keys() == grown.by_key.keys()
    check_nesting(grown.claims)


def test_blocks_are_filled_in_the_order_of_their_ids_wherever_they_stand(hunan: Inventory) -> None:
    extra = [
        {"plane": "public", "prefix": "3fff:32::/32", "id": "b"},
        {"plane": "public", "prefix": "3fff:31::/32", "id": "a"},
    ]
    more = units(hunan, 114, region="430100")
    one = make_plan(with_units(with_blocks(hunan, *lab_blocks(hunan), *extra), more))
    two = make_plan(with_units(with_blocks(hunan, *extra, *reversed(lab_blocks(hunan))), more))
    assert one.claims == two.claims
    assert one.by_key["region/public/430100/in/a"] == "3fff:31:100::/48"
    assert "region/public/430100/in/b" not in one.by_key


def test_links_spill_like_organisations(hunan: Inventory) -> None:
    result = make_plan(with_links(second(hunan), 4086))
    assert result.by_key["region/public/430100/in/second"] == "3fff:30:100::/48"
    assert sum(claim.parent == "region/public/430100/in/second" for claim in result.claims) == 1


def test_without_a_further_block_a_full_pool_says_its_numbers(hunan: Inventory) -> None:
    full = with_units(hunan, units(hunan, 114, region="430100"))
    with pytest.raises(GateError, match=r"116 of 128 places are taken in 3fff:10:100::/48, 12 are the reserve of 10 %"):
        make_plan(full)
    opened = with_policy(full, reserve={"organisations": 0})
    assert len([key for key in make_plan(opened).by_key if key.startswith("org/public/430100/")]) == 117
    with pytest.raises(GateError, match=r"all 128 of 128 places are taken in 3fff:10:100::/48"):
        make_plan(with_units(opened, units(hunan, 20, "x", "430100")))


def test_two_full_blocks_name_both(hunan: Inventory) -> None:
    full = with_units(second(hunan), units(hunan, 231, region="430100"))
    with pytest.raises(
        GateError, match=r"taken in 3fff:10:100::/48.*; 116 of 128 places are taken in 3fff:30:100::/48"
    ):
        make_plan(full)


def test_a_compact_plane_with_too_many_cities_uses_the_next_block(hunan: Inventory) -> None:
    more = tuple(
        Region(code=f"43{n}00", name=f"新市{n}", level="city", parent="430000", valid_from="2026-01")
        for n in (41, 42, 43)
    )
    crowded = changed(compact(hunan), regions=(*hunan.regions, *more))
    with pytest.raises(GateError, match=r"no place for city/internet/434200: all 15 of 15 places are taken in 3fff:20"):
        make_plan(crowded)
    blocks = [block.model_dump() for block in crowded.environment.blocks]
    further = [
        {"plane": plane, "prefix": "3fff:21::/32", "index": n, "id": "second"}
        for n, plane in enumerate(("public", "private", "internet"))
    ]
    result = make_plan(with_blocks(crowded, *blocks, *further))
    assert parse("3fff:20::/36").contains(parse(result.by_key["region/public/434100"]))
    for code in ("434200", "434300"):
        assert parse("3fff:21::/36").contains(parse(result.by_key[f"region/public/{code}"]))
    check_nesting(result.claims)


@pytest.mark.parametrize(
    ("prefix", "regions", "code", "expected"),
    [
        ("3fff:f0::/32", ["430100"], "430100", "3fff:f0:100::/48"),
        ("3fff:f0:5500::/40", ["430100"], "430102", "3fff:f0:5502::/48"),
        ("3fff:f0:5566::/48", ["430100"], "430100", "3fff:f0:5566::/48"),
    ],
)
def test_a_citys_own_provider_block(
    hunan: Inventory, planned: PlanResult, prefix: str, regions: list[str], code: str, expected: str
) -> None:
    bound = {"plane": "internet", "prefix": prefix, "id": "telecom", "regions": regions}
    inv = with_blocks(hunan, *lab_blocks(hunan), bound)
    fresh = make_plan(inv)
    assert fresh.by_key[f"region/internet/{code}"] == expected
    assert fresh.by_key["region/internet/430200"] == planned.by_key["region/internet/430200"]
    check_nesting(fresh.claims)
    kept = make_plan(inv, planned.claims)
    assert kept.by_key[f"region/internet/{code}"] == planned.by_key[f"region/internet/{code}"]


def test_the_zone_of_a_bound_city_lies_in_its_own_block(hunan: Inventory) -> None:
    bound = {"plane": "internet", "prefix": "3fff:f0:5566::/48", "id": "telecom", "regions": ["430100"]}
    result = make_plan(with_blocks(hunan, *lab_blocks(hunan), bound))
    assert result.by_key["zone/changsha/dmz"] == "3fff:f0:5566:1000::/52"
    assert result.by_key["site/jyj.changsha.gov.cn"] == "3fff:f0:5566:1000::11/128"


@pytest.mark.parametrize(
    ("profile", "prefix", "message"),
    [
        ("legible", "3fff:10::/34", r"needs a /28 with an index or a /32 .* 2 bits are missing for one plane"),
        ("compact", "3fff:10::/40", r"needs a /32 with an index or a /36 .* 4 bits are missing for one plane"),
    ],
)
def test_a_block_that_is_too_small_says_what_is_missing(
    hunan: Inventory, profile: str, prefix: str, message: str
) -> None:
    small = with_blocks(with_policy(hunan, profile=profile), {"plane": "public", "prefix": prefix})
    with pytest.raises(InputError, match=message):
        make_plan(small)


AREAS = [
    {"id": "xjxq", "title": "湘江新区", "parent": "430100", "planes": ["public", "internet"]},
    {"id": "gxq", "title": "高新区", "parent": "430100"},
]


def test_an_area_has_a_byte_that_no_code_spells(hunan: Inventory, planned: PlanResult) -> None:
    result = make_plan(with_policy(hunan, areas=AREAS), planned.claims)
    found = {claim.key: claim.prefix for claim in result.new}
    assert found == {
        "area/public/430100/gxq": "3fff:10:1c0::/48",
        "area/public/430100/xjxq": "3fff:10:1a0::/48",
        "area/internet/430100/xjxq": "3fff:ff1:1c0::/48",
    }
    for prefix in found.values():
        assert not f"{parse(prefix).first >> 80 & 0xFF:02x}".isdigit()


def test_organisations_of_an_area_lie_in_it(hunan: Inventory) -> None:
    inv = with_units(with_policy(hunan, areas=AREAS), units(hunan, 3, region="xjxq"))
    result = make_plan(inv)
    area = parse(result.by_key["area/public/430100/xjxq"])
    assert all(area.contains(parse(result.by_key[f"org/public/xjxq/u{n}"])) for n in range(3))
    check_nesting(make_plan(compact(inv)).claims)


LOCAL = [{"id": "oob", "title": "带外管理", "region": "430000", "reason": "与上级网络无关"}]


def test_a_local_prefix_is_drawn_once_and_recorded(hunan: Inventory) -> None:
    inv, drawn = with_policy(hunan, local=LOCAL), []

    def draw() -> int:
        drawn.append(0x123456789A)
        return drawn[-1]

    first = make_plan(inv, (), draw)
    assert first.by_key["ula/430000/oob"] == "fd12:3456:789a::/48"
    assert make_plan(inv, first.claims, draw).new == ()
    assert len(drawn) == 1


def test_nobody_gets_a_local_prefix_unasked(planned: PlanResult) -> None:
    assert not [claim for claim in planned.claims if parse(claim.prefix).first >> 121 == 0xFC >> 1]


@pytest.mark.parametrize("number", [0, 1 << 40, -1])
def test_a_global_id_has_40_bits(hunan: Inventory, number: int) -> None:
    with pytest.raises(InputError, match="no global id of 40 bits"):
        make_plan(with_policy(hunan, local=LOCAL), (), lambda: number)


def test_without_random_numbers_a_local_prefix_is_refused(hunan: Inventory) -> None:
    with pytest.raises(InputError, match="oob asks for a unique local prefix"):
        make_plan(with_policy(hunan, local=LOCAL))

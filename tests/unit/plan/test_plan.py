"""The allocator's promises (design decision 2): append-only, nested, aligned, one answer for any order."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import GateError, InputError
from inventory.model import Inventory, Region
from ipv6.change.model import Claim
from ipv6.plan.plan import PlanResult, make_plan
from ipv6.plan.prefix import parse
from ipv6.plan.profile import profile_of
from ipv6.plan.sparse import leftmost_order
from ipv6.plan.wanted import link_ends
from tests.unit.plan.worlds import changed, check_nesting, with_links

SLOW_OK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shuffled(inv: Inventory, seed: int) -> Inventory:
    dice = random.Random(seed)

    def mixed(items: tuple) -> tuple:
        return tuple(dice.sample(items, len(items)))

    platforms = tuple(
        platform.model_copy(update={name: mixed(getattr(platform, name)) for name in ("links", "devices", "sites")})
        for platform in inv.platforms
    )
    network = inv.network.model_copy(update={"links": mixed(inv.network.links), "devices": mixed(inv.network.devices)})
    return changed(inv, regions=mixed(inv.regions), platforms=mixed(platforms), network=network)


@pytest.mark.parametrize(
    ("key", "prefix"),
    [
        ("plane/public", "3fff:10::/32"),
        ("plane/private", "3fff:11::/32"),
        ("plane/internet", "3fff:ff1::/32"),
        ("region/public/430000", "3fff:10::/48"),
        ("region/public/430100", "3fff:10:100::/48"),
        ("region/private/433100", "3fff:11:3100::/48"),
        ("region/public/430121", "3fff:10:121::/48"),
        ("zone/changsha/dmz", "3fff:ff1:100:1000::/52"),
        ("subnet/changsha/app", "3fff:10:100:2000::/64"),
        ("services/xiangxi", "3fff:10:3100:7000::/64"),
        ("loopback/core", "3fff:10::1/128"),
        ("loopback/pe-changsha", "3fff:10:100::1:2/128"),
        ("iface/site-changsha/dmz", "3fff:ff1:100:1000::10/128"),
        ("site/jyj.changsha.gov.cn", "3fff:ff1:100:1000::11/128"),
    ],
)
def test_the_layout_reads_off_the_address(planned: PlanResult, key: str, prefix: str) -> None:
    assert planned.by_key[key] == prefix


def test_upper_device_has_2_and_lower_has_3(planned: PlanResult) -> None:
    link = parse(planned.by_key["link/fw-changsha"])
    assert planned.by_key["iface/pe-changsha/to-fw"] == str(link.host(2))
    assert planned.by_key["iface/fw-changsha/outside"] == str(link.host(3))


def test_the_providers_link_is_not_ours_to_number(planned: PlanResult) -> None:
    assert "link/provider" not in planned.by_key
    assert "iface/pe-hunan/to-provider" not in planned.by_key


@pytest.mark.parametrize(("now", "before"), [("430582", "430521"), ("431181", "431121")])
def test_a_recoded_county_keeps_its_first_digits_and_reserves_the_new(
    planned: PlanResult, now: str, before: str
) -> None:
    for plane in ("public", "private", "internet"):
        middle = {"public": "10", "private": "11", "internet": "ff1"}[plane]
        assert planned.by_key[f"region/{plane}/{now}"] == f"3fff:{middle}:{before[2:].lstrip('0')}::/48"
        assert planned.by_key[f"region/{plane}/{now}/reserved"] == f"3fff:{middle}:{now[2:].lstrip('0')}::/48"
        assert f"region/{plane}/{before}" not in planned.by_key


def test_a_county_recoded_after_it_was_claimed_is_handed_on(hunan: Inventory) -> None:
    older = tuple(
        region.model_copy(update={"successor": "", "valid_to": ""}) if region.code == "430521" else region
        for region in hunan.regions
        if region.code != "430582"
    )
    network = hunan.network.model_copy(update={"links": (), "devices": (), "name_servers": {}})
    units = tuple(one.model_copy(update={"region": one.region.replace("0582", "0521")}) for one in hunan.organisations)
    first = make_plan(changed(hunan, regions=older, platforms=(), network=network, organisations=units))
    second = make_plan(hunan, first.claims)
    claims = {claim.key: claim for claim in second.claims}
    assert claims["region/public/430582"] == Claim("region/public/430582", "3fff:10:521::/48", "region/public/430521")
    unit = claims["org/public/430521/zfb"]
    assert claims["org/public/430582/zfb"] == Claim("org/public/430582/zfb", unit.prefix, unit.key)


def test_every_current_region_has_a_prefix_in_every_plane(hunan: Inventory, planned: PlanResult) -> None:
    current = [region.code for region in hunan.regions if not region.valid_to]
    assert len(current) == 137
    for plane in ("public", "private", "internet"):
        assert len({planned.by_key[f"region/{plane}/{code}"] for code in current}) == 137


def test_children_lie_inside_parents_and_siblings_are_disjoint(planned: PlanResult) -> None:
    check_nesting(planned.claims)


def test_boundaries_are_nibbles_and_no_interface_identifier_is_zero(planned: PlanResult) -> None:
    for claim in planned.claims:
        prefix = parse(claim.prefix)
        assert prefix.length % 4 == 0
        if prefix.length == 128:
            assert prefix.first & (1 << 64) - 1, claim.key


def test_bytes_with_letters_stay_free_for_overflow(planned: PlanResult) -> None:
    for claim in planned.claims:
        if claim.key.startswith("region/"):
            assert f"{parse(claim.prefix).first >> 80 & 0xFFFF:04x}".isdigit(), claim.key


@given(seed=st.integers(0, 2**32))
@SLOW_OK
def test_any_order_of_the_inputs_gives_the_same_bytes(hunan: Inventory, planned: PlanResult, seed: int) -> None:
    assert make_plan(shuffled(hunan, seed)).claims == planned.claims


@given(seed=st.integers(0, 2**32), part=st.integers(0, 1452))
@SLOW_OK
def test_planning_again_keeps_everything(hunan: Inventory, planned: PlanResult, seed: int, part: int) -> None:
    ledger = random.Random(seed).sample(planned.new[:part], part)
    again = make_plan(hunan, ledger)
    assert again.kept == len(ledger)
    assert {claim.key for claim in again.new}.isdisjoint(claim.key for claim in ledger)
    assert set(ledger) <= set(again.claims)


@given(batches=st.lists(st.integers(1, 40), min_size=1, max_size=5))
@SLOW_OK
def test_growth_never_renumbers(hunan: Inventory, planned: PlanResult, batches: list[int]) -> None:
    result, total = planned, 0
    for number in batches:
        total += number
        grown = make_plan(with_links(hunan, total), result.claims)
        assert set(result.claims) <= set(grown.claims)
        assert len(grown.new) == number
        result = grown
    check_nesting(result.claims)


def test_a_new_region_and_site_get_claims_and_nobody_moves(hunan: Inventory, planned: PlanResult) -> None:
    region = Region(code="430199", name="新区", level="county", parent="430100")
    platform = hunan.platform_by_name["changsha"]
    site = platform.sites[0].model_copy(update={"name": "tjj.changsha.gov.cn", "address4": IPv4Address("198.18.1.99")})
    platforms = tuple(
        one.model_copy(update={"sites": (site, *one.sites)}) if one.name == "changsha" else one
        for one in hunan.platforms
    )
    grown = make_plan(changed(hunan, regions=(region, *hunan.regions), platforms=platforms), planned.claims)
    assert set(planned.claims) <= set(grown.claims)
    assert {(claim.key, claim.prefix) for claim in grown.new} == {
        ("region/public/430199", "3fff:10:199::/48"),
        ("region/private/430199", "3fff:11:199::/48"),
        ("region/internet/430199", "3fff:ff1:199::/48"),
        ("site/tjj.changsha.gov.cn", "3fff:ff1:100:1000::99/128"),
    }


def test_a_full_pool_is_refused_with_its_numbers(hunan: Inventory) -> None:
    assert make_plan(with_links(hunan, 4085)).kept == 0  # 10 links of 430100 are in the data: 4095 in all
    with pytest.raises(GateError, match=r"all 4095 of 4095 places are taken in 3fff:10:100::/48"):
        make_plan(with_links(hunan, 4086))


def test_a_place_of_another_claim_is_refused(hunan: Inventory) -> None:
    plane = Claim("plane/public", "3fff:10::/32", "")
    foreign = Claim("organisation/x", "3fff:10:100:1234::/64", "plane/public")
    with pytest.raises(GateError, match=r"region/public/430100 needs 3fff:10:100::/48, which overlaps organisation/x"):
        make_plan(hunan, [plane, foreign])


def test_links_step_aside_for_a_claim_made_by_hand(hunan: Inventory, planned: PlanResult) -> None:
    taken = next(claim for claim in planned.claims if claim.key == "link/fw-changsha")
    base = [claim for claim in planned.claims if claim.key.startswith(("plane/", "region/"))]
    result = make_plan(hunan, [*base, Claim("link/by-hand", taken.prefix, taken.parent)])
    assert result.by_key["link/by-hand"] == taken.prefix
    assert taken.prefix not in [claim.prefix for claim in result.new]
    check_nesting(result.claims)


def test_a_moved_block_is_refused(hunan: Inventory, planned: PlanResult) -> None:
    blocks = tuple(
        block.model_copy(update={"index": block.index + 3}) if block.index == 0 and block.plane == "public" else block
        for block in hunan.environment.blocks
    )
    moved = changed(hunan, environment=hunan.environment.model_copy(update={"blocks": blocks}))
    with pytest.raises(GateError, match=r"gives plane/public 3fff:13::/32, the ledger holds 3fff:10::/32"):
        make_plan(moved, planned.claims)


def test_a_ledger_that_contradicts_itself_is_refused(hunan: Inventory) -> None:
    with pytest.raises(GateError, match="claimed twice, as 3fff:10::/32 and 3fff:12::/32"):
        make_plan(hunan, [Claim("plane/public", "3fff:10::/32", ""), Claim("plane/public", "3fff:12::/32", "")])


def test_two_hosts_with_one_number_are_refused(hunan: Inventory) -> None:
    platform = hunan.platform_by_name["changsha"]
    twin = platform.sites[1].model_copy(update={"name": "twin.changsha.gov.cn"})
    platforms = tuple(
        one.model_copy(update={"sites": (*one.sites, twin)}) if one is platform else one for one in hunan.platforms
    )
    with pytest.raises(
        GateError, match=r"site/twin.changsha.gov.cn needs 3fff:ff1:100:1000::11/128, which overlaps site/jyj"
    ):
        make_plan(changed(hunan, platforms=platforms))


def test_a_site_outside_every_lan_is_refused(hunan: Inventory) -> None:
    platform = hunan.platform_by_name["changsha"]
    lost = platform.sites[1].model_copy(update={"address4": IPv4Address("203.0.113.9")})
    platforms = tuple(one.model_copy(update={"sites": (lost,)}) if one is platform else one for one in hunan.platforms)
    with pytest.raises(InputError, match=r"site jyj.changsha.gov.cn: 203.0.113.9 is in no LAN of platform 'changsha'"):
        make_plan(changed(hunan, platforms=platforms))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3fff:1::1/40", r"host bits set; write 3fff:1::/40"),
        ("3fff::/200", "not an IPv6 prefix"),
        ("x", "not an IPv6 prefix"),
    ],
)
def test_a_bad_prefix_in_the_ledger_is_named(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(text)


def test_sparse_rounds_are_those_of_rfc_3531() -> None:
    order = list(leftmost_order(3))
    assert [set(order[:1]), set(order[1:3]), set(order[3:])] == [{4}, {2, 6}, {1, 3, 5, 7}]
    assert sorted(leftmost_order(12)) == list(range(1, 4096))


def test_a_host_spells_its_digits_in_wider_lans_too(hunan: Inventory) -> None:
    profile = profile_of(hunan.addressing)
    lan = parse("3fff:10:100:2000::/64")
    assert (
        str(profile.host(lan, IPv4Address("10.2.16.254"), IPv4Network("10.2.16.0/24"))) == "3fff:10:100:2000::254/128"
    )
    assert (
        str(profile.host(lan, IPv4Address("10.2.16.254"), IPv4Network("10.2.0.0/16"))) == "3fff:10:100:2000::16:254/128"
    )
    with pytest.raises(InputError, match="host part is 0"):
        profile.host(lan, IPv4Address("10.2.16.0"), IPv4Network("10.2.16.0/24"))


LEVELS = ("province", "city", "county")


def test_a_link_between_levels_lies_in_the_upper_region(hunan: Inventory, planned: PlanResult) -> None:
    levels = {region.code: LEVELS.index(region.level) for region in hunan.regions}
    seen = 0
    for link_id, ends in link_ends(hunan).items():
        regions = {device.region for device, _ in ends}
        if hunan.links[link_id].kind != "p2p" or len(regions) < 2:
            continue
        seen += 1
        upper = min(regions, key=lambda code: levels[code])
        claim = next(claim for claim in planned.claims if claim.key == f"link/{link_id}")
        assert claim.parent == f"region/public/{upper}", link_id
    assert seen > 100


def test_a_links_64_holds_its_two_ends_and_nothing_else(planned: PlanResult) -> None:
    """P::2/127 leaves the all-zeros identifier of P::/127 alone (RFC 6164, section 5.1)."""
    ends: dict[str, list[int]] = {}
    for claim in planned.claims:
        if claim.parent.startswith("link/"):
            ends.setdefault(claim.parent, []).append(parse(claim.prefix).first & (1 << 64) - 1)
    assert len(ends) == sum(claim.key.startswith("link/") for claim in planned.claims)
    assert all(sorted(found) == [2, 3] for found in ends.values())


def test_a_site_is_an_address_and_never_a_prefix(hunan: Inventory, planned: PlanResult) -> None:
    for site in hunan.sites:
        prefix = parse(planned.by_key[f"site/{site.name}"])
        dmz = parse(planned.by_key[f"subnet/{site.platform}/dmz"])
        assert prefix.length == 128 and dmz.contains(prefix)

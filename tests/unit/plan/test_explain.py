"""What an address says, field by field, in both profiles."""

from __future__ import annotations

import pytest

from inventory.errors import InputError
from inventory.model import Inventory
from ipv6.change.model import Claim
from ipv6.plan.compact import Compact
from ipv6.plan.explain import Explanation, explain
from ipv6.plan.layout import Field, layout
from ipv6.plan.legible import Legible
from ipv6.plan.plan import PlanResult, make_plan
from ipv6.plan.prefix import parse
from ipv6.plan.profile import profile_of
from tests.unit.plan.test_blocks import AREAS, LOCAL
from tests.unit.plan.worlds import compact, with_policy


def states(found: Explanation) -> dict[str, tuple[str, str, str]]:
    """Digits, state and meaning by the field's English name."""
    return {one.field.name_en: (one.digits, one.state, one.meaning) for one in found.fields}


@pytest.mark.parametrize("profile", [Legible, Compact])
def test_a_layout_covers_all_bits_on_nibbles(hunan: Inventory, profile: type) -> None:
    fields = layout(profile(hunan.addressing))
    assert (fields[0].first_bit, fields[-1].last_bit) == (0, 127)
    assert sum(field.bits for field in fields) == 128
    names = [field.name_zh.partition("·")[0] for field in fields]
    assert list(dict.fromkeys(names)) == ["地址类型标识符", "地域标识符", "子网空间标识符", "接口标识符"]


@pytest.mark.parametrize(
    "fields",
    [
        (Field("甲", "a", 0, 63, ""), Field("乙", "b", 68, 127, "")),
        (Field("甲", "a", 0, 61, ""), Field("乙", "b", 62, 127, "")),
        (Field("甲", "a", 0, 63, ""),),
    ],
)
def test_a_layout_with_a_gap_is_refused(fields: tuple[Field, ...]) -> None:
    class Broken:
        pass

    broken = Broken()
    broken.fields = fields  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="field"):
        layout(broken)  # type: ignore[arg-type]


def test_a_site_reads_to_its_last_digit(hunan: Inventory, planned: PlanResult) -> None:
    asked = parse("3fff:ff1:100:1000::11/128")
    found = explain(hunan, planned.claims, asked, {"site/jyj.changsha.gov.cn": "2026-01-31T08:00:00Z"})
    assert found.allocated
    assert states(found) == {
        "received block": ("3fff0ff", "fixed", "as received"),
        "plane": ("1", "allocated", "plane internet"),
        "city": ("01", "fixed", "430100 长沙市"),
        "county": ("00", "allocated", "430100 长沙市"),
        "use": ("1", "allocated", "changsha 互联网接入区"),
        "organisation": ("0", "fixed", "first digit of the subnet"),
        "subnet": ("00", "allocated", "changsha 互联网接入区"),
        "interface identifier": ("0000000000000011", "allocated", "jyj.changsha.gov.cn 长沙市教育局"),
    }
    assert [claim.since for claim in found.claims] == ["", "", "", "", "2026-01-31T08:00:00Z"]
    assert "".join(one.digits for one in found.fields) == f"{asked.first:032x}"


def test_the_edge_of_a_cluster_says_whose_names_lead_there(hunan: Inventory, planned: PlanResult) -> None:
    note = "AAAA of the sites of changsha lead here: the edge of its cluster, spelt like 198.18.1.30"
    assert note in explain(hunan, planned.claims, parse("3fff:ff1:100:1000::30/128")).notes
    assert note not in explain(hunan, planned.claims, parse("3fff:ff1:100:1000::31/128")).notes
    assert explain(hunan, (), parse("3fff:ff1:100:1000::30/128")).notes  # before anything is planned


@pytest.mark.parametrize(
    ("address", "field", "state", "meaning"),
    [
        ("3fff:10:9900::1/128", "city", "free", "no region has the code 439900"),
        ("3fff:10:199::1/128", "county", "free", "no region has the code 430199"),
        ("3fff:10:1a1::1/128", "county", "overflow", "no code has a digit a-f: overflow pool"),
        ("3fff:10:aa01::1/128", "city", "overflow", "no code has a digit a-f: overflow pool"),
        ("3fff:10:aa01::1/128", "county", "overflow", "below a byte of the overflow pool"),
        ("3fff:10:582::1/128", "county", "reserved", "430582 邵东市: kept for this code, given to nobody"),
        ("3fff:10:582::1/128", "subnet", "reserved", "inside space that is given to nobody"),
        ("3fff:10:100:9100::1/128", "organisation", "free", "no organisation has this /56"),
        ("3fff:10:100:8001::1/128", "subnet", "fixed", "the organisation's own to number"),
        ("3fff:10:100:2001::1/128", "subnet", "free", "no claim on number 1"),
        ("3fff:10:102:2000::1/128", "use", "free", "zone 2, which this region does not use"),
        ("3fff:10:100:2000::/128", "interface identifier", "fixed", "all zeros: subnet-router anycast"),
        ("3fff:10:100::99/128", "interface identifier", "free", "no claim on this address"),
        ("3fff:12::1/128", "plane", "free", "no plane has the number 2 of this block"),
        ("3fff:10:9900::1/128", "use", "free", "inside a region that has no claim"),
    ],
)
def test_what_is_not_allocated_says_which_field_is_free(
    hunan: Inventory, planned: PlanResult, address: str, field: str, state: str, meaning: str
) -> None:
    found = explain(hunan, planned.claims, parse(address))
    assert not found.allocated
    assert states(found)[field][1] == state
    assert states(found)[field][2].startswith(meaning)


@pytest.mark.parametrize("address", ["3fff:10:521:8000::1/128", "3fff:10:582::/48"])
def test_both_codes_of_a_recoded_county_tell_its_story(hunan: Inventory, planned: PlanResult, address: str) -> None:
    told = "430582 邵东市 was 430521 邵东县 until 2019-07: it keeps the place of 430521 for ever, both codes stay taken"
    assert told in explain(hunan, planned.claims, parse(address)).notes


def test_a_prefix_is_explained_as_far_as_it_goes(hunan: Inventory, planned: PlanResult) -> None:
    found = explain(hunan, planned.claims, parse("3fff:10:100::/48"))
    assert found.allocated
    assert list(states(found)) == ["received block", "plane", "city", "county"]


def test_before_the_plan_the_blocks_speak(hunan: Inventory) -> None:
    found = explain(hunan, (), parse("3fff:10:100::1/128"))
    assert states(found)["plane"] == ("0", "fixed", "plane public")
    assert states(found)["county"] == ("00", "free", "430100 长沙市")
    assert found.notes == ("in the received block 3fff:10::/28 of plane public (RFC 9637 文档专用前缀)",)


def test_compact_values_come_from_the_ledger(hunan: Inventory) -> None:
    inv = compact(hunan)
    found = explain(inv, make_plan(inv).claims, parse("3fff:20:2801:1000::11/128"))
    assert states(found) == {
        "received block": ("3fff0020", "fixed", "as received"),
        "plane": ("2", "allocated", "plane internet"),
        "city": ("8", "allocated", "430100 长沙市"),
        "county": ("0", "allocated", "430100 长沙市"),
        "use": ("1", "fixed", "zones and services of the platform"),
        "zone": ("1", "allocated", "changsha 互联网接入区"),
        "organisation": ("0", "fixed", "first digits of what follows"),
        "subnet": ("00", "allocated", "changsha 互联网接入区"),
        "interface identifier": ("0000000000000011", "allocated", "jyj.changsha.gov.cn 长沙市教育局"),
    }


def test_the_providers_own_link_is_named(hunan: Inventory, planned: PlanResult) -> None:
    found = explain(hunan, planned.claims, parse("3fff:ff0:0:1::2/128"))
    assert found.notes == ("link provider is numbered by the provider (3fff:ff0:0:1::/64)",)


def test_a_local_address_has_the_fields_of_its_rfc(hunan: Inventory) -> None:
    inv = with_policy(hunan, local=LOCAL, areas=AREAS)
    found = explain(inv, make_plan(inv, (), lambda: 0xAB).claims, parse("fd00:0:ab:1::1/128"))
    assert states(found)["global id"] == ("00000000ab", "allocated", "local site 带外管理")
    assert found.profile == "RFC 4193"


def test_a_released_prefix_is_told(hunan: Inventory, planned: PlanResult) -> None:
    gone = Claim("released/org/public/430100/old/1", "3fff:10:100:9000::/56", "region/public/430100")
    found = explain(hunan, (*planned.claims, gone), parse("3fff:10:100:9000::1/128"))
    assert states(found)["organisation"][1:] == ("reserved", "released, in quarantine: public/430100/old")


def test_outside_everything_is_an_error(hunan: Inventory, planned: PlanResult) -> None:
    with pytest.raises(InputError, match="2001:db8::1: lies outside every allocation"):
        explain(hunan, planned.claims, parse("2001:db8::1/128"))


def test_the_innermost_claim_of_every_allocation_explains_itself(hunan: Inventory, planned: PlanResult) -> None:
    """Every claim of the plan, as asked, ends in a claim with that very prefix and has a meaning other than its key."""
    for claim in planned.claims[::7]:
        found = explain(hunan, planned.claims, parse(claim.prefix))
        assert found.allocated, claim
        assert found.claims[-1].prefix == claim.prefix
        assert claim.key in {one.key for one in found.claims}
        assert all(one.meaning != one.key for one in found.claims)
        assert {one.state for one in found.fields} <= {"fixed", "allocated", "reserved"}


def test_the_profile_of_the_policy_is_used(hunan: Inventory) -> None:
    assert profile_of(hunan.addressing).name == "legible"
    assert profile_of(compact(hunan).addressing).name == "compact"

"""Pairs, conflicts and the gap of each region, on the real province."""

from __future__ import annotations

import random
from ipaddress import IPv6Address

import pytest

from inventory.errors import EnvironmentFailed, InputError
from inventory.model import SHARED, Inventory
from ipv6.brownfield.changes import changes
from ipv6.brownfield.gap import gaps, region_of
from ipv6.brownfield.model import Document, Use, load_documents
from ipv6.brownfield.pairing import Pair, pair
from ipv6.brownfield.planned import planned
from ipv6.brownfield.regions import Regions
from ipv6.brownfield.things import things
from ipv6.change.addresses import pairs as reviewed
from ipv6.plan.prefix import address_of

Claims = dict[str, str]


def use(value: str, **words: str) -> Use:
    """A use of an address or prefix; `port=` is device and interface in one word."""
    device, _, interface = words.pop("port", "").partition(" ")
    if device and interface:
        words |= {"device": device, "interface": interface, "unit": f"port:{device} {interface}"}
    kind = words.pop("kind", "address")
    return Use.model_validate(
        {"kind": kind, "family": 6 if ":" in value else 4, "value": value, "place": "f:1"} | words
    )


def seen(*uses: Use, source: str = "f", region: str = "") -> Document:
    """A source of these uses."""
    return Document(source=source, format="frr", sha256="0" * 64, region=region, uses=uses)


def one(hunan: Inventory, claims: Claims, *uses: Use) -> Pair:
    """The only pair of these uses."""
    (found,) = pair(hunan, claims, [seen(*uses)]).pairs
    return found


def test_planned_rows_are_what_the_reviewer_reads(hunan: Inventory, claims: Claims) -> None:
    """Same names, same addresses in both families as the table of the change sets."""
    mine = {(row.kind, row.platform, row.name.rpartition("/")[2]): row for row in planned(hunan, claims)}
    checked = 0
    for platform in (SHARED, *hunan.platform_by_name):
        for row in reviewed(hunan, claims, platform, ""):
            if row.kind == "edge":  # no claim of its own: it is spelt from the DMZ's network, which the book lists
                continue
            held = mine[row.kind, platform, row.name]
            assert (address_of(held.ipv4), address_of(held.ipv6)) == (address_of(row.ipv4), address_of(row.ipv6))
            checked += 1
    assert checked > 900


def test_an_interface_is_found_by_its_address(hunan: Inventory, claims: Claims) -> None:
    """The field's names are not the inventory's; the IPv4 address says who it is."""
    found = one(
        hunan,
        claims,
        use("10.254.1.1/31", port="PE-CS GE0/1"),
        use(f"{claims['iface/pe-changsha/to-core']}", port="PE-CS GE0/1"),
    )
    assert found.items == ("port pe-changsha to-core",)
    assert (found.state, found.region, found.known) == ("dual", "430100", True)


def test_a_host_in_a_known_network_has_its_network_planned(hunan: Inventory, claims: Claims) -> None:
    """It is unknown as a host, but its IPv6 comes out of the /64."""
    found = one(hunan, claims, use("10.2.16.77/24", name="打印机", unit="name:打印机"))
    assert (found.items, found.network, found.planned6) == ((), "zone changsha/app", (claims["subnet/changsha/app"],))
    assert (found.state, found.region) == ("ipv4-only", "430100")


def test_a_private_address_in_a_vpn_is_not_the_public_one(hunan: Inventory, claims: Claims) -> None:
    """Unless the device agrees as well."""
    assert not one(hunan, claims, use("10.2.16.10/24", port="X GE1", vrf="oa")).known
    assert one(hunan, claims, use("10.254.1.1/31", port="pe-changsha GE1", vrf="gov")).items


def test_management_is_counted_apart(hunan: Inventory, claims: Claims) -> None:
    """It stays on IPv4, out of band, and spoils no percentage."""
    found = pair(hunan, claims, [seen(use("192.168.241.11/24", port="pe-changsha mgmt0"))])
    row = next(one for one in gaps(hunan, found) if one.code == "430100")
    assert (row.mgmt, row.seen, row.percent) == (1, 0, None)


CONFLICTS = {
    "another's": ("10.254.1.1/31", "iface/pe-zhuzhou/to-core", "is planned for port pe-zhuzhou to-core"),
    "not what the plan says": ("10.254.1.1/31", "3fff:10:0:400::9/127", "runs on port pe-changsha to-core, to which"),
    "never given out": ("10.99.1.1/24", "3fff:10:100:abc::1/64", "but the ledger never gave it out"),
    "another's network": ("10.99.1.1/24", "subnet/changsha/app", "which the plan gives to subnet/changsha/app"),
}


@pytest.mark.parametrize(("four", "six", "cause"), CONFLICTS.values(), ids=CONFLICTS)
def test_conflicts(hunan: Inventory, claims: Claims, four: str, six: str, cause: str) -> None:
    """IPv6 in the field that the plan cannot be carried out beside, with its place."""
    if six in claims:
        six = (
            f"{address_of(claims[six])}/64"
            if six.startswith("iface")
            else address_of(claims[six]).removesuffix(":") + ":99/64"
        )
    found = pair(hunan, claims, [seen(use(four, port="A GE1"), use(six, port="A GE1"))])
    assert [cause in one.cause and one.place == "f:1" for one in found.conflicts] == [True]


def test_a_prefix_over_the_plan(hunan: Inventory, claims: Claims) -> None:
    """A network that covers claims says how many."""
    found = pair(hunan, claims, [seen(use("3fff::/16", kind="prefix"))])
    assert f"overlaps {len(claims)} claims of the plan" in found.conflicts[0].cause


def test_what_agrees_is_no_conflict(hunan: Inventory, claims: Claims) -> None:
    """The whole plan, seen in the field exactly as planned: all dual stack, nothing missing, nothing in the way."""
    rows = [row for row in planned(hunan, claims) if not row.is_prefix and row.ipv6 and row.kind != "mgmt"]
    uses = [
        use(text, unit=f"name:{row.label}", name=row.label)
        if not row.device
        else use(text, port=f"{row.device} {row.interface}")
        for row in rows
        for text in (row.ipv4, row.ipv6)
    ]
    found = pair(hunan, claims, [seen(*uses)])
    assert found.conflicts == ()
    assert found.unseen == ()
    assert {one.state for one in found.pairs} == {"dual"}
    assert [row.percent for row in gaps(hunan, found)] == [100.0] * 15


def test_ipv6_from_elsewhere_is_foreign(hunan: Inventory, claims: Claims) -> None:
    """Outside every received block: no conflict, but not the plan either."""
    found = pair(hunan, claims, [seen(use("10.254.1.1/31", port="A GE1"), use("2409:8000::1/64", port="A GE1"))])
    assert found.conflicts == ()
    assert found.pairs[0].foreign == ("2409:8000::1/64",)


def test_the_same_address_twice(hunan: Inventory, claims: Claims) -> None:
    """On two interfaces of one VPN instance it is a conflict, in two instances it is not."""
    first, second = use("10.1.1.1/24", port="A GE1"), use("10.1.1.1/24", port="B GE1")
    assert "is also at" in pair(hunan, claims, [seen(first, second)]).conflicts[0].cause
    assert pair(hunan, claims, [seen(first, second.model_copy(update={"vrf": "oa"}))]).conflicts == ()


def test_local_addresses_of_two_sites(hunan: Inventory, claims: Claims) -> None:
    """192.168.1.1 is in every office: neither a conflict nor the same thing, unless one source says it twice."""
    named = [seen(use("192.168.1.1/24", port=f"{one} GE1"), source=one) for one in "AB"]
    assert pair(hunan, claims, named).conflicts == ()
    assert len(things([seen(use("192.168.1.9"), source=one) for one in "AB"])[0]) == 2
    both = seen(use("192.168.1.1/24", port="A GE1"), use("192.168.1.1/24", port="B GE1"))
    assert len(pair(hunan, claims, [both]).conflicts) == 1


def test_sources_meet_in_one_thing() -> None:
    """The same interface in NetBox, a configuration and an office form is one thing, whatever the order."""
    documents = [
        seen(use("10.1.1.1/24", port="A GE1"), source="config"),
        seen(use("3fff::1/64", port="a ge1"), source="netbox"),
        seen(use("10.1.1.1/24", unit="row:3", name="教育局"), source="form"),
    ]
    for _ in range(5):
        random.Random(_).shuffle(documents)
        (found,), twice = things(documents)
        assert found.sources == ("config", "form", "netbox")
        assert (found.values(4), found.values(6), found.word("name")) == (("10.1.1.1/24",), ("3fff::1/64",), "教育局")
        assert twice == ()


def test_a_name_for_many_addresses_is_no_pair() -> None:
    """Ten rows called 办公网 are ten things."""
    rows = [use(f"10.1.{n}.0/24", kind="prefix", unit="name:办公网") for n in range(10)]
    assert len(things([seen(*rows, use("3fff::/64", kind="prefix", unit="name:办公网"))])[0]) == 11
    assert len(things([seen(rows[0], use("3fff::/64", kind="prefix", unit="name:办公网"))])[0]) == 1


def test_what_is_out_of_use_is_left_out() -> None:
    """Routes, released and reserved addresses are no things."""
    gone, kept = use("10.1.1.1/24", status="deprecated"), use("10.1.2.1/24", status="reserved")
    assert things([seen(gone, kept, use("10.0.0.0/8", kind="route"))]) == ((), ())


WORDS = {
    "430121": "430121", "长沙县": "430121", "长沙市": "430100", "长沙": "430100", "湖南省长沙市岳麓区": "430104",
    "岳麓": "430104", "湘西": "433100", "changsha": "430100", "430521": "430582", "４３０１２１": "430121",
    "北京市": "", "": "", "长沙市、株洲市": "",
}  # fmt: skip


@pytest.mark.parametrize(("word", "code"), WORDS.items())
def test_regions_by_any_word(hunan: Inventory, word: str, code: str) -> None:
    """Codes, names, short names, platforms; a recoded county by its old code too."""
    assert Regions(hunan).code(word) == code


def test_region_of_the_caller(hunan: Inventory) -> None:
    """An unknown word is an error there."""
    assert region_of(hunan, "浏阳市") == "430181"
    with pytest.raises(InputError, match="is no region"):
        region_of(hunan, "北京")


def test_the_region_of_a_thing(hunan: Inventory, claims: Claims) -> None:
    """By its column, else by the file's region, else by the device's other interfaces, else by the address."""
    found = pair(
        hunan,
        claims,
        [
            seen(use("10.254.1.1/31", port="X GE1"), use("172.16.1.1/24", port="X GE2"), source="a"),
            seen(use("172.16.2.1/24", region="岳麓区"), use("172.16.3.1/24"), source="b", region="430200"),
            seen(use("3fff:10:121:5::1/64"), use("172.16.4.1/24"), source="c"),
        ],
    )
    regions = {(*one.ipv4, *one.ipv6)[0]: one.region for one in found.pairs}
    assert regions == {
        "10.254.1.1/31": "430100", "172.16.1.1/24": "430100", "172.16.2.1/24": "430104", "172.16.3.1/24": "430200",
        "3fff:10:121:5::1/64": "430121", "172.16.4.1/24": "",
    }  # fmt: skip


def test_the_gap_adds_up(hunan: Inventory, claims: Claims) -> None:
    """Counties count in their city; nothing is lost between the rows; a silent region has no percentage."""
    found = pair(
        hunan,
        claims,
        [
            seen(
                use("10.254.1.1/31", port="X GE1"),
                use("10.255.101.1/32", port="Y lo"),
                use("9.9.9.9"),
                use("3fff:aaaa::1"),
            )
        ],
    )
    rows = {row.code: row for row in gaps(hunan, found)}
    assert set(rows) == {"", *(platform.code for platform in hunan.platforms)}
    assert (rows["430100"].seen, rows["430100"].planned, rows["430100"].percent) == (2, 2, 0.0)
    assert rows["430200"].percent is None
    assert (rows[""].seen, rows[""].unknown, rows[""].unplanned, rows[""].ipv6_only, rows[""].foreign) == (
        2,
        2,
        1,
        1,
        1,
    )
    inside = {row.code: row.seen for row in gaps(hunan, found, "430100")}
    assert (inside["430100"], inside["430102"], len(inside)) == (1, 1, 10)
    assert sum(row.unseen for row in rows.values()) == len(found.unseen)


def test_changes_of_a_source() -> None:
    """Moved lines are no change; new and gone addresses are."""
    before = seen(use("10.1.1.1/24", port="A GE1"), use("10.1.1.2/24", port="A GE2"))
    moved = [one.model_copy(update={"place": "f:9"}) for one in before.uses]
    assert changes(before, seen(*moved)).kept == 2
    found = changes(before, seen(moved[0], use("10.1.1.3/24", port="A GE2")))
    assert ([one.value for one in found.added], [one.value for one in found.removed]) == (
        ["10.1.1.3/24"],
        ["10.1.1.2/24"],
    )
    assert len(changes(None, before).added) == 2


def test_a_damaged_store_says_so() -> None:
    """Never half a report."""
    with pytest.raises(EnvironmentFailed, match="import it again"):
        load_documents({"a": {"source": "a", "uses": [{"kind": "address"}]}})


def test_planned_addresses_lie_in_their_claims(hunan: Inventory, claims: Claims) -> None:
    """A row with a key has the claim's address."""
    rows = [row for row in planned(hunan, claims) if row.key and row.ipv6]
    assert len(rows) > 900
    assert all(IPv6Address(address_of(row.ipv6)) == IPv6Address(address_of(claims[row.key])) for row in rows)

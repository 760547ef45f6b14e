"""Composition: what belongs to which change set, and that the same inputs give the same digest."""

from __future__ import annotations

from collections import Counter

import pytest

from inventory.errors import EnvironmentFailed, InputError
from inventory.model import SHARED
from ipv6.change.compose import BY_HAND, NOT_HELD, compose
from ipv6.change.digest import digest
from ipv6.change.plan import Create, Keep, Update, derive
from ipv6.change.scope import Scope, inputs_of
from tests.unit.change.province import ROOT, Fleet, composed, inventory, prepared

EVERY = (SHARED, *(platform.name for platform in inventory().platforms))


def test_every_claim_belongs_to_exactly_one_change_set() -> None:
    """Nothing is approved twice and nothing is left out."""
    counts = Counter(claim.key for platform in EVERY for claim in composed(platform).claims)
    assert counts == {claim.key: 1 for claim in prepared().claims}


def test_every_device_and_record_belongs_to_exactly_one_change_set() -> None:
    """Core, name servers, the operations host and the glue are the province's own."""
    devices = Counter(device.device for platform in EVERY for device in composed(platform).devices)
    assert devices == dict.fromkeys(inventory().devices, 1)
    records = Counter((one.server, one.zone, one.name, one.type) for p in EVERY for one in composed(p).records)
    assert set(records.values()) == {1} and len(records) == len(prepared().records)
    assert {device.device for device in composed(SHARED).devices} == {"core", "ns1", "ns2", "ops", "resolver"}
    assert {one.name for one in composed(SHARED).records if one.type == "AAAA"} == {
        "ns1.hunan.gov.cn.",
        "ns2.hunan.gov.cn.",
        "core.net.hunan.gov.cn.",
    }


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        ("plane/public", SHARED),
        ("region/public/430000", SHARED),
        ("region/internet/430100", "changsha"),
        ("region/private/430121", "changsha"),
        ("region/public/433123", "xiangxi"),
        ("region/public/430181/reserved", "changsha"),
        ("zone/hunan/dmz", "hunan"),
        ("services/zhuzhou", "zhuzhou"),
        ("loopback/core", SHARED),
        ("iface/pe-zhuzhou/to-core", "zhuzhou"),
        ("iface/core/to-zhuzhou", SHARED),
        ("link/core-zhuzhou", SHARED),
        ("link/fw-zhuzhou", "zhuzhou"),
        ("site/www.changsha.gov.cn", "changsha"),
        ("site/gone.example", SHARED),
        ("nonsense", SHARED),
    ],
)
def test_owner_of_a_claim(key: str, owner: str) -> None:
    """The province's stem is shared, everything below belongs to whoever runs it."""
    assert Scope(inventory()).owner(key) == owner


def test_same_inputs_same_digest() -> None:
    """Composed again from the same values, in another order, the digest is the same."""
    fleet = Fleet.day(False)
    ready = prepared()
    turned = dict(reversed(fleet.texts.items()))
    inputs = dict(reversed(composed("changsha").inputs.items()))
    again = compose(inventory(), ready.claims[::-1], turned, fleet.records, "changsha", inputs)
    assert digest(again) == digest(composed("changsha"))


def test_a_change_elsewhere_voids_nobodys_approval() -> None:
    """Another platform's file does not enter this one's inputs; the common files and the own one do."""
    inputs = composed("changsha").inputs
    assert "inventory/hunan/platforms/changsha.yaml" in inputs and "stacks/Pulumi.changsha.yaml" in inputs
    assert "inventory/hunan/zones.yaml" in inputs
    assert not [path for path in inputs if "zhuzhou" in path]
    assert inputs_of({"inventory/x/platforms/changsha.yaml": "0", "inventory/x/network.yaml": "1"}, SHARED) == {
        "inventory/x/network.yaml": "1"
    }


def test_base_enters_the_digest() -> None:
    """A device that runs something else makes another change set."""
    fleet = Fleet.day(False)
    fleet.texts[("fw-changsha", "linux", "network")] += "addr outside 192.0.2.1/24\n"
    other = compose(inventory(), prepared().claims, fleet.texts, fleet.records, "changsha", {}, prepared())
    clean = compose(inventory(), prepared().claims, Fleet.day(False).texts, fleet.records, "changsha", {}, prepared())
    assert digest(other) != digest(clean)


def test_deferred_devices_are_rendered_and_listed() -> None:
    """County routers get their text, a reason, and are never observed."""
    deferred = [device for device in composed("changsha").devices if device.deferred]
    assert len(deferred) == 9 and {device.deferred for device in deferred} == {NOT_HELD}
    assert all("3fff:10:" in section.intended for device in deferred for section in device.sections)
    assert all(":" not in section.base.replace("::", "") or section.base != section.intended
               for device in deferred for section in device.sections)  # fmt: skip
    assert derive(composed("changsha")).deferred.keys() == {device.device for device in deferred}


def test_addresses_before_what_listens_on_them() -> None:
    """The order of sections is the order of work."""
    orders = {device.device: [one.driver for one in device.sections] for p in EVERY for device in composed(p).devices}
    assert orders["ns1"] == ["linux", "knot"] and orders["site-changsha"] == ["linux", "nginx"]


def test_nothing_to_do_has_reasons() -> None:
    """Once everything runs, every item is kept and says why."""
    plan = derive(composed("changsha", True))
    assert plan.changes == () and plan.reasons
    assert all(isinstance(item, Keep) and item.reason for item in plan.items)


def test_day0_is_create_and_update() -> None:
    """AAAA are new, device texts are updates, A records stay."""
    kinds = Counter((item.kind, type(item)) for item in derive(composed("changsha")).items)
    names = len(composed("changsha").sites) + 1 + 2  # and its router, and its name server with its glue
    assert kinds[("record", Create)] == names and kinds[("record", Keep)] == names
    assert kinds[("section", Update)] == 8 and ("section", Create) not in kinds


def test_keep_needs_a_reason() -> None:
    """A kept item without a reason cannot be made."""
    with pytest.raises(ValueError, match="kept without a reason"):
        Keep("record", "x", "")


def test_missing_observation_is_an_error() -> None:
    """Silence of a device is not an empty configuration."""
    fleet = Fleet.day(False)
    del fleet.texts[("pe-changsha", "frr", "running-config")]
    with pytest.raises(EnvironmentFailed, match="it did not report frr running-config"):
        compose(inventory(), prepared().claims, fleet.texts, fleet.records, "changsha", {}, prepared())


def test_unknown_platform() -> None:
    """A typo is wrong input that names the choices."""
    with pytest.raises(InputError, match="there is no such platform"):
        compose(inventory(), prepared().claims, {}, {}, "changcha", {}, prepared())


def test_without_a_parent_server_the_glue_is_left_to_the_registrar() -> None:
    """In the field nobody but the registrar changes gov.cn; the page says so and apply leaves it alone."""
    inv = inventory().model_copy(update={"environment": inventory().environment.model_copy(update={"parent": ""})})
    fleet = Fleet.day(False)
    change = compose(inv, prepared().claims, fleet.texts, fleet.records, SHARED, {})
    glue = [record for record in change.records if record.zone == "gov.cn."]
    assert glue and {record.keep for record in glue} == {BY_HAND.format(zone="gov.cn.")}
    assert {record.server for record in glue} == {""}
    assert ROOT.is_dir()

"""What moved since a proposal: every object by name, and nothing that belongs to somebody else."""

from __future__ import annotations

from dataclasses import replace

from ipv6.change.model import Claim
from ipv6.change.moved import Moved, on_devices, on_paper
from ipv6.change.scope import Scope
from tests.unit.change.province import ROOT, Fleet, all_inputs, composed, inventory, prepared


def test_nothing_moved() -> None:
    """On paper and on the devices, on day 0 and once everything runs."""
    change, scope = composed("changsha"), Scope(inventory())
    assert on_paper(change, scope, prepared().claims, all_inputs(inventory(), ROOT)) == ()
    for dual_stack in (False, True):
        fleet = Fleet.day(dual_stack)
        assert on_devices(change, fleet.texts, fleet.records) == ()


def test_claims_and_inputs() -> None:
    """A prefix that changed, one that is gone, one that came; another city's and the review policy do not count."""
    change, scope = composed("changsha"), Scope(inventory())
    claims = {claim.key: claim for claim in prepared().claims}
    claims["zone/changsha/app"] = Claim("zone/changsha/app", "3fff:10:100:9000::/52", "region/public/430100")
    claims["zone/zhuzhou/app"] = Claim("zone/zhuzhou/app", "3fff:10:200:9000::/52", "region/public/430200")
    del claims["services/changsha"]
    claims["subnet/changsha/new"] = Claim("subnet/changsha/new", "3fff:10:100:a000::/64", "zone/changsha/app")
    inputs = all_inputs(inventory(), ROOT)
    inputs["inventory/hunan/zones.yaml"] = "f" * 64
    inputs["inventory/hunan/platforms/zhuzhou.yaml"] = inputs["inventory/hunan/review.yaml"] = "e" * 64
    inputs["inventory/hunan/new.yaml"] = "d" * 64
    del inputs["stacks/Pulumi.changsha.yaml"]
    found = {(one.kind, one.name): one for one in on_paper(change, scope, claims.values(), inputs)}
    assert set(found) == {
        ("input", "inventory/hunan/zones.yaml"),
        ("input", "inventory/hunan/new.yaml"),
        ("input", "stacks/Pulumi.changsha.yaml"),
        ("claim", "zone/changsha/app"),
        ("claim", "services/changsha"),
        ("claim", "subnet/changsha/new"),
    }
    assert found["claim", "services/changsha"].text.startswith("claim services/changsha is not in the ledger, approved")
    assert "new.yaml is dddddddddddd, approved with none" in found["input", "inventory/hunan/new.yaml"].text


def test_devices_and_records() -> None:
    """The very object and record set, with both hashes; a deferred device is nobody's base."""
    change = composed("changsha")
    fleet = Fleet.day(False)
    fleet.texts[("fw-changsha", "linux", "network")] += "addr outside 192.0.2.1/24\n"
    record = next(one for one in change.records if one.server and not one.keep)
    fleet.records[(record.server, record.zone, record.name, record.type)] = (300, ("3fff::bad",))
    found = on_devices(change, fleet.texts, fleet.records)
    assert [(one.kind, one.name) for one in found] == [
        ("section", "fw-changsha linux network"),
        ("record", f"{record.name} {record.type}"),
    ]
    assert found[1] == Moved("record", f"{record.name} {record.type}", "", "3fff::bad")
    assert found[1].text.endswith("is 3fff::bad, approved for nothing")
    deferred = replace(change, devices=tuple(replace(one, deferred="not here") for one in change.devices))
    assert [one.kind for one in on_devices(deferred, fleet.texts, fleet.records)] == ["record"]

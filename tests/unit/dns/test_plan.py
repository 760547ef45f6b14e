"""What octoDNS plans is held against what was approved, and shown to a person."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import dns.zone
import pytest
from octodns.provider.plan import Plan
from octodns.record import Create

from inventory.rollout import Limits
from ipv6.change.model import RecordChange
from jiyue.dns import plan as plans
from jiyue.dns.key import TsigKey
from jiyue.dns.plan import Deviates
from jiyue.dns.provider import PrimaryProvider
from jiyue.i18n import set_language

HERE = Path(__file__).parent
ZONE = "hunan.gov.cn."
TEXT = """\
$TTL 300
@ SOA ns1 hostmaster 7 3600 600 86400 10
@ NS ns1
@ NS ns2
ns1 A 198.18.0.21
ns2 A 198.18.0.22
www A 198.18.0.10
fgw A 198.18.0.11
old A 198.18.0.12
old 60 AAAA 3fff::12
mail MX 10 www
"""
NEW = RecordChange("ns1", ZONE, f"www.{ZONE}", "AAAA", 300, (), ("3fff:0:0::10", "3fff::11"), ttl_low=60)
CHANGED = RecordChange("ns1", ZONE, f"fgw.{ZONE}", "A", 300, ("198.18.0.11",), ("198.18.0.99",), "", 300, 60)
GONE = RecordChange("ns1", ZONE, f"old.{ZONE}", "AAAA", 60, ("3fff::12",), (), "", 60)
ALL = (NEW, CHANGED, GONE)


@pytest.fixture
def provider() -> PrimaryProvider:
    """One whose transfer has been done already."""
    found = PrimaryProvider("ns1", "127.0.0.1", 1, TsigKey("jiyue-update", "c2VjcmV0c2VjcmV0c2VjcmV0"))
    found._zones[ZONE] = dns.zone.from_text(TEXT, ZONE, relativize=False)
    return found


def planned(provider: PrimaryProvider, records: tuple[RecordChange, ...], step: str = plans.PUBLISH) -> Plan | None:
    """The plan of a step, compared with what was approved."""
    every = plans.wanted(provider.transferred(ZONE), records, step)
    changes = [one for one in every if one.now != one.then]
    plan = provider.plan(plans.desired(provider, ZONE, changes))
    plans.compare(plan, changes)
    return plan


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_plan_as_a_person_reads_it(provider: PrimaryProvider, language: str) -> None:
    set_language(language)
    plan = planned(provider, ALL)
    assert plan is not None
    text, path = plans.text(plan, 7), HERE / f"plan.{language}.txt"
    if os.environ.get("JIYUE_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_each_step_does_its_part_and_nothing_twice(provider: PrimaryProvider) -> None:
    lower = planned(provider, ALL, plans.LOWER)
    assert lower is not None and [(c.record.fqdn, c.new.ttl, c.new.values) for c in lower.changes] == [
        (f"fgw.{ZONE}", 60, ["198.18.0.11"])
    ]
    served = TEXT.replace("fgw A 198.18.0.11", "fgw 60 A 198.18.0.99\nwww 60 AAAA 3fff::10\nwww 60 AAAA 3fff::11")
    provider._zones[ZONE] = dns.zone.from_text(served.replace("old 60 AAAA 3fff::12\n", ""), ZONE, relativize=False)
    assert planned(provider, ALL) is None and planned(provider, ALL, plans.LOWER) is None
    up = planned(provider, ALL, plans.RAISE)
    assert up is not None and {(c.record.fqdn, c.new.ttl) for c in up.changes} == {
        (f"fgw.{ZONE}", 300),
        (f"www.{ZONE}", 300),
    }


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            replace(CHANGED, before=("198.18.0.77",)),
            f"fgw.{ZONE} A is 198.18.0.11 (TTL 300), approved from 198.18.0.77",
        ),
        (replace(CHANGED, ttl_before=600), "approved from 198.18.0.11 (TTL 600)"),
        (replace(NEW, before=("3fff::1",), ttl_before=300), f"www.{ZONE} AAAA is nothing, approved from 3fff::1"),
        (replace(NEW, after=("not an address",)), "not an address is no data of type AAAA"),
        (replace(NEW, type="TYPE65000", after=(r"\# 1 00",)), f"octoDNS cannot publish www.{ZONE} TYPE65000"),
    ],
    ids=["data", "ttl", "gone", "no-data", "type"],
)
def test_anything_else_is_refused_by_name(provider: PrimaryProvider, record: RecordChange, said: str) -> None:
    with pytest.raises(Deviates) as caught:
        planned(provider, (record,))
    assert said in str(caught.value)


def test_a_plan_with_one_change_too_many_or_too_few_is_refused(provider: PrimaryProvider) -> None:
    plan = planned(provider, ALL)
    assert plan is not None
    changes = plans.wanted(provider.transferred(ZONE), ALL, plans.PUBLISH)
    with pytest.raises(Deviates, match=r"octoDNS would add .*www.hunan.gov.cn. AAAA.*leave it alone"):
        plans.compare(plan, [one for one in changes if one.record is not NEW])
    fewer = Plan(plan.existing, plan.desired, [c for c in plan.changes if not isinstance(c, Create)], True)
    with pytest.raises(Deviates, match=r"octoDNS would leave it alone www.hunan.gov.cn. AAAA"):
        plans.compare(fewer, changes)
    with pytest.raises(Deviates, match="approved is to remove 3fff::12"):
        plans.compare(None, changes)


def test_limits_and_the_zones_own_servers(provider: PrimaryProvider) -> None:
    plan = planned(provider, ALL)
    assert plan is not None and not plans.unsafe(Limits(), plan)
    assert plans.unsafe(Limits(creates=1), plan) == ""
    servers = RecordChange("ns1", ZONE, ZONE, "NS", 300, (f"ns1.{ZONE}", f"ns2.{ZONE}"), (f"ns1.{ZONE}",), "", 300)
    root = planned(provider, (servers,))
    assert root is not None and "Root NS record change" in plans.unsafe(Limits(), root)

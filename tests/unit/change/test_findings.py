"""Findings beside a proposal: each rule with a change set in which it is silent and one in which it speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from inventory.model import SHARED, Inventory
from ipv6.change.findings import SEVERITIES, Finding, Ledger, discover, findings
from ipv6.change.model import AddressPair, ChangeSet, Claim
from tests.unit.change.province import composed, inventory, prepared

Case = tuple[ChangeSet, Inventory, tuple[Claim, ...]]


def usual() -> Case:
    """Changsha on day 0 in the real province, with its new system made to speak IPv6."""
    inv = inventory()
    platforms = tuple(
        platform.model_copy(
            update={"systems": tuple(one.model_copy(update={"families": (4, 6)}) for one in platform.systems)}
        )
        for platform in inv.platforms
    )
    return composed("changsha"), changed(inv, platforms=platforms), prepared().claims


def found(case: Case) -> tuple[Finding, ...]:
    """What the rules say."""
    change, inv, claims = case
    return findings(change, Ledger(inv, claims))


def changed(inv: Inventory, **updates: object) -> Inventory:
    """The province with something else in it; a plain copy would keep what was looked up before."""
    return Inventory.model_construct(**{name: updates.get(name, getattr(inv, name)) for name in Inventory.model_fields})


def _old_system(case: Case) -> Case:
    return case[0], inventory(), case[2]


def _system_without_zone(case: Case) -> Case:
    change = replace(case[0], claims=tuple(one for one in case[0].claims if not one.key.startswith("zone/")))
    return change, inventory(), case[2]


def _with_claim(claim: Claim) -> Callable[[Case], Case]:
    def edit(case: Case) -> Case:
        return replace(case[0], claims=(*case[0].claims, claim)), case[1], (*case[2], claim)

    return edit


def _edited_filter(old: str, new: str) -> Callable[[Case], Case]:
    def edit(case: Case) -> Case:
        devices = []
        for device in case[0].devices:
            sections = []
            for section in device.sections:
                if section.driver == "nftables":
                    assert old in section.intended
                    section = replace(section, intended=section.intended.replace(old, new, 1))
                sections.append(section)
            devices.append(replace(device, sections=tuple(sections)))
        return replace(case[0], devices=tuple(devices)), case[1], case[2]

    return edit


def _stack_without_six(case: Case) -> Case:
    stack = dict(case[0].stack)
    prefixes = {name: dict(value) for name, value in stack["prefixes"].items()}  # type: ignore[attr-defined]
    prefixes["data"]["v6"] = []
    return replace(case[0], stack={**stack, "prefixes": prefixes}), case[1], case[2]


def _same_address(case: Case) -> Case:
    first = next(pair for pair in case[0].addresses if pair.kind == "site")
    double = AddressPair("site", "other.changsha.gov.cn", first.ipv4, "3fff::1")
    return replace(case[0], addresses=(*case[0].addresses, double)), case[1], case[2]


def _full_reserve(case: Case) -> Case:
    addressing = case[1].addressing.model_copy(
        update={"reserve": case[1].addressing.reserve.model_copy(update={"links": 100})}
    )
    return case[0], changed(case[1], addressing=addressing), case[2]


def _field(case: Case) -> Case:
    return replace(case[0], kind="field"), case[1], case[2]


_TWIN = 'iifname "app" oifname "data" ip6 saddr'
SPEAKS: dict[str, tuple[Callable[[Case], Case], str, str, str]] = {
    "a new system": (_old_system, "new-systems", "medium", "after the notice, without IPv6; its zone gets IPv6 here"),
    "a new system whose zone gets none": (
        _system_without_zone, "new-systems", "high", "its zone gets no IPv6 here either"),
    "a claim across another": (
        _with_claim(Claim("zone/changsha/extra", "3fff:10:100:3000::/52", "region/public/430100")), "overlap", "high",
        "3fff:10:100:3000::/52 overlaps 3fff:10:100:3000::/52 of zone/changsha/extra"),
    "a claim inside another city": (
        _with_claim(Claim("link/new", "3fff:10:200:10::/64", "region/public/430100")), "overlap", "high",
        "3fff:10:200:10::/64 overlaps 3fff:10:200::/48 of region/public/430200"),
    "one address for two sites": (_same_address, "overlap", "high", "is also the address of site www.changsha.gov.cn"),
    "an IPv6 rule gone": (
        _edited_filter(_TWIN, "# "), "twin-rules", "high",
        '1 IPv4 rules without a twin in IPv6: iifname "app" oifname "data"'),
    "an IPv6 rule with another port": (
        _edited_filter("tcp dport 5432 accept", "tcp dport 5433 accept"), "twin-rules", "high",
        "tcp dport 5433 accept"),
    "a stack without IPv6 in a zone": (_stack_without_six, "twin-rules", "high", "has no IPv6 prefix"),
    "a reserve used up": (_full_reserve, "reserve", "high", "only the reserve of"),
    "documentation outside the lab": (_field, "documentation-prefix", "high", "documentation addresses: 3fff:"),
}  # fmt: skip


def test_silent() -> None:
    """Nothing is found where nothing is wrong; otherwise a reviewer learns to look away."""
    assert found(usual()) == ()


@pytest.mark.parametrize("name", SPEAKS)
def test_speaks(name: str) -> None:
    """The rule, how bad, and the words; no other rule joins in."""
    edit, rule, severity, words = SPEAKS[name]
    told = found(edit(usual()))
    assert told and {one.id for one in told} == {rule}
    assert any(one.severity == severity and words in one.cause for one in told), told


def test_every_rule_speaks_somewhere() -> None:
    """A rule without a case might never speak."""
    assert {rule for _, rule, _, _ in SPEAKS.values()} >= {"documentation-prefix", "new-systems", "overlap", "reserve"}
    assert all(rule.check.__module__.rpartition(".")[2].replace("_", "-") == rule.id for rule in discover())


def test_worst_first() -> None:
    """Sorted by severity, then by rule; the same for any order of the ledger."""
    change, inv, claims = _field(_edited_filter(_TWIN, "# ")(_old_system(usual())))
    told = found((change, inv, claims))
    assert [SEVERITIES.index(one.severity) for one in told] == sorted(SEVERITIES.index(one.severity) for one in told)
    assert found((change, inv, claims[::-1])) == told and len(told) >= 3
    assert all(isinstance(one, Finding) and one.clause for one in told)


@pytest.mark.parametrize("platform", [SHARED, "hunan", "xiangxi"])
def test_the_real_province(platform: str) -> None:
    """Only what is really open: the information library without IPv6."""
    told = found((composed(platform), inventory(), prepared().claims))
    assert {one.id for one in told} <= {"new-systems"}

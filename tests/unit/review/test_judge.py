"""How many of whom: thresholds, units, outsiders, emergencies, what voids a signature. Data-driven and pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from inventory.errors import GateError
from ipv6.ports import Approval
from jiyue.review import judge
from jiyue.review.judge import Case, Rule, Signed
from jiyue.review.keyring import Member
from jiyue.review.statement import Statement
from tests.unit.review.office import AUTHORITY, CENTRE, NOW, OFFICE, Office

DIGEST = "d" * 64
AT, LATER, NEXT_WEEK = "2026-03-01T07:00:00Z", "2026-03-01T07:30:00Z", "2026-03-07T00:00:00Z"


@dataclass(frozen=True)
class Person:
    """Somebody with a key."""

    name: str
    unit: str
    role: Any = "reviewer"


LI, QIAN = Person("李", AUTHORITY), Person("钱", AUTHORITY)
ZHAO, SUN, WANG = Person("赵", OFFICE), Person("孙", CENTRE), Person("王工", CENTRE, "engineer")


def said(
    who: Person, decision: Any = "approved", at: str = AT, emergency: bool = False, key: dict[str, Any] | None = None,
    **fields: Any,
) -> Signed:  # fmt: skip
    """One signature."""
    expires = "2026-03-02T07:00:00Z" if emergency else "2026-03-31T07:00:00Z"
    known = {"digest": DIGEST, "platform": "changsha", "author": "王工", **fields}
    statement = Statement(
        reviewer=who.name, unit=who.unit, decision=decision, reasons=("因故",), at=at,
        **{"expires": expires, **known}, emergency=emergency,
    )  # fmt: skip
    member = Member(f"k-{who.name}", who.name, who.unit, who.role, "0" * 64, "active", "2026-01-01T00:00:00Z")
    return statement, replace(member, **(key or {}))


def decided(platform: str, *signed: Signed, now: str = NOW, **case: Any) -> Approval:
    """What comes out for a platform of the province."""
    known = {"digest": DIGEST, "platform": "changsha", "author": "王工", "kind": "field", **case}
    return judge.judge(Case(**known), signed, Office.rule(platform), now)


APPROVED: dict[str, tuple[str, tuple[Signed, ...], tuple[str, ...]]] = {
    "a city needs one of the authority": ("changsha", (said(LI),), ("李",)),
    "shared needs two": ("shared", (said(LI), said(ZHAO, at=LATER)), ("李", "赵")),
    "the province needs two": ("hunan", (said(ZHAO), said(LI)), ("李", "赵")),
    "a later yes after a no": ("changsha", (said(LI, "rejected"), said(LI, at=LATER)), ("李",)),
    "an expired one beside a good one": ("changsha", (said(QIAN, expires=AT), said(LI)), ("李",)),
    "a retired key signed before it was retired": (
        "changsha", (said(LI, key={"status": "retired", "until": LATER}),), ("李",)),
    "somebody of no reviewing unit does not hurt": ("changsha", (said(SUN), said(LI)), ("李",)),
    "the emergency of two": ("changsha", (said(LI, emergency=True), said(SUN, emergency=True)), ("孙", "李")),
}  # fmt: skip

REFUSED: dict[str, tuple[str, tuple[Signed, ...], str]] = {
    "nobody": ("changsha", (), "nobody has approved it"),
    "one of two": ("shared", (said(LI),), "1 of 2 needed reviewers approved it (李)"),
    "two keys of one person": (
        "shared", (said(ZHAO), said(ZHAO, at=LATER, key={"key": "k-2"})), "1 of 2 needed reviewers approved it (赵)"),
    "one person in two widths": (
        "shared", (said(Person("Ann", OFFICE)), said(Person("ＡＮＮ", OFFICE), at=LATER)),
        "1 of 2 needed reviewers approved it (ＡＮＮ)"),
    "nobody from outside": (
        "shared", (said(LI), said(QIAN)), "李, 钱 approved it, but nobody from outside the operating unit"),
    "a unit that does not review": (
        "changsha", (said(ZHAO),), "赵 belongs to government-office, which does not review city change sets"),
    "an engineer's key": ("changsha", (said(Person("刘", AUTHORITY, "engineer")),), "k-刘 of 刘 is an engineer's key"),
    "a revoked key": (
        "changsha", (said(LI, key={"status": "revoked", "until": LATER, "reason": "lost"}),),
        f"k-李 of 李 was revoked at {LATER}: lost"),
    "a retired key afterwards": (
        "changsha", (said(LI, at=LATER, key={"status": "retired", "until": AT}),),
        f"k-李 of 李 was not in use at {LATER}"),
    "before the key was enrolled": (
        "changsha", (said(LI, key={"since": LATER}),), f"k-李 of 李 was not in use at {AT}"),
    "expired": ("changsha", (said(LI, expires="2026-03-01T07:59:00Z"),), "it expired at 2026-03-01T07:59:00Z"),
    "longer than the rule allows": (
        "changsha", (said(LI, at="2026-01-29T08:00:00Z", expires="2027-01-01T00:00:00Z"),),
        "it expired at 2026-02-28T08:00:00Z"),
    "still to come": (
        "changsha", (said(LI, at="2026-03-01T08:06:00Z"),),
        "李 signed it at 2026-03-01T08:06:00Z, which is still to come"),
    "another digest": (
        "changsha", (said(LI, digest="e" * 64),), "it was signed for changsha eeeeeeeeeeee by 王工, not for this one"),
    "a no": ("changsha", (said(LI), said(QIAN, "rejected")), "rejected by 钱: 因故"),
    "a no in the same second": ("changsha", (said(LI, "rejected"), said(LI)), "rejected by 李: 因故"),
    "a no that is old": (
        "changsha", (said(QIAN, "rejected", expires=AT), said(LI, at=LATER)), "rejected by 钱: 因故"),
    "the lab's key in the field": (
        "changsha", (said(LI, key={"key": "lab-reviewer"}),), "lab-reviewer is the lab's own key"),
    "an emergency of one": ("changsha", (said(LI, emergency=True),), "1 of 2 needed reviewers approved it (李)"),
    "an emergency of one, twice": (
        "changsha", (said(LI, emergency=True), said(LI, emergency=True, at=LATER)),
        "1 of 2 needed reviewers approved it (李)"),
    "an emergency after a day": (
        "changsha",
        tuple(said(who, emergency=True, at="2026-02-28T07:59:59Z", expires=LATER) for who in (LI, SUN)),
        "it expired at 2026-03-01T07:30:00Z"),
    "an emergency that gives itself a week": (
        "changsha",
        tuple(said(who, emergency=True, at="2026-02-28T07:59:59Z", expires=NEXT_WEEK) for who in (LI, SUN)),
        "it expired at 2026-03-01T07:59:59Z"),
    "an emergency without an outsider": (
        "hunan", (said(SUN, emergency=True), said(Person("周", CENTRE), emergency=True)),
        "孙, 周 approved it, but nobody from outside the operating unit"),
}  # fmt: skip


@pytest.mark.parametrize("name", APPROVED)
def test_enough(name: str) -> None:
    """The approval names exactly those on whom it rests."""
    platform, signed, people = APPROVED[name]
    found = decided(platform, *signed)
    assert tuple(one.person for one in sorted(found.reviewers, key=lambda one: one.person)) == tuple(sorted(people))
    assert found.emergency is ("emergency" in name)
    assert found.reviewer == found.reviewers[0].person and found.persons == set(people)


@pytest.mark.parametrize("name", REFUSED)
def test_not_enough(name: str) -> None:
    """Each refusal says what is missing or void; the order of the rows does not matter."""
    platform, signed, cause = REFUSED[name]
    for order in (signed, signed[::-1]):
        with pytest.raises(GateError) as caught:
            decided(platform, *order)
        if order is signed:
            assert caught.value.cause == cause


def test_the_submitter_cannot_review() -> None:
    """Neither as the person nor with the key."""
    for submitter in (("李", "other"), ("other", "k-李"), (" 李 ", "x")):
        with pytest.raises(GateError, match="submitted this proposal and cannot review it"):
            decided("changsha", said(LI), submitters=(submitter,))


def test_an_approval_lasts_as_long_as_its_shortest_signature() -> None:
    """Two of two: when the first runs out, there is one."""
    found = decided("shared", said(LI, expires="2026-03-05T00:00:00Z"), said(ZHAO))
    assert found.expires == "2026-03-05T00:00:00Z"
    assert decided("changsha", said(LI, emergency=True), said(SUN, emergency=True)).expires == "2026-03-02T07:00:00Z"


AFTER: dict[str, tuple[tuple[Signed, ...], bool]] = {
    "nothing hurried": ((said(LI),), False),
    "one signature is no emergency": ((said(LI, emergency=True),), False),
    "open": ((said(LI, emergency=True), said(SUN, emergency=True)), True),
    "reviewed by one of the two": (
        (said(LI, emergency=True), said(SUN, emergency=True), said(LI, "reviewed", at=LATER)), True),
    "reviewed by somebody else": (
        (said(LI, emergency=True), said(SUN, emergency=True), said(QIAN, "reviewed", at=LATER)), False),
    "approved in the usual way by somebody else": (
        (said(LI, emergency=True), said(SUN, emergency=True), said(QIAN, at=LATER)), False),
    "reviewed before": ((said(QIAN, "reviewed"), said(LI, emergency=True, at=LATER), said(SUN, emergency=True)), True),
    "reviewed by no reviewing unit": (
        (said(LI, emergency=True), said(SUN, emergency=True), said(ZHAO, "reviewed", at=LATER)), True),
    "reviewed with a revoked key": (
        (said(LI, emergency=True), said(SUN, emergency=True),
         said(QIAN, "reviewed", at=LATER, key={"status": "revoked"})), True),
}  # fmt: skip


@pytest.mark.parametrize("name", AFTER)
def test_the_review_after_the_fact(name: str) -> None:
    """An emergency stays open until somebody who had no part in it has looked."""
    signed, is_open = AFTER[name]
    due = judge.open_after(Case(DIGEST, "changsha", "王工"), signed, Office.rule("changsha"))
    assert bool(due) is is_open
    if is_open:
        assert due in ("2026-03-06T07:00:00Z", "2026-03-06T07:30:00Z")
        assert judge.overdue(due, "2026-03-07T00:00:00Z") and not judge.overdue(due, NOW)


def test_rules_of_the_province() -> None:
    """The data says who: the authority for the cities, two units for what is the province's own."""
    rules: dict[str, Rule] = {name: Office.rule(name) for name in ("changsha", "hunan", "shared")}
    assert {name: rule.reviewers for name, rule in rules.items()} == {"changsha": 1, "hunan": 2, "shared": 2}
    assert rules["shared"].operators == {"shared", AUTHORITY} and rules["hunan"].operators == {"hunan", CENTRE}
    assert all(rule.outside == 1 for rule in rules.values())

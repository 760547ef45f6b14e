"""Whether what was signed is enough: who may sign what, how many are needed, what voids a signature. Pure.

The order of decisions comes from the signed times, never from the order of rows; when one person says two things in
the same second, the no counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.errors import GateError
from inventory.model import SHARED, Inventory
from inventory.review import Emergency, Kind
from inventory.vocab import Level
from ipv6.ports import LAB_KEYS, Approval, Signer
from jiyue.review import dsse
from jiyue.review.keyring import RETIRED, REVOKED, Member, plain_name, same_person
from jiyue.review.statement import Statement
from jiyue.review.times import SKEW_SECONDS, hours_between, later

Signed = tuple[Statement, Member]
"""A verified statement and the key's entry in today's keyring."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one platform's change sets need; `operators` are the units that run it."""

    kind: Kind
    reviewers: int
    units: tuple[str, ...]
    outside: int
    operators: frozenset[str]
    emergency: Emergency
    valid_days: int


@dataclass(frozen=True, slots=True)
class Case:
    """The proposal that is judged; `submitters` are (person, key) of those who handed it in."""

    digest: str
    platform: str
    author: str
    submitters: tuple[tuple[str, str], ...] = ()
    kind: str = "lab"


def rule_for(inv: Inventory, platform: str) -> Rule:
    """The province's rule for one platform (or `shared`)."""
    kind: Kind = "shared"
    if platform != SHARED:
        level = inv.region_by_code[inv.platform_by_name[platform].code].level
        kind = "province" if level is Level.PROVINCE else "city"
    found = inv.review.rule(kind)
    operators = inv.review.operators(platform)
    return Rule(
        kind, found.reviewers, found.units, found.outside, operators, inv.review.emergency, inv.review.valid_days
    )


def judge(case: Case, signed: Iterable[Signed], rule: Rule, now: str) -> Approval:
    """The approval that these statements make together; GateError says what is missing, void or against it."""
    place = f"approval of {case.digest[:12]}"
    latest: dict[str, Signed] = {}
    void: list[str] = []
    for statement, member in sorted(signed, key=_time):
        if statement.decision == "reviewed":
            continue
        reason = why_not(case, statement, member, rule, now)
        if reason:
            void.append(reason)
        else:
            latest[plain_name(member.person)] = (statement, member)
    for statement, _ in latest.values():
        if statement.decision == "rejected":
            cause = f"rejected by {statement.reviewer}: {'; '.join(statement.reasons)}"
            raise GateError(place, cause, "propose again")
    good = [one for one in latest.values() if one[0].decision == "approved"]
    regular = [one for one in good if not one[0].emergency and one[1].unit in rule.units]
    chosen = _enough(regular, rule.reviewers, rule)
    emergency = chosen is None
    if chosen is None and any(statement.emergency for statement, _ in good):
        chosen = _enough(good, max(rule.emergency.reviewers, 2), rule)
    if chosen is None:
        raise GateError(place, _missing(good, rule, void), "have it reviewed" if not void else dsse.AGAIN)
    signers = tuple(Signer(member.person, member.unit, member.key) for _, member in chosen)
    at = max(statement.at for statement, _ in chosen)
    expires = min(expiry(statement, rule) for statement, _ in chosen)
    first = signers[0]
    return Approval(case.digest, case.author, first.person, first.key_id, at, expires, signers, emergency)


def why_not(case: Case, statement: Statement, member: Member, rule: Rule, now: str) -> str:
    """Why this signature does not count for this proposal now; empty text when it does."""
    who = statement.reviewer
    if (statement.digest, statement.platform, statement.author) != (case.digest, case.platform, case.author):
        signed = f"{statement.platform} {statement.digest[:12]} by {statement.author}"
        return f"it was signed for {signed}, not for this one"
    if member.status == REVOKED:
        return f"{member.key} of {who} was revoked at {member.until}: {member.reason}"
    if member.role != "reviewer":
        return f"{member.key} of {who} is an engineer's key"
    if case.kind != "lab" and member.key in LAB_KEYS:
        return f"{member.key} is the lab's own key"
    if not member.since <= statement.at or (member.status == RETIRED and statement.at > member.until):
        return f"{member.key} of {who} was not in use at {statement.at}"
    if statement.at > later(now, seconds=SKEW_SECONDS):
        return f"{who} signed it at {statement.at}, which is still to come"
    for person, key in case.submitters:
        if same_person(person, who) or key == member.key:
            return f"{person} submitted this proposal and cannot review it"
    units = rule.emergency.units if statement.emergency else rule.units
    if member.unit not in units:
        return f"{who} belongs to {member.unit}, which does not review {rule.kind} change sets"
    end = expiry(statement, rule)
    # A no does not wear off: the proposal has to be made anew.
    return f"it expired at {end}" if statement.decision == "approved" and now >= end else ""


def expiry(statement: Statement, rule: Rule) -> str:
    """When a statement runs out: as it says, but never later than the rule allows."""
    hours = rule.emergency.hours if statement.emergency else rule.valid_days * 24
    return min(statement.expires, later(statement.at, hours=hours))


def open_after(case: Case, signed: Sequence[Signed], rule: Rule) -> str:
    """When the review of an emergency is due (UTC), empty text when there was none or somebody else has done it."""
    hurried = [statement for statement, member in signed if statement.emergency and statement.decision == "approved"]
    people = {plain_name(statement.reviewer) for statement in hurried}
    if len(people) < max(rule.emergency.reviewers, 2):
        return ""
    last = max(statement.at for statement in hurried)
    for statement, member in signed:
        independent = plain_name(statement.reviewer) not in people | {plain_name(case.author)}
        settles = statement.decision == "reviewed" or not statement.emergency
        if settles and independent and statement.at >= last and member.status != REVOKED and member.unit in rule.units:
            return ""
    return later(last, days=rule.emergency.after_days)


def overdue(due: str, now: str) -> bool:
    """Whether a review after the fact is late."""
    return bool(due) and hours_between(due, now) > 0


def _enough(good: Sequence[Signed], needed: int, rule: Rule) -> list[Signed] | None:
    """The needed number of signatures that last longest, those from outside first; None when they are too few."""
    ranked = sorted(good, key=lambda one: (one[0].expires, one[1].key), reverse=True)
    outside = [one for one in ranked if one[1].unit not in rule.operators][: max(rule.outside, 0)]
    if len(outside) < rule.outside or len(ranked) < needed:
        return None
    rest = [one for one in ranked if one not in outside]
    chosen = [*outside, *rest[: max(needed - len(outside), 0)]]
    return sorted(chosen, key=lambda one: (one[0].at, one[1].key))


def _missing(good: Sequence[Signed], rule: Rule, void: Sequence[str]) -> str:
    if not good and void:
        return "; ".join(dict.fromkeys(void))
    if not good:
        return "nobody has approved it"
    names = ", ".join(statement.reviewer for statement, _ in good)
    inside = all(member.unit in rule.operators for _, member in good)
    hurried = any(statement.emergency for statement, _ in good)
    needed = max(rule.emergency.reviewers, 2) if hurried else rule.reviewers
    cause = f"{len(good)} of {needed} needed reviewers approved it ({names})"
    if len(good) >= needed and inside:
        cause = f"{names} approved it, but nobody from outside the operating unit"
    return "; ".join(dict.fromkeys((cause, *void)))


def _time(signed: Signed) -> tuple[str, bool]:
    return signed[0].at, signed[0].decision == "rejected"

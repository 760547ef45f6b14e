"""The firewall treats ICMPv6 as RFC 4890 asks: errors pass, neighbour discovery works and stays on its link."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.precheck.model import NEW, RELATED, Filter
from ipv6.verify.check import check
from ipv6.verify.filters import STRANGER, Packet, filters, port_of, reading, verdict
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.subjects import ExtranetSubject, Place
from ipv6.zones.matrix import OUTSIDE

ERRORS = {1: "destination unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem"}
"""What must not be dropped in transit (section 4.3.1)."""
LOCAL = {133: "router solicitation", 134: "router advertisement", 137: "redirect", 138: "router renumbering"}
"""What must not pass from one link to another (sections 4.3.3 and 4.3.5; RFC 6105 for advertisements)."""
NEEDED = {135: "neighbour solicitation", 136: "neighbour advertisement", 2: "packet too big"}
"""What the firewall itself must take (section 4.4.1)."""


def _ends(subject: ExtranetSubject) -> tuple[Place, ...]:
    """One place per zone, the outside ones included, that has an IPv6 address."""
    found: dict[str, Place] = {}
    for pair in subject.pairs:
        for place in (pair.source, pair.target):
            if place.zone == OUTSIDE[0] or place.address(6):
                found.setdefault(place.zone, place)
    return tuple(found.values())


def _icmp(subject: ExtranetSubject, source: Place, target: Place, kind: int, state: str) -> Packet:
    start, end = (STRANGER[6] if place.zone == OUTSIDE[0] else place.address(6) for place in (source, target))
    return Packet(6, port_of(subject, source), port_of(subject, target), start, end, 1, kind, state)


def _transit(subject: ExtranetSubject, forward: Filter) -> Iterator[str]:
    ends = _ends(subject)
    for source in ends:
        for target in ends:
            if source.zone == target.zone or port_of(subject, source) == port_of(subject, target):
                continue
            way = f"{subject.firewall}: {source.zone} to {target.zone}"
            for kind, name in ERRORS.items():
                accepted, rule = verdict(forward, _icmp(subject, source, target, kind, RELATED))
                if not accepted:
                    yield f"{way}: ICMPv6 {name} (type {kind}) is dropped by: {rule}; RFC 4890 4.3.1 lets it pass"
            for kind, name in LOCAL.items():
                accepted, rule = verdict(forward, _icmp(subject, source, target, kind, NEW))
                if accepted:
                    yield f"{way}: ICMPv6 {name} (type {kind}) passes by: {rule}; it belongs to one link"


def _own(subject: ExtranetSubject, chain: Filter) -> Iterator[str]:
    for kind, name in NEEDED.items():
        near = Packet(6, subject.outside, "", "fe80::1", "fe80::2", 1, kind, NEW)
        accepted, rule = verdict(chain, near)
        if not accepted:
            yield f"{subject.firewall}: ICMPv6 {name} (type {kind}) to itself is dropped by: {rule}; RFC 4890 4.4.1"


@check(
    "icmpv6-policy",
    passes="ICMPv6 errors pass the firewall, neighbour discovery works and never crosses it (RFC 4890)",
    needs=("firewall",),
    layer="zone",
    owner="network",
    about=ExtranetSubject,
    after="never",
)
class Icmpv6Policy:
    """Judged on the running rules for every pair of zones."""

    @staticmethod
    def ask(subject: ExtranetSubject) -> tuple[Probe, ...]:
        """The table as it runs."""
        return (reading(subject.firewall, "filter"),) if subject.firewall else ()

    @staticmethod
    def judge(subject: ExtranetSubject, answers: Answers) -> Verdict:
        """Pass when every zone pair and the firewall itself follow the RFC."""
        chains, missing = filters(subject, answers)
        if missing:
            return missing
        if len(_ends(subject)) < 2:
            return Unknown(f"{subject.platform}: no IPv6 address is planned in its zones")
        reasons = (*_transit(subject, chains["forward"]), *_own(subject, chains["input"]))
        return Fail(reasons) if reasons else Pass((f"errors pass between {len(_ends(subject))} zones",))

"""No firewall follows source routes or lets fragments without their upper header pass (RFC 5095, 7112, 9099)."""

from __future__ import annotations

import re

from ipv6.verify.check import check
from ipv6.verify.filters import filters, reading, told
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.subjects import ExtranetSubject

_FORWARD = re.compile(r"chain forward \{(.*?)\}", re.DOTALL)
_INVALID = re.compile(r"^ct state invalid (counter )?drop\b")


def _probes(subject: ExtranetSubject) -> tuple[Probe, ...]:
    if not subject.firewall:
        return ()
    return (reading(subject.firewall, "filter"), reading(subject.firewall, "settings"))


def invalid_first(listing: str) -> bool:
    """Whether packets that connection tracking cannot place are dropped before any flow is accepted.

    Tracking puts fragments together first, so what stays in pieces is `invalid`; ICMP errors may come before.
    """
    chain = _FORWARD.search(listing.replace("{ ", "(").replace(" }", ")"))
    for line in chain[1].splitlines() if chain else ():
        words = line.strip()
        if _INVALID.match(words):
            return True
        if words.endswith("accept") and not words.startswith(("icmp ", "icmpv6 ")):
            return False
    return False


@check(
    "extension-headers",
    passes="source routes are refused and packets whose headers hide in fragments are dropped",
    needs=("firewall",),
    layer="zone",
    owner="network",
    about=ExtranetSubject,
    after="never",
)
class ExtensionHeaders:
    """The two that get past a filter by their shape; the default deny handles unknown upper layers."""

    @staticmethod
    def ask(subject: ExtranetSubject) -> tuple[Probe, ...]:
        """The firewall's table and its kernel's settings."""
        return _probes(subject)

    @staticmethod
    def judge(subject: ExtranetSubject, answers: Answers) -> Verdict:
        """Pass when both hold."""
        _, missing = filters(subject, answers)
        if missing:
            return missing
        table, settings = _probes(subject)
        listing, _ = told(table, answers)
        values, missing = told(settings, answers)
        if missing:
            return missing
        reasons = []
        if not invalid_first(listing):
            reasons.append(
                f"{subject.firewall}: a flow is accepted before `ct state invalid drop`, so fragments without their "
                "upper header can pass (RFC 7112)"
            )
        for line in values.splitlines():
            interface, _, rest = line.partition(" ")
            key, _, value = rest.partition(" ")
            if key == "accept_source_route" and value.lstrip("-").isdigit() and int(value) > 0:
                reasons.append(f"{subject.firewall} {interface}: accept_source_route is {value} (RFC 5095)")
        return Fail(tuple(reasons)) if reasons else Pass((f"{subject.firewall} drops what hides its headers",))

"""Full-size packets pass between zones wherever the matrix allows an echo, path by path."""

from __future__ import annotations

from ipv6.verify import mtu
from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import unanswered
from ipv6.verify.subjects import ZoneSubject


@check(
    "zone-mtu",
    passes="packets of 1500 bytes pass every firewall wherever an echo is allowed, or Packet Too Big says what does",
    needs=("zones",),
    layer="zone",
    owner="network",
    about=ZoneSubject,
    after="never",
    depth="full",
)
class ZoneMtu:
    """A firewall that drops Packet Too Big breaks what it allows (RFC 4890 section 4.3.1)."""

    @staticmethod
    def covers(subject: ZoneSubject) -> bool:
        """Only where echo is tried: NetworkPolicies do not know it."""
        return not subject.listening

    @staticmethod
    def ask(subject: ZoneSubject) -> tuple[Probe, ...]:
        """One sweep per allowed echo over IPv6."""
        return tuple(
            mtu.probe(pair.source.vantage(6), pair.target.address(6), pair.source.netns)
            for pair in subject.pairs
            if pair.allowed and pair.protocol == "icmp" and pair.target.address(6)
        )

    @staticmethod
    def judge(subject: ZoneSubject, answers: Answers) -> Verdict:
        """Pass when no path has a hole."""
        probes = ZoneMtu.ask(subject)
        if not probes:
            return Unknown(f"{subject.platform}: no echo over IPv6 is planned between its zones")
        if missing := unanswered(probes, answers):
            return missing
        seen = [mtu.fault(probe, answers) for probe in probes]
        if wrong := tuple(reason for reason, _ in seen if reason):
            return Fail(wrong)
        if unclear := [why for _, why in seen if why]:
            return Unknown(unclear[0] + (f" (and {len(unclear) - 1} more)" if len(unclear) > 1 else ""))
        return Pass((f"{len(probes)} paths carry full-size packets",))

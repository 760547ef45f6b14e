"""The site's own name servers answer with authority when asked at their IPv6 address."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import decide, native6, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probes(subject: SiteSubject) -> tuple[Probe, ...]:
    return tuple(
        Probe(subject.vantages.v6, "dns", 6, address, 53, subject.zone, qtype="SOA", timeout=2.0, samples=3, need=2)
        for _, address in subject.servers
        if native6((address,))
    )


@check(
    "ns-over-ipv6",
    passes="both name servers answer over IPv6 with authority",
    needs=("v6",),
    layer="name",
    owner="dns",
    after="address",
)
class NsOverIpv6:
    """Asked by address, so it holds before any AAAA is published."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """SOA of the zone, at each server's planned address."""
        return _probes(subject)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when at least two servers are planned and all of them answer with AA."""
        probes = _probes(subject)
        wanted = int(subject.limits["name-servers"])
        if not probes:
            return Unknown(f"{subject.zone}: no name server has a planned IPv6 address")
        if missing := unanswered(probes, answers):
            return missing
        reasons = []
        if len(probes) < wanted:
            reasons.append(f"{subject.zone}: {len(probes)} name server over IPv6, {wanted} wanted")
        for probe in probes:
            ok, sample = decide(
                probe, answers, lambda s: text(s, "state") == "answer" and s.get("aa") is True and bool(s.get("rdata"))
            )
            if not ok:
                got = text(sample, "rcode") if text(sample, "state") == "answer" else text(sample, "state")
                reasons.append(f"{subject.zone} SOA at [{probe.address}]:53: {got}, no authoritative answer over IPv6")
        return Fail(tuple(reasons)) if reasons else Pass((f"{len(probes)} servers answer for {subject.zone}",))

"""The shared servers answer by address over IPv6, asked from their neighbours, and over IPv4 from outside as before."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import decide, outcome, text, unanswered
from ipv6.verify.subjects import SharedSubject


def _soa(vantage: str, family: int, address: str, zone: str) -> Probe:
    return Probe(
        vantage, "dns", 6 if family == 6 else 4, address, 53, zone, qtype="SOA", timeout=2.0, samples=3, need=2
    )


def _core(subject: SharedSubject) -> Probe:
    return Probe(subject.core, "ping", 6, subject.core6, timeout=2.0)


@check(
    "shared-answers",
    passes="name servers and core answer over IPv4 as before and over IPv6 as planned",
    needs=("v4",),
    layer="name",
    owner="network",
    about=SharedSubject,
    after="address",
)
class SharedAnswers:
    """Each server is asked by the other one: their LAN has IPv6 before the platform around it has."""

    @staticmethod
    def ask(subject: SharedSubject) -> tuple[Probe, ...]:
        """SOA of every zone at each server, over IPv6 from its partner and over IPv4 from the IPv4-only vantage."""
        probes = [_core(subject)] if subject.core6 else []
        for server in subject.servers:
            partner = next((one.device for one in subject.servers if one != server), server.device)
            for zone in subject.zones:
                probes.append(_soa(subject.vantages.v4, 4, server.address4, zone))
                if server.address6:
                    probes.append(_soa(partner, 6, server.address6, zone))
        return tuple(probes)

    @staticmethod
    def judge(subject: SharedSubject, answers: Answers) -> Verdict:
        """Pass when every question got an authoritative answer."""
        if not subject.core6 or not all(server.address6 for server in subject.servers):
            return Unknown("the core or a name server has no planned IPv6 address")
        probes = SharedAnswers.ask(subject)
        if missing := unanswered(probes, answers):
            return missing
        reasons = []
        for probe in probes:
            if probe.kind == "ping":
                ok, sample = decide(probe, answers, lambda item: text(item, "state") == "reply")
                seen = outcome(sample)
            else:
                ok, sample = decide(probe, answers, lambda item: item.get("aa") is True and bool(item.get("rdata")))
                seen = text(sample, "rcode") or outcome(sample)
            if not ok:
                what = f"{probe.name} SOA at {probe.target}" if probe.name else f"echo to [{probe.address}]"
                reasons.append(f"{what} over IPv{probe.family} from {probe.vantage}: {seen}")
        return Fail(tuple(reasons)) if reasons else Pass((f"{len(probes)} answers over both families",))

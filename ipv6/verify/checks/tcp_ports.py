"""Ports 80 and 443 do the same over both families, reached by address."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Sample, Unknown, Verdict
from ipv6.verify.reading import decide, outcome, text, unanswered
from ipv6.verify.subjects import SiteSubject

PORTS = (80, 443)


def _probe(subject: SiteSubject, family: int, port: int) -> Probe:
    if family == 6:
        return Probe(subject.vantages.v6, "tcp", 6, subject.address6, port, samples=3, need=2)
    return Probe(subject.vantages.v4, "tcp", 4, subject.address4, port, samples=3, need=2)


@check(
    "tcp-ports",
    passes="ports 80 and 443 answer over IPv6 as over IPv4",
    needs=("v6", "v4"),
    layer="network",
    owner="network",
    after="address",
)
class TcpPorts:
    """A port open over IPv4 and shut over IPv6 is what users meet first; the other way round is an open door."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """Both ports from both single-family vantages."""
        families = (6, 4) if subject.address6 else ()
        return tuple(_probe(subject, family, port) for family in families for port in PORTS)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when 443 is open over IPv6 and no port differs between the families."""
        probes = TcpPorts.ask(subject)
        if not probes:
            return Unknown(f"{subject.name}: no IPv6 address is planned")
        if missing := unanswered(probes, answers):
            return missing
        reasons = []
        for port in PORTS:
            six, four = _probe(subject, 6, port), _probe(subject, 4, port)
            open6, seen6 = decide(six, answers, _open)
            open4, seen4 = decide(four, answers, _open)
            if open4 and not open6:
                reasons.append(f"{six.target} over IPv6: {outcome(seen6)}; over IPv4 {four.target} is open")
            elif open6 and not open4:
                reasons.append(f"{six.target} is open over IPv6 only; over IPv4 {four.target}: {outcome(seen4)}")
            elif not open6 and port == 443:
                reasons.append(f"{six.target} over IPv6: {outcome(seen6)}")
        if subject.behind6 and any("over IPv6: " in reason for reason in reasons):
            edge, whose = subject.address6, subject.platform
            reasons.append(f"{edge} is the edge of {whose}'s cluster; if no pod answers: `jiyue stack up {whose}`")
        return Fail(tuple(reasons)) if reasons else Pass((f"ports {PORTS[0]} and {PORTS[1]} same over both families",))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`ports-open`: ports open over IPv6; `ports-share`: their share of those open over IPv4 (0 when none is)."""
        four, six = (
            [port for port in PORTS if decide(_probe(subject, family, port), answers, _open)[0]] for family in (4, 6)
        )
        share = len(set(six) & set(four)) / len(four) if four else 0.0
        return {"ports-open": float(len(six)), "ports-share": share}


def _open(sample: Sample) -> bool:
    return text(sample, "state") == "open"

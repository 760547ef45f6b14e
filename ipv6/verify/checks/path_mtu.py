"""Full-size packets reach the site, or a router says how large they may be (no MTU hole)."""

from __future__ import annotations

from ipv6.verify import mtu
from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import number, unanswered
from ipv6.verify.subjects import SiteSubject


@check(
    "path-mtu",
    passes="packets of 1500 bytes reach the site over IPv6, or Packet Too Big says what does",
    needs=("v6",),
    layer="network",
    owner="network",
    after="never",
    depth="full",
)
class PathMtu:
    """A hole shows only in large pages: small ones and pings get through."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """One sweep from the internet."""
        return (mtu.probe(subject.vantages.v6, subject.address6),) if subject.address6 else ()

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the greatest size passes or was named."""
        probes = PathMtu.ask(subject)
        if not probes:
            return Unknown(f"{subject.name}: no IPv6 address is planned")
        if missing := unanswered(probes, answers):
            return missing
        wrong, unclear = mtu.fault(probes[0], answers)
        if wrong:
            return Fail((wrong,))
        if unclear:
            return Unknown(unclear)
        return Pass((f"{number(answers[probes[0]].samples[-1], 'largest'):.0f} bytes to [{subject.address6}]",))

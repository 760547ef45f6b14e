"""The name has exactly the planned IPv6 address, seen by a client that has IPv6 only."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.reading import decide, native6, strings, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.v6, "dns", 6, name=subject.name, qtype="AAAA", samples=3, need=2)


@check(
    "aaaa-published",
    passes="the validating resolver of an IPv6-only host gives the planned AAAA and no other",
    needs=("v6",),
    layer="name",
    owner="dns",
)
class AaaaPublished:
    """An IPv4-mapped answer never counts (design decision 8)."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """One AAAA lookup at the IPv6-only vantage's own validating resolver."""
        return (_probe(subject),)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the native addresses are just the planned one."""
        probe = _probe(subject)
        if missing := unanswered((probe,), answers):
            return missing
        _, sample = decide(probe, answers, lambda item: text(item, "state") == "answer")
        if text(sample, "state") != "answer":
            return Fail((f"{subject.name} AAAA: the resolver at {probe.vantage} gave {text(sample, 'state')}",))
        given = strings(sample, "rdata")
        seen = native6(given)
        if not seen:
            extra = f"; {', '.join(given)} is not a native IPv6 address" if given else ""
            return Fail((f"{subject.name} has no AAAA record (rcode {text(sample, 'rcode')}){extra}",))
        if subject.address6 and set(seen) != {subject.address6}:
            return Fail((f"{subject.name} AAAA is {', '.join(seen)}, planned is {subject.address6}",))
        return Pass((f"{subject.name} AAAA {', '.join(seen)}, TTL {text(sample, 'ttl')} s",))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`web-addresses`: native IPv6 addresses of the name, whichever they are."""
        _, sample = decide(_probe(subject), answers, lambda item: text(item, "state") == "answer")
        return {"web-addresses": float(len(native6(strings(sample, "rdata"))))}

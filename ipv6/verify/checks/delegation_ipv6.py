"""Every zone cut from the root to the site's zone can be walked over IPv6 alone (域名授权体系)."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Sample, Verdict
from ipv6.verify.reading import native6, records, strings, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.v6, "walk", 6, name=subject.name, qtype="AAAA", timeout=15.0)


def _cut(cut: Sample, wanted: int) -> list[str]:
    zone = text(cut, "zone")
    named = records(cut, "ns")
    with_address = [ns for ns in named if native6(strings(ns, "addresses"))]
    answering = [ns for ns in with_address if strings(ns, "answered")]
    reasons = []
    if len(with_address) < wanted:
        without = [text(ns, "name") for ns in named if ns not in with_address]
        listed = f" (no IPv6 address: {', '.join(without)})" if without else ""
        reasons.append(f"cut {zone}: {len(with_address)} name servers with an IPv6 address, {wanted} wanted{listed}")
    for ns in with_address:
        if not strings(ns, "answered"):
            reasons.append(
                f"cut {zone}: {text(ns, 'name')} at {', '.join(strings(ns, 'addresses'))} port 53 gives no "
                f"authoritative answer over IPv6 ({text(ns, 'error') or 'timeout'})"
            )
    if not answering and not reasons:
        reasons.append(f"cut {zone}: no name server answers over IPv6")
    return reasons


@check(
    "delegation-ipv6",
    passes="every zone cut from the root to the site's zone can be walked over IPv6 alone",
    needs=("v6",),
    layer="name",
    owner="dns",
)
class DelegationIpv6:
    """The site's own zone wants two servers; the parents above it at least one that answers."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """One walk from the root."""
        return (_probe(subject),)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when each cut has servers that answer and the last cut is the site's zone."""
        probe = _probe(subject)
        if missing := unanswered((probe,), answers):
            return missing
        sample = answers[probe].samples[-1]
        cuts = records(sample, "cuts")
        own = subject.zone.rstrip(".") + "."
        wanted = int(subject.limits["name-servers"])
        reasons = [r for cut in cuts for r in _cut(cut, wanted if text(cut, "zone") == own else 1)]
        if text(sample, "state") != "done":
            reasons.append(f"{subject.name}: the walk over IPv6 stopped: {text(sample, 'error')}")
        elif own not in {text(cut, "zone") for cut in cuts}:
            path = " > ".join(text(cut, "zone") for cut in cuts) or "nothing"
            reasons.append(f"{subject.name}: no delegation of {own} seen over IPv6 (walked {path})")
        if reasons:
            return Fail(tuple(dict.fromkeys(reasons)))
        return Pass((" > ".join(text(cut, "zone") for cut in cuts),))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`name-servers`: servers of the site's own zone with a native IPv6 address."""
        own = subject.zone.rstrip(".") + "."
        cuts = records(answers[_probe(subject)].samples[-1], "cuts")
        named = [ns for cut in cuts if text(cut, "zone") == own for ns in records(cut, "ns")]
        return {"name-servers": float(sum(1 for ns in named if native6(strings(ns, "addresses"))))}

"""The validating resolver of the IPv6-only client vouches for the answer (AD flag, RFC 4035 3.2.3)."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.reading import decide, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.v6, "dns", 6, name=subject.name, qtype="AAAA", samples=3, need=2)


@check(
    "dnssec-valid",
    passes="the answer is validated by DNSSEC",
    needs=("v6",),
    layer="name",
    owner="dns",
)
class DnssecValid:
    """SERVFAIL is how a validating resolver says `bogus`; an answer without AD was not validated at all."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The same lookup as `aaaa-published`."""
        return (_probe(subject),)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the answer came with AD set."""
        probe = _probe(subject)
        if missing := unanswered((probe,), answers):
            return missing
        ok, sample = decide(probe, answers, lambda item: text(item, "state") == "answer" and item.get("ad") is True)
        if ok:
            return Pass((f"{subject.name} AAAA validated by the resolver of {probe.vantage}",))
        if text(sample, "state") != "answer":
            return Fail((f"{subject.name}: the resolver of {probe.vantage} gave {text(sample, 'state')}",))
        if text(sample, "rcode") == "SERVFAIL":
            return Fail((f"{subject.name}: SERVFAIL from the validating resolver, the chain of signatures is broken",))
        return Fail((f"{subject.name}: answer without the AD flag, no chain of trust from the root",))

"""The IPv6 address resolves back to the site's name, where the province serves reverse zones."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.reading import decide, strings, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.v6, "dns", 6, name=subject.reverse, qtype="PTR", samples=3, need=2)


@check(
    "reverse-ptr",
    passes="the IPv6 address resolves back to the site's name",
    needs=("v6",),
    layer="name",
    owner="dns",
    after="never",
)
class ReversePtr:
    """Without reverse zones in the plan there is nothing to ask: that is data, not a verdict."""

    @staticmethod
    def covers(subject: SiteSubject) -> bool:
        """Only where the subject has a reverse name."""
        return bool(subject.reverse)

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """PTR of the address's ip6.arpa name (RFC 3596, section 2.5)."""
        return (_probe(subject),)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when one of the names is the site's."""
        probe = _probe(subject)
        if missing := unanswered((probe,), answers):
            return missing
        _, sample = decide(probe, answers, lambda s: text(s, "state") == "answer")
        names = tuple(name.rstrip(".").lower() for name in strings(sample, "rdata"))
        if subject.name in names:
            return Pass((f"{subject.address6} is {subject.name}",))
        seen = ", ".join(names) or text(sample, "rcode") or text(sample, "state")
        return Fail((f"{subject.address6} PTR is {seen}, {subject.name} wanted",))

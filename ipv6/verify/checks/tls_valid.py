"""The certificate served over IPv6 is trusted, names the site and does not expire soon."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import decide, number, outcome, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.v6, "tls", 6, subject.address6, 443, subject.name, samples=3, need=2)


@check(
    "tls-valid",
    passes="the certificate is valid for the name at the IPv6 address",
    needs=("v6",),
    layer="transport",
    owner="site",
    after="address",
)
class TlsValid:
    """The handshake goes to the address with the site's name as SNI (RFC 6066), so it holds before AAAA exists."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """One verified handshake."""
        return (_probe(subject),) if subject.address6 else ()

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when verified with enough days left."""
        probe = _probe(subject)
        if not subject.address6:
            return Unknown(f"{subject.name}: no IPv6 address is planned")
        if missing := unanswered((probe,), answers):
            return missing
        ok, sample = decide(probe, answers, lambda item: text(item, "state") == "ok")
        if not ok:
            return Fail((f"{probe.target} for the name {subject.name}: {outcome(sample)}",))
        days, wanted = int(number(sample, "days")), int(subject.limits["certificate-days"])
        until = text(sample, "not_after")
        if days < wanted:
            return Fail((f"{probe.target}: certificate ends {until}, {days} days left, {wanted} wanted",))
        return Pass((f"{text(sample, 'version')}, certificate until {until} ({days} days)",))

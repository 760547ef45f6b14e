"""The home page is whole for a client that has IPv6 only: every sub-resource loads (no 天窗)."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Verdict
from ipv6.verify.reading import decide, native6, number, outcome, records, strings, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    vantage = subject.vantages.v6
    return Probe(vantage, "page", 6, port=443, name=subject.name, tls=True, timeout=8.0, samples=3, need=1)


@check("home-complete", needs=("v6",), layer="http", owner="site")
class HomeComplete:
    """Reached by name through the vantage's own resolver, as a user would."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The page with everything it refers to."""
        return (_probe(subject),)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when the page is there, no redirect leads to an IPv4 literal and no sub-resource is missing."""
        probe = _probe(subject)
        if missing := unanswered((probe,), answers):
            return missing
        ok, page = decide(probe, answers, lambda s: text(s, "state") == "ok" and 200 <= number(s, "status") < 300)
        reasons = [f"redirect to the IPv4 literal {url}" for url in strings(page, "literals")]
        if not ok:
            reasons.append(f"https://{subject.name}/ over IPv6: {outcome(page)}")
            return Fail(tuple(reasons))
        if not native6((text(page, "address"),)):
            reasons.append(f"https://{subject.name}/ was reached at {text(page, 'address')}, which is not native IPv6")
        resources = records(page, "resources")
        for resource in resources:
            good = text(resource, "state") == "ok" and 200 <= number(resource, "status") < 400
            if not good:
                reasons.append(f"{text(resource, 'url')} over IPv6: {outcome(resource)}")
        if reasons:
            return Fail(tuple(reasons))
        return Pass((f"{outcome(page)} at [{text(page, 'address')}]:443, {len(resources)} sub-resources",))

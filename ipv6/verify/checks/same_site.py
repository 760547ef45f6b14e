"""The site is the same over IPv6 as over IPv4: status and page body, fetched by address from the dual-stack client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Sample, Unknown, Verdict
from ipv6.verify.reading import decide, number, outcome, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject, family: int) -> Probe:
    address = subject.address6 if family == 6 else subject.address4
    host = subject.vantages.dual
    return Probe(host, "http", 6 if family == 6 else 4, address, 443, subject.name, tls=True, samples=3, need=2)


FRESH = re.compile(
    r"""\bnonce\s*=\s*(["'])[^"'<>]{0,200}\1"""
    r"""|<input\b[^<>]{0,400}\bname\s*=\s*["'](?:__VIEWSTATE\w*|__EVENTVALIDATION|csrf\w*|_csrf\w*|authenticity_token)["'][^<>]*>"""
    r"""|'nonce-[A-Za-z0-9+/_=-]{1,200}'""",
    re.IGNORECASE,
)
"""What a server makes anew for every answer, so that it says nothing about the families: nonces and form states."""


def distance(one: str, other: str, limit: int) -> int:
    """How far two bodies differ, in percent of their first `limit` characters; 0 only when equal.

    What is made anew for every answer (nonces, form states) is taken out first.
    """
    a, b = (FRESH.sub("", text[:limit]) for text in (one, other))
    if a == b:
        return 0
    # `quick_ratio` counts characters and is linear; `ratio` is quadratic and no use on 500 kB.
    return max(1, round(100 * (1 - SequenceMatcher(None, a, b, autojunk=False).quick_ratio())))


def _answered(sample: Sample) -> bool:
    return text(sample, "state") == "ok" and 0 < number(sample, "status") < 500


@check(
    "same-site",
    passes="both families give the same status, title and page",
    needs=("dual",),
    layer="http",
    owner="site",
    after="address",
)
class SameSite:
    """Redirects are not followed here: both families must say the same first."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The home page by address with Host and SNI, once over each family."""
        return (_probe(subject, 6), _probe(subject, 4)) if subject.address6 else ()

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when status is equal (and below 400) and the bodies differ by at most the limit."""
        if not subject.address6:
            return Unknown(f"{subject.name}: no IPv6 address is planned")
        six, four = _probe(subject, 6), _probe(subject, 4)
        if missing := unanswered((six, four), answers):
            return missing
        ok6, seen6 = decide(six, answers, _answered)
        ok4, seen4 = decide(four, answers, _answered)
        if not ok6:
            return Fail((f"{six.target} over IPv6: {outcome(seen6)}; over IPv4 {four.target}: {outcome(seen4)}",))
        if not ok4:
            return Fail((f"{four.target} over IPv4: {outcome(seen4)}; over IPv6 {six.target}: {outcome(seen6)}",))
        if number(seen6, "status") != number(seen4, "status"):
            return Fail((f"{six.target} gives {outcome(seen6)}, {four.target} gives {outcome(seen4)}",))
        if number(seen6, "status") >= 400:
            return Fail((f"{six.target} gives {outcome(seen6)} over both families",))
        if text(seen6, "sha256") == text(seen4, "sha256"):
            return Pass((f"{outcome(seen6)}, equal over both families",))
        apart = distance(text(seen6, "text"), text(seen4, "text"), int(subject.limits["body-bytes"]))
        if apart > subject.limits["body-distance"]:
            return Fail(
                (
                    f"{six.target} gives {outcome(seen6)}, {four.target} gives {outcome(seen4)}: bodies differ by "
                    f"{apart} percent, {subject.limits['body-distance']:.0f} allowed",
                )
            )
        return Pass((f"{outcome(seen6)}, {apart} percent apart",))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """`body-distance` in percent, 100 where the families do not even agree on the status."""
        (ok6, seen6), (ok4, seen4) = (decide(_probe(subject, family), answers, _answered) for family in (6, 4))
        if not (ok6 and ok4) or number(seen6, "status") != number(seen4, "status") or number(seen6, "status") >= 400:
            return {"body-distance": 100.0}
        if text(seen6, "sha256") == text(seen4, "sha256"):
            return {"body-distance": 0.0}
        return {
            "body-distance": float(
                distance(text(seen6, "text"), text(seen4, "text"), int(subject.limits["body-bytes"]))
            )
        }

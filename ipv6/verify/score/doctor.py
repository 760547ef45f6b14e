"""The score doctor: every missing point with its cause, its owner, its cure, and the score once it is cured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.indicators import Indicators
from ipv6.verify.model import CheckResult, Pass, Unknown
from ipv6.verify.score.cause import Finding, by_subject, of_platform, of_site
from ipv6.verify.score.draft import draft
from ipv6.verify.score.grade import graded, mean, site_scores, validated
from ipv6.verify.score.model import Cause, SetScore, SiteScore
from ipv6.verify.subjects import SiteSubject


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Scores of sites, platforms and everything looked at, the causes by lost points, and what was not measured."""

    sites: tuple[SiteScore, ...]
    platforms: Mapping[str, tuple[SetScore, ...]]
    whole: tuple[SetScore, ...]
    causes: tuple[Cause, ...]
    unmeasured: tuple[str, ...]
    funnel: Mapping[str, int]
    predicted: tuple[SetScore, ...]


def diagnose(indicators: Indicators, results: Sequence[CheckResult], subjects: Iterable[SiteSubject]) -> Diagnosis:
    """The whole diagnosis; raises InputError for an indicator of a check that does not exist."""
    validated(indicators)
    known = {subject.name: subject for subject in subjects}
    sites, platforms = by_subject(results)
    scores = site_scores(indicators, results)
    causes: list[Cause] = []
    cured: list[SiteScore] = []
    for score in scores:
        own, subject = sites[score.site], known.get(score.site)
        names = platforms.get(subject.names if subject else "", {})
        found = of_site(own, platforms.get(score.platform, {}), names, subject.host if subject else "")
        causes += [_cause(indicators, own, score, one, subject) for one in found]
        every = {check for one in found for check in (one.result.check, *one.explains)}
        cured.append(SiteScore(score.site, score.platform, graded(indicators, own, every)))
    told = {(cause.platform, cause.check) for cause in causes if cause.subject != cause.platform}
    met = _blamed(causes, known)
    for platform, found_ in platforms.items():
        for one in of_platform(found_):
            if (platform, one.result.check) not in told and not _same(one, met):
                causes.append(_plain(one, one.result.subject))
    grouped = {name: mean([one for one in scores if one.platform == name]) for name in
               dict.fromkeys(score.platform for score in scores)}  # fmt: skip
    return Diagnosis(
        scores,
        grouped,
        mean(scores),
        tuple(sorted(causes, key=lambda cause: (-cause.points, cause.platform, cause.subject, cause.check))),
        tuple(f"{one.subject} {one.check}: {one.reasons[0]}" for one in results if isinstance(one.verdict, Unknown)),
        funnel(results),
        mean(cured),
    )


def _blamed(causes: Iterable[Cause], known: Mapping[str, SiteSubject]) -> frozenset[str]:
    """Addresses out of reach for a reason that was told already: of sites, and of name servers that do not answer."""
    found: set[str] = set()
    for cause in causes:
        subject = known.get(cause.subject)
        if subject and cause.check in UNREACHED:
            found |= {subject.address4, subject.address6, subject.own6} - {""}
        elif subject and cause.check == "ns-over-ipv6":
            found |= {six for _, six in subject.servers if any(f"[{six}]" in reason for reason in cause.reasons)}
    return frozenset(found)


def _same(finding: Finding, met: frozenset[str]) -> bool:
    """Whether a platform's flows only fail towards what was told already."""
    return finding.result.check in TOWARDS and all(
        any(f"[{one}]" in reason or f" {one}:" in reason for one in met) for reason in finding.result.reasons
    )


UNREACHED = frozenset({"tcp-ports", "host-addresses", "listeners", "path-mtu"})
TOWARDS = frozenset({"zone-allow", "zone-mtu"})
"""A site that is out of reach, and the checks of its platform that meet it from another side."""


def funnel(results: Iterable[CheckResult]) -> dict[str, int]:
    """NIST's funnel over the sites: how many there are, have an address, can be reached, answer, are whole."""
    steps = {"aaaa": "aaaa-published", "reachable": "tcp-ports", "answers": "tls-valid", "complete": "home-complete"}
    by_site, _ = by_subject(tuple(results))
    found = {"sites": len(by_site)}
    left = list(by_site.values())
    for step, check in steps.items():
        left = [one for one in left if check in one and isinstance(one[check].verdict, Pass)]
        found[step] = len(left)
    return found


def _cause(
    indicators: Indicators,
    own: Mapping[str, CheckResult],
    score: SiteScore,
    finding: Finding,
    subject: SiteSubject | None,
) -> Cause:
    """One cause of one site with the points that come back when it alone is gone."""
    gone = {finding.result.check, *finding.explains}
    after = graded(indicators, own, gone)
    regained = [
        (new.indicator, new.earned - old.earned)
        for one, two in zip(score.sets, after, strict=True)
        for old, new in zip(one.items, two.items, strict=True)
        if new.earned > old.earned
    ]
    plain = _plain(finding, score.site, subject)
    return Cause(
        subject=plain.subject,
        platform=plain.platform,
        check=plain.check,
        layer=plain.layer,
        owner=plain.owner,
        reasons=plain.reasons,
        evidence=plain.evidence,
        explains=plain.explains,
        draft=plain.draft,
        indicators=tuple(name for name, _ in regained),
        points=round(sum(points for _, points in regained), 4),
        predicted=tuple(SetScore(one.standard, one.title, one.score, one.measured, one.pass_mark) for one in after),
    )


def _plain(finding: Finding, subject: str, site: SiteSubject | None = None) -> Cause:
    result = finding.result
    return Cause(
        subject=subject,
        platform=result.platform,
        check=result.check,
        layer=finding.layer,
        owner=finding.owner,
        reasons=result.reasons,
        evidence=result.evidence,
        explains=finding.explains,
        draft=draft(finding, site),
    )

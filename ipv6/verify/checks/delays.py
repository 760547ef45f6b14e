"""IPv6 is not slower than IPv4: name, connection, first byte, home page and speed (性能劣化比)."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.verify import timings
from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import outcome, unanswered
from ipv6.verify.subjects import SiteSubject

WORDS = {"dns": "name", "tcp": "connection", "first-byte": "first byte", "home": "home page"}


@check(
    "delays",
    passes="IPv6 is no slower than IPv4 by more than the limit, measured side by side",
    needs=("dual",),
    layer="network",
    owner="network",
    after="never",
    depth="full",
)
class Delays:
    """Medians of several loads; what is fast in both families is not judged (MIIT method note)."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The home page several times over each family."""
        return (timings.probe(subject, 6), timings.probe(subject, 4))

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when every ratio stays at or below the limit."""
        probes = Delays.ask(subject)
        if missing := unanswered(probes, answers):
            return missing
        for probe in probes:
            if not any(map(timings.good, answers[probe].samples)):
                seen = outcome(answers[probe].samples[-1])
                return Unknown(f"{subject.name} over IPv{probe.family}: no load to measure, {seen}")
        limit, ratios = subject.limits["degradation"], timings.ratios(subject, answers)
        reasons = []
        for word, key in timings.STEPS.items():
            ratio = ratios[f"{word}-degradation"]
            if ratio > limit:
                six, four = (timings.middle(subject, family, key, answers) for family in (6, 4))
                reasons.append(
                    f"{subject.name} {WORDS[word]}: {six:.0f} ms over IPv6, {four:.0f} ms over IPv4, "
                    f"{ratio:.0%} slower, {limit:.0%} allowed"
                )
        if ratios["speed-degradation"] > limit:
            six, four = timings.speeds(subject, answers)
            reasons.append(
                f"{subject.name} download: {six / 1000:.0f} kB/s over IPv6, {four / 1000:.0f} kB/s over IPv4, "
                f"{ratios['speed-degradation']:.0%} slower, {limit:.0%} allowed"
            )
        if reasons:
            return Fail(tuple(reasons))
        home = " and ".join(f"{timings.middle(subject, family, 'ms', answers):.0f} ms" for family in (6, 4))
        return Pass((f"home page in {home} over IPv6 and IPv4",))

    @staticmethod
    def values(subject: SiteSubject, answers: Answers) -> Mapping[str, float]:
        """Every ratio by the name that indicators use."""
        return timings.ratios(subject, answers)

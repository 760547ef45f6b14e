"""A dual-stack client uses IPv6: nothing is broken that its fall-back to IPv4 (Happy Eyeballs, RFC 8305) would hide."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Sample, Verdict
from ipv6.verify.reading import decide, number, outcome, text, unanswered
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.vantages.dual, "race", 6, port=443, name=subject.name, timeout=4.0, samples=3, need=2)


def _attempt(sample: Sample, key: str) -> Sample:
    found = sample.get(key)
    return found if isinstance(found, dict) else {}


@check(
    "dual-stack-race",
    passes="a dual-stack client connects over IPv6 and never needs to fall back",
    needs=("dual",),
    layer="network",
    owner="network",
    after="never",
    depth="full",
)
class DualStackRace:
    """Users see a page although IPv6 is broken; only the delay tells, so it is measured and named."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The race for port 443, by name."""
        return (_probe(subject),)

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when IPv6 wins n of m races."""
        probe = _probe(subject)
        if missing := unanswered((probe,), answers):
            return missing
        won, sample = decide(probe, answers, lambda s: number(s, "winner") == 6)
        six, four = _attempt(sample, "six"), _attempt(sample, "four")
        if won:
            return Pass((f"IPv6 connected after {number(sample, 'ms'):.0f} ms, first in the race",))
        if number(sample, "winner") == 4:
            return Fail(
                (
                    f"{subject.name}:443 for a dual-stack client: IPv4 {text(four, 'address')} wins after "
                    f"{number(sample, 'ms'):.0f} ms and hides IPv6 {text(six, 'address')}: {outcome(six)}",
                )
            )
        return Fail((f"{subject.name}:443: no connection, IPv6 {outcome(six)}, IPv4 {outcome(four)}",))

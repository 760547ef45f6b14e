"""What the zone matrix allows gets through over both families."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.flows import passes, probe
from ipv6.verify.model import FAMILIES, Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import outcome, unanswered
from ipv6.verify.subjects import ZoneSubject


@check(
    "zone-allow",
    passes="every allowed flow passes in both families",
    needs=("zones",),
    layer="zone",
    owner="network",
    about=ZoneSubject,
    after="address",
)
class ZoneAllow:
    """Open or refused both show that the filters let it through; only silence or a filter's answer do not."""

    @staticmethod
    def ask(subject: ZoneSubject) -> tuple[Probe, ...]:
        """Every allowed pair over both families."""
        return tuple(probe(pair, family) for pair in subject.pairs if pair.allowed for family in FAMILIES)

    @staticmethod
    def judge(subject: ZoneSubject, answers: Answers) -> Verdict:
        """Pass when all get through."""
        probes = ZoneAllow.ask(subject)
        if not probes:
            return Unknown(f"{subject.platform}: the matrix gives no flow to try")
        if missing := unanswered(probes, answers):
            return missing
        reasons = [
            f"{pair.label} is allowed, but {asked.target} over IPv{family} from {asked.vantage}"
            f"{'/' + asked.netns if asked.netns else ''}: {outcome(answers[asked].samples[-1])}"
            for pair in subject.pairs
            if pair.allowed
            for family in FAMILIES
            for asked in (probe(pair, family),)
            if not passes(answers[asked].samples, subject.listening)
        ]
        return Fail(tuple(reasons)) if reasons else Pass((f"{len(probes) // 2} allowed flows over both families",))

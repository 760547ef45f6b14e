"""What the zone matrix does not allow is blocked over both families; proven by probes that must fail."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.flows import blocked, passes, probe, proof
from ipv6.verify.model import FAMILIES, Answer, Answers, Fail, Family, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import outcome, unanswered
from ipv6.verify.subjects import Pair, ZoneSubject

NOTHING = Answer()


def _try(subject: ZoneSubject, pair: Pair, family: Family, answers: Answers) -> tuple[str, str]:
    """(what got through, why it is unproven) for one forbidden flow over one family; both empty when blocked."""
    asked = probe(pair, family)
    if missing := unanswered((asked,), answers):
        return "", missing.why
    source = f"{asked.vantage}/{asked.netns}" if asked.netns else asked.vantage
    for sample in answers[asked].samples:
        if passes((sample,), subject.listening):
            seen = f"{asked.target} over IPv{family} from {source}: {outcome(sample)}"
            return f"{pair.label} must be blocked, but {seen}", ""
        if not blocked(sample, subject.listening):
            return "", f"{pair.label}: {asked.target} over IPv{family} from {source} not measured: {outcome(sample)}"
    alive = (answers.get(probe(one, family), NOTHING).samples for one in proof(subject, pair, family))
    if any(passes(samples, subject.listening) for samples in alive):
        return "", ""
    return "", f"{pair.label} over IPv{family} is silent, but nothing shows {pair.source.zone} can speak IPv{family}"


@check(
    "zone-deny",
    passes="every forbidden flow is blocked in both families, from a source proven able to speak",
    needs=("zones",),
    layer="zone",
    owner="network",
    about=ZoneSubject,
    after="address",
)
class ZoneDeny:
    """Silence only counts when the same source is proven able to speak that family, else it is Unknown."""

    @staticmethod
    def ask(subject: ZoneSubject) -> tuple[Probe, ...]:
        """Every denied pair and, as the proof, every allowed one, over both families."""
        return tuple(probe(pair, family) for pair in subject.pairs for family in FAMILIES)

    @staticmethod
    def judge(subject: ZoneSubject, answers: Answers) -> Verdict:
        """Fail when one gets through; Unknown when a source has not been proven alive."""
        denied = [pair for pair in subject.pairs if not pair.allowed]
        if not denied:
            return Unknown(f"{subject.platform}: the matrix gives no flow that must be blocked")
        tried = [_try(subject, pair, family, answers) for pair in denied for family in FAMILIES]
        if through := [reason for reason, _ in tried if reason]:
            return Fail(tuple(through))
        if unproven := [why for _, why in tried if why]:
            return Unknown(unproven[0] + (f" (and {len(unproven) - 1} more)" if len(unproven) > 1 else ""))
        return Pass((f"{len(denied)} forbidden flows blocked over IPv4 and IPv6",))

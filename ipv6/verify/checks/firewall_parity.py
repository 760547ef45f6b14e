"""The firewall's running rules do the same in both families, flow by flow, proven by analysis (RFC 9099)."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.filters import filters, packet, reading, verdict
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.subjects import ExtranetSubject


@check(
    "firewall-parity",
    passes="the firewall's running rules allow and forbid the same in both families, as the zone matrix says",
    needs=("firewall",),
    layer="zone",
    owner="network",
    about=ExtranetSubject,
    after="never",
)
class FirewallParity:
    """Probes try representative flows from outside; this asks the rules themselves, and names the rule."""

    @staticmethod
    def ask(subject: ExtranetSubject) -> tuple[Probe, ...]:
        """The table as it runs."""
        return (reading(subject.firewall, "filter"),) if subject.firewall else ()

    @staticmethod
    def judge(subject: ExtranetSubject, answers: Answers) -> Verdict:
        """Pass when every flow of the matrix has the same, and the wanted, outcome in both families."""
        chains, missing = filters(subject, answers)
        if missing:
            return missing
        reasons, judged = [], 0
        for pair in subject.pairs:
            four, six = packet(subject, pair, 4), packet(subject, pair, 6)
            if four is None or six is None:
                return Unknown(f"{subject.platform}: {pair.label} has no address in one of the families")
            (yes4, rule4), (yes6, rule6) = (verdict(chains["forward"], one) for one in (four, six))
            judged += 1
            for family, yes, rule in ((6, yes6, rule6), (4, yes4, rule4)):
                if yes != pair.allowed:
                    reasons.append(_otherwise(f"{subject.firewall}: {pair.label}", pair.allowed, family, rule))
        if not judged:
            return Unknown(f"{subject.platform}: the matrix gives no flow to judge")
        if chains["forward"].default or chains["input"].default:
            reasons.append(f"{subject.firewall}: what no rule matches is accepted")
        return Fail(tuple(reasons)) if reasons else Pass((f"{judged} flows alike in both families",))


def _otherwise(flow: str, allowed: bool, family: int, rule: str) -> str:
    if allowed:
        return f"{flow} is allowed, IPv{family} does otherwise by: {rule}"
    return f"{flow} is forbidden, IPv{family} does otherwise by: {rule}"

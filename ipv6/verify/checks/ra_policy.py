"""No server in a zone follows a router advertisement: its routes are the planned ones (RFC 6105, RFC 6104)."""

from __future__ import annotations

from ipv6.verify.check import check
from ipv6.verify.filters import reading, told
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.subjects import ExtranetSubject, Ground


def _learned(ground: Ground) -> Probe:
    return reading(ground.host, "learned", ground.netns)


def _settings(ground: Ground) -> Probe:
    return reading(ground.host, "settings", ground.netns)


@check(
    "ra-policy",
    passes="no server in a zone has learned a route from a router advertisement",
    needs=("zones",),
    layer="network",
    owner="network",
    about=ExtranetSubject,
    after="never",
    depth="full",
)
class RaPolicy:
    """Where a rogue router speaks, the servers' own tables show it, whatever the switches should have done."""

    @staticmethod
    def ask(subject: ExtranetSubject) -> tuple[Probe, ...]:
        """Learned routes and settings of every server in every zone."""
        return tuple(probe for ground in subject.grounds for probe in (_learned(ground), _settings(ground)))

    @staticmethod
    def judge(subject: ExtranetSubject, answers: Answers) -> Verdict:
        """Pass when no table holds a learned route; who would believe one is told."""
        if not subject.grounds:
            return Unknown(f"{subject.platform}: this environment holds none of its servers")
        reasons, open_ears = [], []
        for ground in subject.grounds:
            routes, missing = told(_learned(ground), answers)
            if missing:
                return missing
            settings, missing = told(_settings(ground), answers)
            if missing:
                return missing
            for route in routes.splitlines():
                reasons.append(f"{ground.label} follows a router advertisement: {' '.join(route.split())[:120]}")
            if any(line.endswith("accept_ra 1") or line.endswith("accept_ra 2") for line in settings.splitlines()):
                open_ears.append(ground.label)
        if reasons:
            return Fail(tuple(reasons))
        would = f"; {len(open_ears)} of them would follow one" if open_ears else ""
        return Pass((f"{len(subject.grounds)} servers follow no router advertisement{would}",))

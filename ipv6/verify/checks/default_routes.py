"""Router and firewall forward IPv6; the firewall and every server in a zone have a way out in both families."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.check import check
from ipv6.verify.filters import reading, told
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.subjects import ExtranetSubject, Ground

ROUTES = {4: "routes4", 6: "routes6"}


def _places(subject: ExtranetSubject) -> tuple[Ground, ...]:
    return (Ground(subject.firewall), *subject.grounds) if subject.firewall else subject.grounds


def _forwarders(subject: ExtranetSubject) -> tuple[str, ...]:
    return tuple(host for host in (subject.router, subject.firewall) if host)


def _routes(place: Ground, family: int) -> Probe:
    return reading(place.host, ROUTES[family], place.netns)


def leads_out(routes: str) -> bool:
    """Whether `ip -o route show` has a default route that leads somewhere and is the first choice."""
    for line in routes.splitlines():
        words = line.split()
        if words[:1] == ["default"]:
            return "via" in words or "dev" in words
        if words[:2] in (["unreachable", "default"], ["blackhole", "default"], ["prohibit", "default"]):
            return False
    return False


def _forwards(settings: str) -> bool:
    return "all forwarding 1" in settings.splitlines()


@check(
    "default-routes",
    passes="router and firewall forward IPv6, and every server in a zone has a default route in both families",
    needs=("zones",),
    layer="network",
    owner="network",
    about=ExtranetSubject,
    after="never",
    depth="full",
)
class DefaultRoutes:
    """Asked on the hosts themselves, so that a lost way back is told from a filter."""

    @staticmethod
    def ask(subject: ExtranetSubject) -> tuple[Probe, ...]:
        """Routes of both families everywhere, and the settings of who forwards."""
        settings = tuple(reading(host, "settings") for host in _forwarders(subject))
        return (*settings, *(_routes(place, family) for place in _places(subject) for family in ROUTES))

    @staticmethod
    def judge(subject: ExtranetSubject, answers: Answers) -> Verdict:
        """Pass when nobody lacks what the plan gives it."""
        if not _places(subject):
            return Unknown(f"{subject.platform}: this environment holds none of its hosts")
        if not any(place.address(6) for pair in subject.pairs for place in (pair.source, pair.target)):
            return Unknown(f"{subject.platform}: no IPv6 address is planned in its zones")
        for probe in DefaultRoutes.ask(subject):
            _, missing = told(probe, answers)
            if missing:
                return missing
        wrong = tuple(_wrong(subject, answers))
        return Fail(wrong) if wrong else Pass((f"{len(_places(subject))} places have a way out in both families",))


def _wrong(subject: ExtranetSubject, answers: Answers) -> Iterator[str]:
    for host in _forwarders(subject):
        if not _forwards(told(reading(host, "settings"), answers)[0]):
            yield f"{host} does not forward IPv6 (net.ipv6.conf.all.forwarding is 0)"
    for place in _places(subject):
        for family in ROUTES:
            if not leads_out(told(_routes(place, family), answers)[0]):
                label = f"{place.label} (firewall)" if place == Ground(subject.firewall) else place.label
                yield f"{label} has no IPv{family} default route that leads anywhere"

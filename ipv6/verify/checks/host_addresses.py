"""The site host really has both addresses of the site: a listener keeps its socket when the address goes."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_interface

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import of_host, text
from ipv6.verify.subjects import SiteSubject


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.host, "facts", 6, name="addresses", timeout=5.0)


@lru_cache(maxsize=64)
def held(listed: str) -> frozenset[str]:
    """The usable addresses of `ip -o addr show`; tentative, duplicate and deprecated ones are left out."""
    found = set()
    for line in listed.splitlines():
        words = line.split()
        if len(words) < 4 or words[2] not in ("inet", "inet6") or {"tentative", "dadfailed", "deprecated"} & {*words}:
            continue
        try:
            found.add(str(ip_interface(words[3]).ip))
        except ValueError:
            continue
    return frozenset(found)


@check(
    "host-addresses",
    passes="the site host has the site's address of either family",
    needs=("site",),
    layer="transport",
    owner="platform",
    after="never",
)
class HostAddresses:
    """Asked on the host itself, so that a lost address is told from a lost way."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The host's addresses."""
        return (_probe(subject),) if subject.host else ()

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when both are there."""
        sample = of_host(subject, _probe(subject), answers)
        if isinstance(sample, Unknown):
            return sample
        if text(sample, "state") != "ok":
            return Unknown(f"{subject.host}: its addresses cannot be read: {text(sample, 'error')}")
        there = held(text(sample, "text"))
        lost = [address for address in (subject.own6, subject.address4) if address not in there]
        if lost:
            return Fail(tuple(f"{subject.host} does not have {address} of {subject.name}" for address in lost))
        return Pass((f"{subject.host} has {subject.own6} and {subject.address4}",))

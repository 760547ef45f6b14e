"""The site host listens for the site on both its addresses, on the same ports (half-configured listeners)."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from ipv6.verify.check import check
from ipv6.verify.model import Answers, Fail, Pass, Probe, Unknown, Verdict
from ipv6.verify.reading import of_host, text
from ipv6.verify.subjects import SiteSubject

PORTS = (80, 443)


def _probe(subject: SiteSubject) -> Probe:
    return Probe(subject.host, "facts", 6, name="sockets", timeout=5.0)


@lru_cache(maxsize=64)
def listening(listed: str) -> frozenset[tuple[str, int]]:
    """(address, port) of /proc/net/tcp and tcp6: hexadecimal, each 32-bit word in the host's (little) order."""
    found = set()
    for line in listed.splitlines():
        address, _, port = line.partition(" ")
        try:
            words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
            packed, number = b"".join(words), int(port, 16)
        except ValueError:
            continue
        if len(packed) == 4:
            found.add((str(IPv4Address(packed)), number))
        elif len(packed) == 16:
            found.add((str(IPv6Address(packed)), number))
    return frozenset(found)


@check(
    "listeners",
    passes="the site host listens on the same ports of both addresses",
    needs=("site",),
    layer="transport",
    owner="platform",
    after="never",
)
class Listeners:
    """Asked on the host itself, so that a filter on the way is told from a service that is not there."""

    @staticmethod
    def ask(subject: SiteSubject) -> tuple[Probe, ...]:
        """The host's listening sockets."""
        return (_probe(subject),) if subject.host else ()

    @staticmethod
    def judge(subject: SiteSubject, answers: Answers) -> Verdict:
        """Pass when both addresses (or the family's wildcard) have a listener on both ports."""
        sample = of_host(subject, _probe(subject), answers)
        if isinstance(sample, Unknown):
            return sample
        if text(sample, "state") != "ok":
            return Unknown(f"{subject.host}: its sockets cannot be read: {text(sample, 'error')}")
        there = listening(text(sample, "text"))
        reasons = []
        for address, wildcards in ((subject.own6, ("::",)), (subject.address4, ("0.0.0.0", "::"))):
            for port in PORTS:
                if not {(one, port) for one in (address, *wildcards)} & there:
                    shown = f"[{address}]" if ":" in address else address
                    reasons.append(f"{subject.host}: nothing listens on {shown}:{port} for {subject.name}")
        return Fail(tuple(reasons)) if reasons else Pass((f"{subject.host} listens on both addresses",))

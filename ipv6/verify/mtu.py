"""Path MTU probes and what their answers mean (RFC 8200 section 5, RFC 8201, RFC 4890 section 4.3.1)."""

from __future__ import annotations

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import decide, number, text

FULL = 1500
"""What Ethernet carries, in bytes of the whole packet."""
LEAST = 1280


def probe(vantage: str, address: str, netns: str = "") -> Probe:
    """The sweep from one place to one address."""
    return Probe(vantage, "mtu", 6, address, netns=netns, timeout=1.6, samples=2, size=FULL)


def fault(probe: Probe, answers: Answers) -> tuple[str, str]:
    """(what is wrong with the path, why it was not measured); both empty when it is fine."""
    where = f"[{probe.address}] from {probe.vantage}" + (f"/{probe.netns}" if probe.netns else "")
    ok, sample = decide(probe, answers, lambda s: number(s, "largest") >= FULL)
    if ok:
        return "", ""
    largest, told = int(number(sample, "largest")), int(number(sample, "told"))
    if text(sample, "state") == "timeout" and not largest:
        if told:
            return f"path to {where}: Packet Too Big names {told} bytes, less than the {LEAST} every link carries", ""
        return "", f"path to {where}: not even an echo of {LEAST} bytes is answered"
    if text(sample, "state") != "reply":
        return "", f"path to {where}: {text(sample, 'state')} {text(sample, 'error')}".rstrip()
    if not told:
        return f"path to {where}: {largest} bytes pass, {FULL} vanish and no Packet Too Big says so", ""
    if largest < told - 8:
        return f"path to {where}: Packet Too Big names {told} bytes, but only {largest} pass", ""
    return "", ""

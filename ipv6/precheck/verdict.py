"""What the pre-check says: reasons that name everything, and one verdict; Unknown is never Pass."""

from __future__ import annotations

from dataclasses import dataclass

from ipv6.precheck.diagram import Packet
from ipv6.precheck.model import KNOWN, RELATED
from ipv6.precheck.numbers import show

_PROTOCOL = {1: "icmp", 6: "tcp", 17: "udp"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong.

    `kind` is talk (must but does not), leak (must not but does), ipv4 (changed), parity (IPv6 lacks what IPv4 has)
    or address (an endpoint nobody holds). `cause` names the rule or the route, `witness` a packet that shows it.
    """

    kind: str
    pair: str
    family: int
    device: str
    interface: str
    cause: str
    witness: str = ""
    platform: str = ""

    @property
    def text(self) -> str:
        """One line for a person."""
        where = f"{self.device} {self.interface}".strip()
        shown = f" ({self.witness})" if self.witness else ""
        return f"{self.pair} IPv{self.family}: {where}: {self.cause}{shown}"


@dataclass(frozen=True, slots=True)
class Result:
    """The pre-check's outcome; `state` is pass, fail or unknown, `checked` how many questions were asked."""

    reasons: tuple[Reason, ...]
    unknowns: tuple[str, ...]
    notes: tuple[str, ...]
    checked: int

    @property
    def state(self) -> str:
        """fail when anything is wrong, unknown when something was not understood or nothing was asked, else pass."""
        if self.reasons:
            return "fail"
        return "unknown" if self.unknowns or not self.checked else "pass"


def packet_text(packet: Packet, state: str) -> str:
    """`3fff:10::1 -> 3fff:10::2 tcp 49152 -> 443, new`."""
    name = _PROTOCOL.get(packet.protocol, f"protocol {packet.protocol}")
    ends = f"{show(packet.version, packet.source)} -> {show(packet.version, packet.target)} {name}"
    ports = f" type {packet.port}" if packet.protocol == 1 else ""
    if packet.protocol in (6, 17):
        ports = f" {packet.source_port} -> {packet.port}"
    return ends + ports + {KNOWN: ", reply", RELATED: ", error"}.get(state, "")

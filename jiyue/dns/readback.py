"""Asks the servers themselves, as a resolver does: the same serial and data on the primary and its secondaries."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.serial

from ipv6.change import records as states
from ipv6.change.model import RecordChange
from ipv6.change.records import ABSENT, RecordState
from jiyue.dns import plan as plans
from jiyue.dns.provider import Silent

PATIENCE = 10.0
"""Seconds that a secondary may take to follow; it is notified at once."""
_PAUSE = 0.05
_LIMIT = 5.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Address and TCP port by server, the primary first."""

    endpoints: Mapping[str, tuple[str, int]]
    patience: float = PATIENCE

    def behind(self, serials: Mapping[str, int], records: Sequence[RecordChange], step: str) -> dict[str, str]:
        """Why a zone is not everywhere as this step left it: a server has an older serial, or its data differ."""
        found: dict[str, str] = {}
        for server, endpoint in self.endpoints.items():
            found = self._late(server, endpoint, serials) | found
            with connected(server, endpoint) as peer:
                for zone in serials.keys() - found.keys():
                    mine = [record for record in records if record.zone == zone]
                    if wrong := [text for record in mine if (text := _differs(peer, record, step))]:
                        shown = "; ".join(wrong[:3])
                        found[zone] = f"{server} answers {shown} ({len(wrong)} of {len(mine)} differ)"
        return found

    def _late(self, server: str, endpoint: tuple[str, int], serials: Mapping[str, int]) -> dict[str, str]:
        """The zones that this server still has with an older serial when its time is over."""
        waiting, deadline = dict(serials), time.monotonic() + self.patience
        while True:
            with connected(server, endpoint) as peer:
                have = {zone: soa_serial(peer, zone) for zone in waiting}
            waiting = {zone: wanted for zone, wanted in waiting.items() if not _reached(have[zone], wanted)}
            if not waiting or time.monotonic() > deadline:
                break
            time.sleep(_PAUSE)
        return {zone: self._said(server, zone, have[zone], wanted) for zone, wanted in waiting.items()}

    def _said(self, server: str, zone: str, have: int | None, wanted: int) -> str:
        said = "does not serve it" if have is None else f"has serial {have}"
        return f"zone {zone}: {server} {said} after {self.patience:g} s, it should have {wanted}"


def _reached(have: int | None, wanted: int) -> bool:
    """Serials go round (RFC 1982)."""
    return have is not None and dns.serial.Serial(have) >= dns.serial.Serial(wanted)


@contextmanager
def connected(server: str, endpoint: tuple[str, int]) -> Iterator[socket.socket]:
    """One TCP connection for many questions; Silent when it fails on the way."""
    try:
        with socket.create_connection(endpoint, _LIMIT) as peer:
            yield peer
    except (OSError, EOFError, dns.exception.DNSException) as error:
        raise Silent(f"{server} does not answer: {error or type(error).__name__}") from error


def ask(peer: socket.socket, name: str, kind: str) -> dns.message.Message:
    """One question over the open connection."""
    query = dns.message.make_query(name, kind, flags=0)
    deadline = time.time() + _LIMIT
    dns.query.send_tcp(peer, query, deadline)
    return dns.query.receive_tcp(peer, deadline)[0]


def soa_serial(peer: socket.socket, zone: str) -> int | None:
    """The serial that the server answers with authority; None when it does not serve the zone."""
    answer = ask(peer, zone, "SOA")
    if answer.rcode() != dns.rcode.NOERROR or not answer.flags & dns.flags.AA or not answer.answer:
        return None
    return int(answer.answer[0][0].serial)


def answered(peer: socket.socket, name: str, kind: str) -> RecordState:
    """TTL and sorted data as answered."""
    wanted = dns.rdatatype.from_text(kind)
    answer = ask(peer, name, kind)
    # Glue is in the additional section of a referral, never in the answer.
    for section in (answer.answer, answer.additional):
        for rrset in section:
            if rrset.rdtype == wanted and rrset.name.to_text().lower() == name.lower():
                return int(rrset.ttl), tuple(sorted(data.to_text() for data in rrset))
    return ABSENT


def _differs(peer: socket.socket, record: RecordChange, step: str) -> str:
    """Empty when the server answers with what the step made of it."""
    have = answered(peer, record.name, record.type)
    new = [plans.canonical(record.type, state) for state in (states.published(record), states.final(record))]
    old = [plans.canonical(record.type, state) for state in (states.lowered(record), states.start(record))]
    good = {plans.LOWER: [*new, *old], plans.PUBLISH: new, plans.RAISE: new[1:]}[step]
    shown = f"{', '.join(have[1])} (TTL {have[0]})" if have[1] else "nothing"
    return "" if have in good else f"{shown} for {record.name} {record.type}"

"""The names of a site that moves: the record sets there and back, and how they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from inventory.errors import EnvironmentFailed, GateError
from ipv6.change.model import RecordChange
from ipv6.plan.intent import RRset
from ipv6.ports import Publication
from jiyue.moving.model import Move

LOWER, PUBLISH, RAISE = "lower", "publish", "raise"
SECONDS = 60.0


class Publisher(Protocol):
    """As `ipv6.ports.Publisher`."""

    def publish(
        self, server: str, records: Sequence[RecordChange], step: str, seconds: float
    ) -> tuple[Publication, ...]: ...


def there(move: Move) -> tuple[RecordChange, ...]:
    """IPv4 from the old host to the platform's edge, IPv6 for the first time."""
    four = _change(move, "A", (move.old4,), (move.address4,))
    return (four, *((_change(move, "AAAA", (), (move.public6,)),) if move.public6 else ()))


def back(move: Move) -> tuple[RecordChange, ...]:
    """The same the other way round, from what is served when the switch was just made or long ago."""
    four = _change(move, "A", (move.address4,), (move.old4,))
    return (four, *((_change(move, "AAAA", (move.public6,), ()),) if move.public6 else ()))


def _change(move: Move, kind: str, before: tuple[str, ...], after: tuple[str, ...]) -> RecordChange:
    return RecordChange(move.server, move.zone, f"{move.site}.", kind, move.ttl, before, after, "", move.ttl, move.low)


def records(move: Move, served_here: bool) -> tuple[RRset, ...]:
    """The site's record sets as they ought to be now."""
    name = f"{move.site}."
    if not served_here:
        return (RRset(move.zone, name, "A", move.ttl, (move.old4,), move.platform),)
    four = RRset(move.zone, name, "A", move.ttl, (move.address4,), move.platform)
    six = RRset(move.zone, name, "AAAA", move.ttl, (move.public6,), move.platform)
    return (four, six) if move.public6 else (four,)


def send(publisher: Publisher, move: Move, records: Sequence[RecordChange], step: str) -> int:
    """Carry out one step; the zone's serial. GateError when it was refused, EnvironmentFailed when nobody answered."""
    (found,) = publisher.publish(move.server, records, step, SECONDS)
    if found.state == "unreachable":
        raise EnvironmentFailed(f"zone {found.zone}", found.reason, "see `jiyue dns show`, then run it again")
    if found.state != "published":
        raise GateError(f"zone {found.zone}", found.reason, "see `jiyue dns drift`")
    return found.serial

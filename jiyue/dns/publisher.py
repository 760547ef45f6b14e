"""Publishes approved record sets: octoDNS plans, the plan must be what was approved, RFC 2136 carries it, both servers
are read back. The way back is not here: the server's host holds it (docs/adr/0022)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dns.zone
from octodns.provider.plan import Plan

from inventory.errors import EnvironmentFailed
from inventory.rollout import Limits
from ipv6.change.model import RecordChange
from ipv6.change.records import lowered
from ipv6.ports import Publication
from ipv6.verify.limits import DEFAULT_LIMITS
from jiyue.dns import plan as plans
from jiyue.dns.channel import Reach
from jiyue.dns.key import TsigKey
from jiyue.dns.plan import Deviates, Wanted
from jiyue.dns.provider import BATCH, Moved, PrimaryProvider, Silent, Unwilling, signatures
from jiyue.dns.readback import PATIENCE, Reader

_TRIES = 3
MARGIN = 5.0
"""Seconds before a deadline at which nothing is sent any more."""


@dataclass(frozen=True, slots=True)
class OctoPublisher:
    """`ipv6.ports.Publisher` over octoDNS.

    `secondaries` are the other servers of each primary, `limits` the safety limits, `clock` seconds since 1970 (UTC),
    against which signatures are held, `patience` how long (seconds) a secondary may take to follow.
    """

    reach: Reach
    key: TsigKey
    limits: Limits
    secondaries: Mapping[str, Sequence[str]]
    clock: Callable[[], float] = time.time
    patience: float = PATIENCE

    def publish(
        self, server: str, records: Sequence[RecordChange], step: str, seconds: float
    ) -> tuple[Publication, ...]:
        """Carry out one step for these sets, zone by zone; a zone that fails leaves the others alone."""
        zones = dict.fromkeys(record.zone for record in records)
        try:
            host, port = self.reach.endpoint(server)
        except EnvironmentFailed as error:
            return tuple(Publication(zone, "unreachable", str(error)) for zone in zones)
        provider = PrimaryProvider(server, host, port, self.key, time.monotonic() + seconds - MARGIN)
        found: dict[str, Publication] = {}
        for zone in zones:
            try:
                serial, count = self._zone(provider, zone, [one for one in records if one.zone == zone], step)
                found[zone] = Publication(zone, "published", "", serial, count)
            except (Deviates, Unwilling) as error:
                found[zone] = Publication(zone, "refused", str(error))
            except Silent as error:
                found[zone] = Publication(zone, "unreachable", str(error))
        if step != plans.RAISE:  # a secondary may take its time for that; no data depends on it
            found |= self._settled(server, host, port, records, step, found)
        return tuple(found.values())

    def _settled(
        self, server: str, host: str, port: int, records: Sequence[RecordChange], step: str,
        found: Mapping[str, Publication],
    ) -> dict[str, Publication]:  # fmt: skip
        """The zones that a server does not have as published, once all of them had the time to follow."""
        sent = {zone: one.serial for zone, one in found.items() if one.state == "published"}
        try:
            endpoints = {server: (host, port)}
            endpoints |= {name: self.reach.endpoint(name) for name in self.secondaries.get(server, ())}
            late = Reader(endpoints, self.patience).behind(sent, records, step)
        except (EnvironmentFailed, Silent) as error:
            return {zone: Publication(zone, "unreachable", str(error)) for zone in sent}
        return {zone: Publication(zone, "refused", why) for zone, why in late.items()}

    def plan(self, server: str, zone: str, records: Sequence[RecordChange], step: str) -> tuple[Plan | None, int]:
        """The octoDNS plan of a step and the zone's serial; nothing is sent."""
        host, port = self.reach.endpoint(server)
        provider = PrimaryProvider(server, host, port, self.key)
        plan, _ = self._plan(provider, zone, records, step)
        return plan, serial_of(provider.transferred(zone))

    def _zone(
        self, provider: PrimaryProvider, zone: str, records: Sequence[RecordChange], step: str
    ) -> tuple[int, int]:
        """The serial afterwards and how many sets were changed; read back by the transfer that finds nothing left."""
        sent, moved = 0, 0
        while True:
            plan, changes = self._plan(provider, zone, records, step)
            if plan is None:
                waits = sum(one.now == plans.canonical(one.record.type, lowered(one.record)) for one in changes)
                return serial_of(provider.transferred(zone)), waits if step == plans.LOWER else sent
            if not sent and (why := plans.unsafe(self.limits, plan)):
                raise Unwilling(f"safety limit: {why}")
            batch = Plan(plan.existing, plan.desired, plan.changes[:BATCH], plan.exists)
            try:
                provider.apply(batch)
                sent += len(batch.changes)
            except Moved:
                # Signatures are renewed and other platforms publish: read again, and judge again.
                moved += 1
                if moved == _TRIES:
                    raise Unwilling(f"{zone} changes all the time: another serial at {_TRIES} attempts") from None
            if sent >= len(changes) + BATCH * _TRIES:
                raise Unwilling(f"{zone} does not keep what it was sent")

    def _plan(
        self, provider: PrimaryProvider, zone: str, records: Sequence[RecordChange], step: str
    ) -> tuple[Plan | None, Sequence[Wanted]]:
        transferred = provider.transferred(zone)
        self._healthy(transferred, zone)
        if step == plans.PUBLISH and any(record.after and not record.before for record in records):
            _quick(transferred, zone)
        every = plans.wanted(transferred, records, step)
        changes = [one for one in every if one.now != one.then]
        plan = provider.plan(plans.desired(provider, zone, changes))
        plans.compare(plan, changes)
        return plan, every

    def _healthy(self, zone: dns.zone.Zone, name: str) -> None:
        """Unwilling when the zone is not signed or a signature in it has expired: nobody would believe what it says."""
        found = list(signatures(zone))
        if not found:
            raise Unwilling(f"zone {name} is not signed")
        late = [(at, owner) for owner, at in found if at <= self.clock()]
        if late:
            at, owner = min(late)
            when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise Unwilling(f"zone {name}: {len(late)} signatures have expired, the first ({owner}) at {when}")


def _quick(zone: dns.zone.Zone, name: str) -> None:
    """Unwilling when resolvers keep a negative answer (RFC 2308, section 5) for longer than a new name is waited for:
    the names would be right and would still be withdrawn."""
    origin = zone.origin
    assert origin is not None
    soa, wait = zone.find_rdataset(origin, "SOA"), DEFAULT_LIMITS["settle"]
    if (kept := min(soa.ttl, soa[0].minimum)) > wait:
        raise Unwilling(
            f"zone {name}: resolvers keep for {kept} s that a name does not exist, a new one is waited for {wait:g} s; "
            "lower the last number of its SOA and try again after the old time has passed"
        )


def serial_of(zone: dns.zone.Zone) -> int:
    """The serial of a transferred zone."""
    origin = zone.origin
    assert origin is not None
    return int(zone.find_rdataset(origin, "SOA")[0].serial)

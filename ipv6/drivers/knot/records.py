"""Record sets of a running Knot: read, compared and changed in one transaction per zone; serials rise by themselves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ipv6.agent.host import Failed, Refused, must, run

_NAME = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+", re.IGNORECASE)
_TYPE = re.compile(r"[A-Z][A-Z0-9]{0,15}")
_ABSENT = ("no such node", "no such record", "no data")


@dataclass(frozen=True, slots=True)
class Record:
    """One record set of the change: what must be there now, what is to be there afterwards."""

    zone: str
    name: str
    type: str
    ttl: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def key(self) -> str:
        """How a person names it."""
        return f"{self.name} {self.type}"

    @property
    def reversed(self) -> Record:
        """The way back."""
        return Record(self.zone, self.name, self.type, self.ttl, self.after, self.before)


def record(raw: Mapping[str, object]) -> Record:
    """One entry of the payload; Refused for anything that is not a plain name, type and values."""
    zone, name, kind = (str(raw.get(word, "")) for word in ("zone", "name", "type"))
    if not _NAME.fullmatch(zone) or not _NAME.fullmatch(name) or not _TYPE.fullmatch(kind):
        raise Refused(f"record {name!r} {kind!r} in {zone!r} is not a name with a trailing dot and a type")
    if name.lower() != zone.lower() and not name.lower().endswith(f".{zone.lower()}"):
        raise Refused(f"record {name} is not in zone {zone}")
    ttl = raw.get("ttl", 300)
    if not isinstance(ttl, int) or not 0 <= ttl <= 2**31 - 1:
        raise Refused(f"record {name} {kind}: its time to live is {ttl!r}")
    return Record(zone, name, kind, ttl, _values(kind, raw.get("before")), _values(kind, raw.get("after")))


def _values(kind: str, raw: object) -> tuple[str, ...]:
    words = raw if isinstance(raw, list | tuple) else []
    return tuple(sorted(_canonical(kind, str(word)) for word in words))


def _canonical(kind: str, rdata: str) -> str:
    """One spelling per value: short addresses, lower-case names, single spaces."""
    text = " ".join(rdata.split())
    if "\n" in rdata or not text:
        raise Refused(f"{rdata!r} is not a record's value")
    if kind in ("A", "AAAA"):
        try:
            address = ipaddress.ip_address(text)
        except ValueError as error:
            raise Refused(str(error)) from error
        return str(address)
    return text.lower() if kind in ("NS", "CNAME", "PTR", "DS") else text


def read(found: Record) -> tuple[int, tuple[str, ...]]:
    """Time to live (seconds, 0 when absent) and sorted values of the record set as the server has it."""
    done = run(["knotc", "zone-read", found.zone, found.name, found.type])
    if done.code:
        if any(word in done.err + done.out for word in _ABSENT):
            return 0, ()
        raise Failed(f"knotc zone-read {found.key}: {done.last}")
    ttl, values = 0, []
    for line in done.out.splitlines():
        words = line.split()
        if len(words) > 4 and words[3] == found.type:
            ttl = int(words[2])
            values.append(_canonical(found.type, " ".join(words[4:])))
    return ttl, tuple(sorted(values))


def apply(records: Sequence[Record]) -> None:
    """Carry every set to `after`, all sets of a zone in one transaction; a refused step aborts its zone's."""
    for zone in dict.fromkeys(found.zone for found in records):
        wanted = [found for found in records if found.zone == zone and read(found)[1] != found.after]
        if wanted:
            _transaction(zone, wanted)


def _transaction(zone: str, records: Sequence[Record]) -> None:
    run(["knotc", "zone-abort", zone])  # one that an interrupted run left open
    must(["knotc", "zone-begin", zone])
    try:
        for found in records:
            if read(found)[1]:
                must(["knotc", "zone-unset", zone, found.name, found.type])
            for value in found.after:
                must(["knotc", "zone-set", zone, found.name, str(found.ttl), found.type, *value.split(" ")])
        must(["knotc", "zone-commit", zone])
    except Failed:
        run(["knotc", "zone-abort", zone])
        raise

"""Record sets of a running Knot: read, compared and changed in one transaction per zone; serials rise by themselves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence

from ipv6.agent.host import Failed, Refused, must, run
from ipv6.agent.shapes import NamedTuple

_NAME = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+", re.IGNORECASE)
_TYPE = re.compile(r"[A-Z][A-Z0-9]{0,15}")
_FEW = 2
MAX_TTL = 2**31 - 1
MAX_SERIAL = 2**32 - 1
_SOA_WORDS = 7
_ABSENT = ("no such node", "no such record", "no data")


class Record(NamedTuple):
    """One record set of the change: what must be there now, what is to be there afterwards; `ttl_before` (seconds)
    is what the way back restores."""

    zone: str
    name: str
    type: str
    ttl: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    ttl_before: int

    @property
    def key(self) -> str:
        """How a person names it; glue has the same name in its parent's zone."""
        return f"{self.name} {self.type} in {self.zone}"

    @property
    def reversed(self) -> Record:
        """The way back."""
        return Record(self.zone, self.name, self.type, self.ttl_before, self.after, self.before, self.ttl)


def record(raw: Mapping[str, object]) -> Record:
    """One entry of the payload; Refused for anything that is not a plain name, type and values."""
    zone, name, kind = (str(raw.get(word, "")) for word in ("zone", "name", "type"))
    if not _NAME.fullmatch(zone) or not _NAME.fullmatch(name) or not _TYPE.fullmatch(kind):
        raise Refused(f"record {name!r} {kind!r} in {zone!r} is not a name with a trailing dot and a type")
    if name.lower() != zone.lower() and not name.lower().endswith(f".{zone.lower()}"):
        raise Refused(f"record {name} is not in zone {zone}")
    ttl = _ttl(raw.get("ttl", 300), f"{name} {kind}")
    old = _ttl(raw.get("ttl_before", 0), f"{name} {kind}") or ttl
    return Record(zone, name, kind, ttl, _values(kind, raw.get("before")), _values(kind, raw.get("after")), old)


def _ttl(raw: object, what: str) -> int:
    if not isinstance(raw, int) or not 0 <= raw <= MAX_TTL:
        raise Refused(f"record {what}: its time to live is {raw!r}")
    return raw


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


def read(records: Iterable[Record]) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Time to live (seconds, 0 when absent) and sorted values of each set as the server has it, by `Record.key`.

    A zone is read as a whole when several of its sets are asked for, which is one call instead of many.
    """
    wanted: dict[str, list[Record]] = {}
    for found in records:
        wanted.setdefault(found.zone, []).append(found)
    answers: dict[str, tuple[int, tuple[str, ...]]] = {}
    for zone, sets in wanted.items():
        asked = [[zone]] if len(sets) > _FEW else [[zone, found.name, found.type] for found in sets]
        have = _parse("".join(_zone_read(words) for words in asked))
        for found in sets:
            ttl, values = have.get((found.name.lower(), found.type), (0, []))
            answers[found.key] = ttl, tuple(sorted(values))
    return answers


def _zone_read(words: list[str]) -> str:
    done = run(["knotc", "zone-read", *words])
    if done.code and not any(word in done.err + done.out for word in _ABSENT):
        raise Failed(f"knotc zone-read {' '.join(words)}: {done.last}")
    return "" if done.code else done.out


def _parse(out: str) -> dict[tuple[str, str], tuple[int, list[str]]]:
    """Lines like `[zone] owner ttl TYPE value...`."""
    found: dict[tuple[str, str], tuple[int, list[str]]] = {}
    for line in out.splitlines():
        words = line.split()
        if len(words) > 4 and words[2].isdigit():
            key = words[1].lower(), words[3]
            found.setdefault(key, (int(words[2]), []))[1].append(_canonical(words[3], " ".join(words[4:])))
    return found


def apply(records: Sequence[Record], *, back: bool = False) -> None:
    """Carry every set to `after` with its TTL, all sets of a zone in one transaction; a refused step aborts its zone's.

    With `back` the serial rises even where nothing is to be done. An update that is still on its way was made for the
    serial before (its prerequisite, RFC 2136 2.4.2), so it cannot arrive after the way back has been taken.
    """
    for zone in dict.fromkeys(found.zone for found in records):
        _transaction(zone, [found for found in records if found.zone == zone], back)


def _transaction(zone: str, records: Sequence[Record], back: bool) -> None:
    run(["knotc", "zone-abort", zone])  # one that an interrupted run left open
    must(["knotc", "zone-begin", zone])
    try:
        # Read inside the transaction: until it ends the server lets no update in.
        have = read(records)
        wanted = [found for found in records if have[found.key] != _state(found)]
        for found in wanted:
            if have[found.key][1]:
                must(["knotc", "zone-unset", zone, found.name, found.type])
            for value in found.after:
                must(["knotc", "zone-set", zone, found.name, str(found.ttl), found.type, *value.split(" ")])
        if back and not wanted:
            _raise_serial(zone)
        must(["knotc", "zone-commit" if wanted or back else "zone-abort", zone])
    except (Failed, Refused):
        run(["knotc", "zone-abort", zone])
        raise


def _state(found: Record) -> tuple[int, tuple[str, ...]]:
    return (found.ttl, found.after) if found.after else (0, ())


def _raise_serial(zone: str) -> None:
    """The next serial (RFC 1982), without any other change."""
    lines = [line.split() for line in must(["knotc", "zone-get", zone, zone, "SOA"]).splitlines()]
    words = next((words for words in lines if len(words) == 4 + _SOA_WORDS and words[3] == "SOA"), None)
    if words is None or not words[6].isdigit():
        raise Failed(f"zone {zone} has no SOA that can be read")
    words[6] = str(int(words[6]) % MAX_SERIAL + 1)
    must(["knotc", "zone-set", zone, zone, *words[2:]])

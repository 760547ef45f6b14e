"""From uses to things: both families of one interface, host or subnet together, over all sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from ipv6.brownfield.address import bounds
from ipv6.brownfield.model import Document, Use

LOCAL = ("192.168.0.0/16", "172.16.0.0/12", "169.254.0.0/16")
"""IPv4 that several sites use at once (RFC 1918, RFC 3927); 10.0.0.0/8 is the extranet's own and is not among them."""
_LOCAL = tuple((4 << 128 | int(ip_network(text).network_address), ip_network(text).prefixlen) for text in LOCAL)
Port = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """What was seen in the field under one identity; `uses` are its addresses, never empty."""

    uses: tuple[Use, ...]
    sources: tuple[str, ...]

    def values(self, family: int) -> tuple[str, ...]:
        """Its addresses of one family as text, each once, in order."""
        return tuple(dict.fromkeys(use.value for use in self.uses if use.family == family))

    def word(self, name: str) -> str:
        """The first filled field of that name among its uses."""
        return next((filled for use in self.uses if (filled := str(getattr(use, name)))), "")

    @property
    def port(self) -> Port:
        """Device and interface in small letters; empty where no source says both."""
        return next((port for use in self.uses if (port := port_of(use)) != ("", "")), ("", ""))


@dataclass(frozen=True, slots=True)
class Twice:
    """The same address on two interfaces of one VPN instance."""

    value: str
    places: tuple[str, ...]


def port_of(use: Use) -> Port:
    """Device and interface of a use in small letters, or two empty words."""
    return (use.device.lower(), use.interface.lower()) if use.device and use.interface else ("", "")


def things(documents: Iterable[Document]) -> tuple[tuple[Thing, ...], tuple[Twice, ...]]:
    """Every thing of all sources, and every address that two interfaces have; routes and what is not used left out."""
    groups = [group for document in documents for group in _groups(document)]
    parent = list(range(len(groups)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    ports: dict[Port, int] = {}
    for at, (_, uses) in enumerate(groups):
        port = next((one for use in uses if (one := port_of(use)) != ("", "")), ("", ""))
        if port != ("", ""):
            parent[root(at)] = root(ports.setdefault(port, at))
    held: dict[tuple[str, str, str, int, int], list[tuple[int, Use]]] = {}
    for at, (source, uses) in enumerate(groups):
        for use in uses:
            span = _span(use)
            where = source if _is_local(span[0]) else ""
            held.setdefault((use.kind, where, use.vrf.lower(), *span), []).append((at, use))
    twice = []
    for holders in held.values():
        named = {port: use for _, use in holders if (port := port_of(use)) != ("", "")}
        if len(named) > 1:
            if holders[0][1].kind == "address":
                twice.append(Twice(holders[0][1].value, tuple(sorted(use.place for use in named.values()))))
            continue  # which of the interfaces an unnamed row means cannot be told
        for at, _ in holders[1:]:
            parent[root(at)] = root(holders[0][0])
    joined: dict[int, list[int]] = {}
    for at in range(len(groups)):
        joined.setdefault(root(at), []).append(at)
    found = [
        Thing(tuple(use for at in members for use in groups[at][1]), tuple(sorted({groups[at][0] for at in members})))
        for members in joined.values()
    ]
    return tuple(sorted(found, key=_order)), tuple(sorted(twice, key=lambda one: one.places))


def _groups(document: Document) -> list[tuple[str, tuple[Use, ...]]]:
    """The units of one source; a name that stands for several addresses of a family is no unit."""
    units: dict[str, list[Use]] = {}
    for number, use in enumerate(document.uses):
        if use.kind != "route" and use.status == "active":
            units.setdefault(use.unit or f"#{number}", []).append(use)
    found: list[tuple[str, tuple[Use, ...]]] = []
    for unit, uses in units.items():
        if unit.startswith(("name:", "vlan:")) and not _is_pair(uses):
            found += [(document.source, (use,)) for use in uses]
        else:
            found.append((document.source, tuple(uses)))
    return found


def _is_pair(uses: Sequence[Use]) -> bool:
    values = {(use.family, use.value) for use in uses}
    alike = len({(use.kind == "address", use.vrf) for use in uses}) == 1
    return alike and all(sum(1 for family, _ in values if family == one) <= 1 for one in (4, 6))


def _span(use: Use) -> tuple[int, int]:
    family, first, last = bounds(use.kind, use.value)
    # One number for both families and both ends, so that different spans never meet.
    return family << 128 | first, last


def _is_local(first: int) -> bool:
    """Whether every site may have the address for itself: behind translation it says nothing about who it is."""
    return any(first >> 32 - length == network >> 32 - length for network, length in _LOCAL)


def _order(thing: Thing) -> tuple[object, ...]:
    first = thing.uses[0]
    return (thing.sources, first.device, first.interface, *(_span(use) for use in thing.uses[:1]), first.place)

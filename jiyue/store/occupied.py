"""The ledger's own look at every new claim: no prefix is given twice, whatever the planner that chose it believed."""

from __future__ import annotations

import socket
from bisect import bisect_left, insort
from collections.abc import Iterable

from inventory.errors import GateError, InputError
from ipv6.change.model import Claim

Net = tuple[int, int, int]
"""Bits of the family, first address, length."""


def read_prefix(text: str, place: str) -> Net:
    """An IPv4 or IPv6 prefix as numbers; InputError for anything else, host bits included."""
    address, _, length = text.partition("/")
    family, bits = (socket.AF_INET6, 128) if ":" in address else (socket.AF_INET, 32)
    try:
        first = int.from_bytes(socket.inet_pton(family, address), "big")
    except (OSError, ValueError):
        first = -1
    if first < 0 or not (length.isascii() and length.isdigit() and int(length) <= bits):
        raise InputError(place, f"{text!r} is not a prefix", "write address/length, e.g. 3fff:10::/32")
    if first & ((1 << (bits - int(length))) - 1):
        raise InputError(place, f"prefix {text} has host bits set", "clear them")
    return bits, first, int(length)


class Occupied:
    """Prefixes held by claims; the same or a containing prefix is free only for descendants of its holder.

    An heir is a child of the same kind with its parent's whole prefix (a region under its new code): what descends
    from the parent may lie in it.
    """

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self._keys: dict[Net, list[str]] = {}
        self._holders: dict[str, tuple[Net, str]] = {}  # key: its prefix and its parent
        self._heirs: dict[str, list[str]] = {}
        self._lengths: dict[int, list[int]] = {32: [], 128: []}
        for claim in claims:
            self._note(claim, read_prefix(claim.prefix, f"claim {claim.key}"))
        self._order = sorted(self._keys)

    def add(self, claim: Claim) -> None:
        """Hold the prefix of `claim`; GateError when it overlaps a claim that is no ancestor."""
        self._hold(claim, self.check(claim))

    def drop(self, claim: Claim) -> None:
        """Take back what was added last."""
        net, _ = self._holders.pop(claim.key)
        self._keys[net].remove(claim.key)
        if not self._keys[net]:
            del self._keys[net], self._order[bisect_left(self._order, net)]
        if claim.key in (heirs := self._heirs.get(claim.parent, [])):
            heirs.remove(claim.key)

    def note(self, claim: Claim) -> None:
        """Hold the prefix of a claim that the ledger holds already."""
        self._hold(claim, read_prefix(claim.prefix, f"claim {claim.key}"))

    def _hold(self, claim: Claim, net: Net) -> None:
        if net not in self._keys:
            if self._order and self._order[-1] < net:
                self._order.append(net)
            else:
                insort(self._order, net)
        self._note(claim, net)

    def _note(self, claim: Claim, net: Net) -> None:
        self._keys.setdefault(net, []).append(claim.key)
        self._holders[claim.key] = net, claim.parent
        above = self._holders.get(claim.parent)
        if above and above[0] == net and _kind(claim.parent) == _kind(claim.key):
            self._heirs.setdefault(claim.parent, []).append(claim.key)
        if net[2] not in self._lengths[net[0]]:
            insort(self._lengths[net[0]], net[2])

    def check(self, claim: Claim) -> Net:
        """The prefix of `claim` as numbers when it is free; GateError when it overlaps a claim that is no ancestor."""
        net = bits, first, length = read_prefix(claim.prefix, f"claim {claim.key}")
        ancestors: set[str] | None = None
        handed_on = False
        for shorter in self._lengths[bits]:
            if shorter > length:
                break
            covering = (bits, first >> (bits - shorter) << (bits - shorter), shorter)
            for key in self._keys.get(covering, ()):
                if ancestors is None:
                    ancestors = self._ancestors(claim.parent)
                if key not in ancestors:
                    _refuse(claim, key)
                handed_on = handed_on or shorter == length
        if handed_on:
            return net  # the same prefix as its parent: what lies inside was judged when the parent came
        if not self._order or self._order[-1] < net:
            return net  # beyond all others, as the next of a row is
        at = bisect_left(self._order, net)
        last = first | ((1 << (bits - length)) - 1)
        if at < len(self._order) and self._order[at][0] == bits and self._order[at][1] <= last:
            _refuse(claim, self._keys[self._order[at]][0])
        return net

    def _ancestors(self, key: str) -> set[str]:
        found: set[str] = set()
        while key and key not in found:
            found.add(key)
            heirs = list(self._heirs.get(key, ()))
            while heirs:
                found.add(heir := heirs.pop())
                heirs += self._heirs.get(heir, ())
            key = self._holders[key][1] if key in self._holders else ""
        return found


def _kind(key: str) -> str:
    return key.partition("/")[0]


def _refuse(claim: Claim, holder: str) -> None:
    cause = f"{claim.prefix} overlaps the prefix of {holder}, which does not contain it by plan"
    raise GateError(f"claim {claim.key}", cause, "plan again: the ledger gives no prefix twice")

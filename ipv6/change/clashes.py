"""Claims of a ledger that overlap without being parent and child. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ipv6.change.model import Claim
from ipv6.plan.overlap import nesting, pack, unpack
from ipv6.plan.prefix import parse


@dataclass(frozen=True, slots=True)
class Clash:
    """`inside` of claim `key` lies in `wider` of claim `other`, which is not above it."""

    key: str
    other: str
    inside: str
    wider: str


def clashes(claims: Sequence[Claim]) -> tuple[Clash, ...]:
    """One sweep over the ledger: the smallest prefix around each one must be of a claim above it."""
    keys: dict[int, list[str]] = {}
    for claim in claims:
        keys.setdefault(pack(parse(claim.prefix, claim.key)), []).append(claim.key)
    return tuple(_clashes(keys, {claim.key: claim.parent for claim in claims}))


def _clashes(keys: Mapping[int, list[str]], parents: Mapping[str, str]) -> Iterator[Clash]:
    for inside, outside in zip(*nesting(keys), strict=True):
        inner, outer = sorted(keys[inside]), keys.get(outside, [])
        for number, key in enumerate(inner):
            line = _line(key, parents)
            others = [other for other in inner[number + 1 :] if other not in line and key not in _line(other, parents)]
            if not line & {*outer, *inner}:
                others += outer
            for other in others:
                wider = outside if other in outer else inside
                yield Clash(key, other, str(unpack(inside)), str(unpack(wider)))


def _line(key: str, parents: Mapping[str, str]) -> set[str]:
    """The claims above a claim."""
    line: set[str] = set()
    while (key := parents.get(key, "")) and key not in line:
        line.add(key)
    return line

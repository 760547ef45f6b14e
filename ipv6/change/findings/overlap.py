"""Prefixes of the change set that overlap others of the ledger without being their parents or children."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.change.findings import Case, Finding, rule
from ipv6.plan.overlap import nesting, parse_many, unpack


@rule("overlap")
def overlap(case: Case) -> Iterator[Finding]:
    """One sweep over the whole ledger: the smallest prefix around each one must be of a claim above it."""
    parents = {claim.key: claim.parent for claim in case.claims}
    keys: dict[int, list[str]] = {}
    packed = parse_many([claim.prefix for claim in case.claims], [claim.key for claim in case.claims])
    for claim, prefix in zip(case.claims, packed, strict=True):
        keys.setdefault(prefix, []).append(claim.key)
    for inside, outside in zip(*nesting(keys), strict=True):
        inner, outer = sorted(keys[inside]), keys.get(outside, [])
        for number, key in enumerate(inner):
            line = _line(key, parents)
            others = [other for other in inner[number + 1 :] if other not in line and key not in _line(other, parents)]
            if not line & {*outer, *inner}:
                others += outer
            for other in others:
                if {key, other} & case.own:
                    wider = unpack(outside if other in outer else inside)
                    yield Finding("overlap", "high", key, f"{unpack(inside)} overlaps {wider} of {other}")
    yield from _twice(case)


def _twice(case: Case) -> Iterator[Finding]:
    """Two things of one sort with one address, as the reviewer's table has them."""
    for family in ("ipv4", "ipv6"):
        first: dict[tuple[bool, str], str] = {}
        for pair in case.change.addresses:
            address = getattr(pair, family)
            if pair.kind not in ("loopback", "port", "site") or not address:
                continue
            # A site shares the address of its host's port, on purpose.
            key, name = (pair.kind == "site", address), f"{pair.kind} {pair.name}"
            if key in first:
                yield Finding("overlap", "high", name, f"{address} is also the address of {first[key]}")
            first.setdefault(key, name)


def _line(key: str, parents: dict[str, str]) -> set[str]:
    """The claims above a claim."""
    line: set[str] = set()
    while (key := parents.get(key, "")) and key not in line:
        line.add(key)
    return line

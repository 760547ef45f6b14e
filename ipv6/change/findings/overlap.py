"""Prefixes of the change set that overlap others of the ledger without being their parents or children."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.change.findings import Case, Finding, rule


@rule("overlap")
def overlap(case: Case) -> Iterator[Finding]:
    """Clashes of the ledger in which the change set has a part, and addresses that it gives twice."""
    for one in case.ledger.clashes:
        if {one.key, one.other} & case.own:
            yield Finding("overlap", "high", one.key, f"{one.inside} overlaps {one.wider} of {one.other}")
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

"""Pools that the change set draws from and that are full, down to their reserve, or close to it."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.change.findings import Case, Finding, rule


@rule("reserve", "RFC 3194 section 3")
def reserve(case: Case) -> Iterator[Finding]:
    """The numbers of every such pool, from the ledger."""
    drawn = {claim.parent for claim in case.change.claims} | case.own
    for row in case.ledger.pools:
        if row.where in drawn and row.warnings:
            numbers = f"{row.used} of {row.slots} places used, {row.reserve} kept in reserve, {row.left} left"
            full = row.used + row.reserve >= row.slots
            place = f"{row.level} of {row.where} {row.prefix}"
            yield Finding("reserve", "high" if full else "low", place, f"{numbers}: {'; '.join(row.warnings)}")

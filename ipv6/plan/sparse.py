"""Sparse order of subnets after RFC 3531: every new subnet halves the largest gap left, so neighbours can grow."""

from __future__ import annotations

from collections.abc import Iterator


def leftmost_order(bits: int) -> Iterator[int]:
    """All numbers of `bits` bits except 0, counted from the left bit (RFC 3531, section 3: "leftmost").

    For 3 bits: 4, 2, 6, 1, 5, 3, 7. Number 0 is left out: the caller keeps it for loopbacks.
    """
    for counter in range(1, 1 << bits):
        yield int(f"{counter:0{bits}b}"[::-1], 2)

"""The steps between two states of a Linux host; standard library only, runs on the device too."""

from __future__ import annotations

from ipv6.drivers.linux.text import Entry, parse

# Addresses come before routes that need them, forwarding last; removal goes the other way.
_ORDER = ("addr", "route", "forward")


def delta(base: str, intended: str) -> tuple[str, str]:
    """(forward, reverse) as `+ LINE` and `- LINE` steps: additions first, so that nothing is without an address."""
    old, new = parse(base), parse(intended)
    return _steps(old, new), _steps(new, old)


def _steps(old: tuple[Entry, ...], new: tuple[Entry, ...]) -> str:
    before, after = set(old), set(new)
    added = sorted((found for found in new if found not in before), key=_rank)
    gone = sorted((found for found in old if found not in after), key=_rank, reverse=True)
    # A route whose gateway changes is replaced in one step by the kernel.
    moved = {(found.netns, found.subject) for found in added if found.kind == "route"}
    gone = [found for found in gone if found.kind != "route" or (found.netns, found.subject) not in moved]
    return "".join(f"+ {found.line}\n" for found in added) + "".join(f"- {found.line}\n" for found in gone)


def _rank(found: Entry) -> int:
    return _ORDER.index(found.kind)

"""Renders a Linux host's addresses, routes and forwarding, and the steps between two states; pure."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.drivers.base import family, with_length
from ipv6.drivers.linux.text import Entry, normalise, parse
from ipv6.plan.intent import DeviceIntent

OBJECT = "network"
# Addresses come before routes that need them, forwarding last; removal goes the other way.
_ORDER = ("addr", "route", "forward")


def render(intent: DeviceIntent) -> Mapping[str, str]:
    """The canonical lines of one host; only a firewall forwards, each family once it has addresses."""
    lines = [
        Entry("addr", port.netns, with_length(text), port.name).line for port in intent.ports for text in port.addresses
    ]
    lines += [Entry("addr", "", with_length(text), "lo").line for text in intent.loopbacks]
    lines += [Entry("route", route.netns, route.prefix, via=route.via).line for route in intent.routes]
    if intent.firewall:
        versions = sorted({family(text) for port in intent.ports for text in port.addresses})
        lines += [f"forward ipv{version}" for version in versions]
    return {OBJECT: normalise("\n".join(lines))}


def delta(base: str, intended: str) -> tuple[str, str]:
    """(forward, reverse) as `+ LINE` and `- LINE` steps: additions first, so that nothing is without an address."""
    old, new = parse(base), parse(intended)
    return _steps(old, new), _steps(new, old)


def _steps(old: tuple[Entry, ...], new: tuple[Entry, ...]) -> str:
    added = sorted((found for found in new if found not in old), key=_rank)
    gone = sorted((found for found in old if found not in new), key=_rank, reverse=True)
    # A route whose gateway changes is replaced in one step by the kernel.
    moved = {(found.netns, found.subject) for found in added if found.kind == "route"}
    gone = [found for found in gone if found.kind != "route" or (found.netns, found.subject) not in moved]
    return "".join(f"+ {found.line}\n" for found in added) + "".join(f"- {found.line}\n" for found in gone)


def _rank(found: Entry) -> int:
    return _ORDER.index(found.kind)

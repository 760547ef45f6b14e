"""Renders a Linux host's addresses, routes and forwarding; pure."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.drivers.base import family, with_length
from ipv6.drivers.linux.text import Entry, normalise
from ipv6.plan.intent import DeviceIntent

OBJECT = "network"


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

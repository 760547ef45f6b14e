"""Renders the whole Comware configuration of a device from its intent; pure."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.drivers.h3c_comware.text import normalise
from ipv6.drivers.vendor import rendered
from ipv6.plan.intent import DeviceIntent


def render(intent: DeviceIntent) -> Mapping[str, str]:
    """`current-configuration` in canonical form; Problems for ports without a hardware name."""
    return rendered("h3c_comware", intent, normalise)

"""nftables zone firewall: one `inet` table for both families, replaced in one transaction."""

from __future__ import annotations

from ipv6.drivers.base import Driver
from ipv6.drivers.nftables.capabilities import CAPABILITIES
from ipv6.drivers.nftables.render import delta, render
from ipv6.drivers.nftables.text import normalise

DRIVER = Driver("nftables", render, normalise, delta, CAPABILITIES)

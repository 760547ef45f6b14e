"""FRRouting 8.4: the whole running configuration as one object."""

from __future__ import annotations

from ipv6.drivers.base import Driver
from ipv6.drivers.frr.capabilities import CAPABILITIES
from ipv6.drivers.frr.delta import delta
from ipv6.drivers.frr.render import render
from ipv6.drivers.frr.text import normalise

DRIVER = Driver("frr", render, normalise, delta, CAPABILITIES)

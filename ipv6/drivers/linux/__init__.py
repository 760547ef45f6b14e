"""Linux addresses, static routes and forwarding of owned interfaces, named namespaces included."""

from __future__ import annotations

from ipv6.drivers.base import Driver
from ipv6.drivers.linux.capabilities import CAPABILITIES
from ipv6.drivers.linux.delta import delta
from ipv6.drivers.linux.render import render
from ipv6.drivers.linux.text import normalise

DRIVER = Driver("linux", render, normalise, delta, CAPABILITIES)

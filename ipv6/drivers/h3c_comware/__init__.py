"""H3C Comware 7 routers: the owned part of the whole configuration as one object."""

from __future__ import annotations

from ipv6.drivers.base import SESSION, Driver
from ipv6.drivers.h3c_comware.capabilities import CAPABILITIES
from ipv6.drivers.h3c_comware.render import render
from ipv6.drivers.h3c_comware.text import normalise
from ipv6.drivers.h3c_comware.undo import delta

DRIVER = Driver("h3c_comware", render, normalise, delta, CAPABILITIES, SESSION)

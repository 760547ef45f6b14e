"""Huawei VRP 8 routers (command set of NE40E and NE8000): the owned part of the whole configuration as one object."""

from __future__ import annotations

from ipv6.drivers.base import SESSION, Driver
from ipv6.drivers.huawei_vrp.capabilities import CAPABILITIES
from ipv6.drivers.huawei_vrp.render import render
from ipv6.drivers.huawei_vrp.text import normalise
from ipv6.drivers.huawei_vrp.undo import delta

DRIVER = Driver("huawei_vrp", render, normalise, delta, CAPABILITIES, SESSION)

"""nginx site host: one http-level include with the servers of every site."""

from __future__ import annotations

from ipv6.agent.lines import normalise
from ipv6.drivers.base import Driver, whole_text
from ipv6.drivers.nginx.capabilities import CAPABILITIES
from ipv6.drivers.nginx.render import render

DRIVER = Driver("nginx", render, normalise, whole_text, CAPABILITIES)

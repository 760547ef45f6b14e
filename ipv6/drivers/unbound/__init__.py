"""Unbound 1.17, the extranet's resolver: one include file with all that is ours."""

from __future__ import annotations

from ipv6.agent.lines import normalise
from ipv6.drivers.base import Driver, whole_text
from ipv6.drivers.unbound.capabilities import CAPABILITIES
from ipv6.drivers.unbound.render import render

DRIVER = Driver("unbound", render, normalise, whole_text, CAPABILITIES)

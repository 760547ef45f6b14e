"""Knot DNS 3.2, primary or secondary: the whole configuration file; record sets are changed through its control."""

from __future__ import annotations

from ipv6.agent.lines import normalise
from ipv6.drivers.base import Driver, whole_text
from ipv6.drivers.knot.capabilities import CAPABILITIES
from ipv6.drivers.knot.render import render

DRIVER = Driver("knot", render, normalise, whole_text, CAPABILITIES)

"""Integration: the external peers of the platform."""

from __future__ import annotations

from infra.components.filled import Filled


class Integration(Filled):
    """Files of the external peers, by the zone that talks to them."""

    KIND = "Integration"

"""Exchange: the exchange zone's file of libraries and provincial functions."""

from __future__ import annotations

from infra.components.filled import Filled


class Exchange(Filled):
    """What the platform knows of the other 1+14 platforms."""

    KIND = "Exchange"

"""Observability: what the platform's own monitoring asks."""

from __future__ import annotations

from infra.components.filled import Filled


class Observability(Filled):
    """Targets of monitoring in both families."""

    KIND = "Observability"

"""PlatformFunction: one of the 16 functions that the platform offers to its sites."""

from __future__ import annotations

from infra.components.filled import Filled


class PlatformFunction(Filled):
    """Deployment, dual-stack Service, disruption budget where there is something to disrupt."""

    KIND = "PlatformFunction"

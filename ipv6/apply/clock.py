"""The wall clock, for runs outside of tests."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """UTC from the machine's clock; implements `ipv6.ports.Clock`."""

    def now(self) -> str:
        """UTC, ISO 8601 with seconds."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""What a Linux host's own addresses and routes can carry."""

from __future__ import annotations

from ipv6.drivers.capability import LIMITED, YES, Capability

CAPABILITIES = (
    *(Capability(feature, YES) for feature in ("ipv4", "ipv6", "static4", "static6", "netns")),
    Capability("ra-suppress", YES, "a host sends none"),
    Capability("delta", YES, "by ip commands"),
    Capability("dry-run", LIMITED, "lines are checked for their form and their interfaces"),
    Capability("timed-rollback", YES, "by the agent's timer on the host, also after a restart"),
    Capability("apply", YES),
)

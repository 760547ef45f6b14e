"""What a site host on nginx can do as this driver uses it."""

from __future__ import annotations

from ipv6.drivers.capability import YES, Capability

CAPABILITIES = (
    Capability("sites", YES, "a listener per address and family"),
    Capability("delta", YES, "the file is replaced as a whole"),
    Capability("dry-run", YES, "nginx -t"),
    Capability("timed-rollback", YES, "by the agent's timer on the host, also after a restart"),
    Capability("apply", YES),
)

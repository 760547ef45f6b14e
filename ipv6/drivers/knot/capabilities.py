"""What a name server on Knot DNS can do as this driver uses it."""

from __future__ import annotations

from ipv6.drivers.capability import YES, Capability

CAPABILITIES = (
    Capability("dns", YES, "primary and secondary, signed"),
    Capability("delta", YES, "the file is replaced as a whole; records go by RFC 2136"),
    Capability("dry-run", YES, "knotc conf-check"),
    Capability("timed-rollback", YES, "by the agent's timer on the host, also after a restart"),
    Capability("apply", YES),
)

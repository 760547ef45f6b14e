"""What a resolver on Unbound can do as this driver uses it."""

from __future__ import annotations

from ipv6.drivers.capability import YES, Capability

CAPABILITIES = (
    Capability("resolver", YES, "validating, DNS64 as an option, every question logged"),
    Capability("delta", YES, "the file is replaced as a whole"),
    Capability("dry-run", YES, "unbound-checkconf"),
    Capability("timed-rollback", YES, "by the agent's timer on the host, also after a restart"),
    Capability("apply", YES),
)

"""What a zone firewall on nftables can do as this driver uses it."""

from __future__ import annotations

from ipv6.drivers.capability import YES, Capability

CAPABILITIES = (
    Capability("firewall", YES, "both families in one table, default deny", "nft(8)"),
    Capability("delta", YES, "the table is replaced in one kernel transaction", "nft(8)"),
    Capability("dry-run", YES, "nft -c"),
    Capability("timed-rollback", YES, "by the agent's timer on the host, also after a restart"),
    Capability("apply", YES),
)

"""What FRRouting on a Linux host can do as this driver uses it."""

from __future__ import annotations

from ipv6.drivers.capability import LIMITED, NO, YES, Capability

MANUAL = "FRRouting 8.4 user guide"
HOST = "this is the host's own software, not the router's"

CAPABILITIES = (
    *(Capability(feature, YES, source=MANUAL) for feature in ("ipv4", "ipv6", "ospf2", "ospf3", "bgp4", "bgp6")),
    *(Capability(feature, YES, source=MANUAL) for feature in ("bgp-filter", "static4", "static6")),
    *(Capability(feature, NO, "isisd is not started on our hosts", MANUAL) for feature in ("isis4", "isis6")),
    *(Capability(feature, NO, "the kernel at hand has neither VRF nor MPLS") for feature in ("vpn4", "vpn6")),
    *(Capability(feature, NO, "FRR filters routes, not packets; a firewall host does") for feature in ("acl4", "acl6")),
    *(
        Capability(feature, NO, "reverse path checks are a kernel setting of the host")
        for feature in ("urpf4", "urpf6")
    ),
    Capability("ra-suppress", YES, "`ipv6 nd suppress-ra` is the default", MANUAL),
    Capability("ra-send", NO, "not rendered by this driver"),
    Capability("ra-guard", NO, "FRR filters no packets"),
    *(Capability(feature, NO, HOST) for feature in ("snmp", "ntp", "radius", "hwtacacs")),
    *(Capability(feature, NO, "a router is no such server") for feature in ("firewall", "sites", "dns", "resolver")),
    Capability("netns", NO, "one FRR runs in one network namespace"),
    Capability("delta", YES, "loaded with vtysh; proven on the real daemons"),
    Capability("dry-run", LIMITED, "vtysh -C checks the words, not what they mean", MANUAL),
    Capability("timed-rollback", YES, "by the agent's timer on the host, also after a restart"),
    Capability("apply", YES),
)

"""What every router of a vendor's command line can do alike; each driver adds where it differs."""

from __future__ import annotations

from ipv6.drivers.capability import LIMITED, NO, YES, Capability

TUNNELS = "the tunnels beneath (MPLS LDP or SRv6) have to be there already"
STATELESS = "stateless: answers are told by the ACK bit or the source port only"
GUARD = (
    "as an inbound access list against ICMPv6 type 134, which takes the place of the port's other inbound list; RA "
    "guard proper is a function of access switches"
)


def forwarding(reference: str) -> tuple[Capability, ...]:
    """Addresses, routing, VPN instances and access lists, by the command reference of that name."""
    plain = ("ipv4", "ipv6", "ospf2", "ospf3", "isis4", "isis6")
    policy = ("bgp4", "bgp6", "bgp-filter", "static4", "static6")
    return (
        *(Capability(feature, YES, source=reference) for feature in (*plain, *policy)),
        *(Capability(feature, LIMITED, TUNNELS, reference) for feature in ("vpn4", "vpn6")),
        *(Capability(feature, LIMITED, STATELESS, reference) for feature in ("acl4", "acl6")),
    )


def advertisements(reference: str) -> tuple[Capability, ...]:
    """Router advertisements: silent by default, sent where asked, guarded by an access list."""
    return (
        Capability("ra-suppress", YES, "ports are silent unless `undo ipv6 nd ra halt` is set", reference),
        Capability("ra-send", YES, source=reference),
        Capability("ra-guard", LIMITED, GUARD, "RFC 6105; RFC 4861 4.2"),
    )


SERVICES = (
    Capability("firewall", NO, "a router keeps no state; give the zones to a firewall", "GB/T 22239-2019 8.1.3.2"),
    Capability("sites", NO, "a router serves no websites"),
    Capability("dns", NO, "a router serves no zones"),
    Capability("resolver", NO, "a router resolves for nobody"),
)
"""What is no router's work."""

APPLY = Capability("apply", LIMITED, "proven on a stand-in written from the manual only", "ADR 0020")

DELTA = Capability("delta", YES, "by hier_config, played back on a stand-in in the tests, not on hardware")

"""What VRP 8 routers can do as this driver uses them; command forms after the NE40E V800R012 command reference."""

from __future__ import annotations

from ipv6.drivers.capability import LIMITED, NO, YES, Capability

REFERENCE = "NE40E V800R012 command reference"
TRIAL = "NetEngine 8000 command reference, commit"

CAPABILITIES = (
    *(Capability(feature, YES, source=REFERENCE) for feature in ("ipv4", "ipv6", "ospf2", "ospf3", "isis4", "isis6")),
    *(Capability(feature, YES, source=REFERENCE) for feature in ("bgp4", "bgp6", "bgp-filter", "static4", "static6")),
    *(
        Capability(feature, LIMITED, "the tunnels beneath (MPLS LDP or SRv6) have to be there already", REFERENCE)
        for feature in ("vpn4", "vpn6")
    ),
    *(
        Capability(feature, LIMITED, "stateless: answers are told by the ACK bit or the source port only", REFERENCE)
        for feature in ("acl4", "acl6")
    ),
    *(
        Capability(feature, LIMITED, "the default route counts as a route to the source (allow-default)", REFERENCE)
        for feature in ("urpf4", "urpf6")
    ),
    Capability("ra-suppress", YES, "ports are silent unless `undo ipv6 nd ra halt` is set", REFERENCE),
    Capability("ra-send", YES, source=REFERENCE),
    Capability(
        "ra-guard",
        LIMITED,
        "as an inbound access list against ICMPv6 type 134, which takes the place of the port's other inbound list; RA "
        "guard proper is a function of access switches",
        "RFC 6105; RFC 4861 4.2",
    ),
    Capability("snmp", LIMITED, "SNMPv3 with privacy; its keys are entered on the device", REFERENCE),
    Capability("ntp", YES, source=REFERENCE),
    Capability("radius", LIMITED, "the shared key is entered on the device", REFERENCE),
    Capability("hwtacacs", LIMITED, "the shared key is entered on the device; at most two servers", REFERENCE),
    Capability("firewall", NO, "a router keeps no state; give the zones to a firewall", "GB/T 22239-2019 8.1.3.2"),
    Capability("sites", NO, "a router serves no websites"),
    Capability("dns", NO, "a router serves no zones"),
    Capability("netns", NO, "VRP has VPN instances, not network namespaces"),
    Capability("delta", YES, "by hier_config, played back on a stand-in in the tests, not on hardware"),
    Capability("dry-run", LIMITED, "the candidate is checked by the device when it is entered (two-phase mode)", TRIAL),
    Capability(
        "timed-rollback", LIMITED, "commit trial, 60 to 65535 s, in two-phase mode only; immediate mode has none", TRIAL
    ),
    Capability("apply", NO, "changes of VRP routers are not in this version: commit trial is not driven yet"),
)

"""What Comware 7 routers can do as this driver uses them; command forms after H3C's Comware 7 command references."""

from __future__ import annotations

from ipv6.drivers.capability import LIMITED, NO, YES, Capability
from ipv6.drivers.router_capabilities import APPLY, DELTA, SERVICES, advertisements, forwarding

REFERENCE = "H3C Comware 7 command references"
DELAY = "H3C configuration file management, configuration commit delay"

CAPABILITIES = (
    *forwarding(REFERENCE),
    *(
        Capability(
            feature,
            LIMITED,
            "the default route counts as a route to the source (allow-default-route); some switches have it for the "
            "whole box only",
            REFERENCE,
        )
        for feature in ("urpf4", "urpf6")
    ),
    *advertisements(REFERENCE),
    Capability("snmp", LIMITED, "SNMPv3 with privacy; users and their keys are entered on the device", REFERENCE),
    Capability("ntp", YES, source=REFERENCE),
    Capability("radius", LIMITED, "the shared key is entered on the device", REFERENCE),
    Capability("hwtacacs", LIMITED, "the shared key is entered on the device", REFERENCE),
    *SERVICES,
    Capability("netns", NO, "Comware has VPN instances, not network namespaces"),
    DELTA,
    Capability("dry-run", NO, "every command takes effect at once", DELAY),
    Capability("timed-rollback", LIMITED, "configuration commit delay, whole minutes, armed before the rest", DELAY),
    APPLY,
)

"""What VRP 8 routers can do as this driver uses them; command forms after the NE40E V800R012 command reference."""

from __future__ import annotations

from ipv6.drivers.capability import LIMITED, NO, YES, Capability
from ipv6.drivers.router_capabilities import APPLY, DELTA, SERVICES, advertisements, forwarding

REFERENCE = "NE40E V800R012 command reference"
TRIAL = "NetEngine 8000 command reference, commit"

CAPABILITIES = (
    *forwarding(REFERENCE),
    *(
        Capability(feature, LIMITED, "the default route counts as a route to the source (allow-default)", REFERENCE)
        for feature in ("urpf4", "urpf6")
    ),
    *advertisements(REFERENCE),
    Capability("snmp", LIMITED, "SNMPv3 with privacy; its keys are entered on the device", REFERENCE),
    Capability("ntp", YES, source=REFERENCE),
    Capability("radius", LIMITED, "the shared key is entered on the device", REFERENCE),
    Capability("hwtacacs", LIMITED, "the shared key is entered on the device; at most two servers", REFERENCE),
    *SERVICES,
    Capability("netns", NO, "VRP has VPN instances, not network namespaces"),
    DELTA,
    Capability("dry-run", LIMITED, "the candidate is checked by the device when it is entered (two-phase mode)", TRIAL),
    Capability(
        "timed-rollback", LIMITED, "commit trial, 60 to 65535 s, in two-phase mode only; immediate mode has none", TRIAL
    ),
    APPLY,
)

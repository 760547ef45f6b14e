"""Names of ICMP types as nft prints them, VRP and Comware write them (RFC 792, RFC 4443, RFC 4861, RFC 3810)."""

from __future__ import annotations

ECHO = {4: 8, 6: 128}
ECHO_REPLY = {4: 0, 6: 129}
ERRORS: dict[int, tuple[int, ...]] = {4: (3, 11, 12), 6: (1, 2, 3, 4)}
"""Errors that always pass (RFC 4890 4.3.1); without packet-too-big IPv6 breaks on the first tunnel."""
NEIGHBOUR = (135, 136)

NFT: dict[int, dict[str, int]] = {
    4: {
        "echo-reply": 0,
        "destination-unreachable": 3,
        "source-quench": 4,
        "redirect": 5,
        "echo-request": 8,
        "router-advertisement": 9,
        "router-solicitation": 10,
        "time-exceeded": 11,
        "parameter-problem": 12,
        "timestamp-request": 13,
        "timestamp-reply": 14,
    },
    6: {
        "destination-unreachable": 1,
        "packet-too-big": 2,
        "time-exceeded": 3,
        "parameter-problem": 4,
        "echo-request": 128,
        "echo-reply": 129,
        "mld-listener-query": 130,
        "mld-listener-report": 131,
        "mld-listener-done": 132,
        "mld-listener-reduction": 132,
        "nd-router-solicit": 133,
        "nd-router-advert": 134,
        "nd-neighbor-solicit": 135,
        "nd-neighbor-advert": 136,
        "nd-redirect": 137,
        "mld2-listener-report": 143,
    },
}
ACL: dict[int, dict[str, int]] = {
    4: {"echo": 8, "echo-reply": 0, "ttl-exceeded": 11, "host-unreachable": 3, "net-unreachable": 3,
        "port-unreachable": 3, "fragmentneed-DFset": 3, "parameter-problem": 12, "redirect": 5},
    6: {"echo": 128, "echo-request": 128, "echo-reply": 129, "packet-too-big": 2, "time-exceeded": 3,
        "hop-limit-exceeded": 3, "destination-unreachable": 1, "unreachable": 1, "err-Header-field": 4,
        "parameter-problem": 4, "neighbor-solicitation": 135, "neighbor-advertisement": 136,
        "router-solicitation": 133, "router-advertisement": 134, "redirect": 137},
}  # fmt: skip
PROTOCOL = {"icmp": 1, "ipv6-icmp": 1, "icmpv6": 1, "igmp": 2, "tcp": 6, "udp": 17, "ipv6": 41, "gre": 47, "esp": 50,
            "ah": 51, "ospf": 89, "vrrp": 112, "sctp": 132}  # fmt: skip
"""Protocol numbers; ICMPv6 (58) is written 1 here, so that both families compare."""

"""Where the names of a moved site lead: to the site host, over IPv6 to the cluster's edge where there is one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jiyue.moving import edge, names, proof
from jiyue.moving.model import Move

MOVE = Move(
    site="tyj.changsha.gov.cn", unit="长沙市体育局", platform="changsha", zone="changsha.gov.cn.", old="old-changsha",
    old4="198.19.0.50", new="site-changsha", address4="198.18.1.10", address6="3fff:ff1:100:1000::10", server="ns1",
)  # fmt: skip
EDGE6 = "3fff:ff1:100:1000::30"


@pytest.mark.parametrize(("edge6", "six"), [("", MOVE.address6), (EDGE6, EDGE6)])
def test_ipv6_leads_to_where_visitors_come_in(edge6: str, six: str) -> None:
    move = replace(MOVE, edge6=edge6)
    changes = {one.type: (one.before, one.after) for one in names.there(move)}
    assert changes == {"A": (("198.19.0.50",), ("198.18.1.10",)), "AAAA": ((), (six,))}
    assert {one.type: (one.before, one.after) for one in names.back(move)} == {
        kind: (after, before) for kind, (before, after) in changes.items()
    }
    assert {one.type: one.rdata for one in names.records(move, True)} == {"A": ("198.18.1.10",), "AAAA": (six,)}
    assert [(family, address) for family, address, _ in proof.ways(move)] == [(4, "198.18.1.10"), (6, six)]


def test_the_site_host_listens_at_its_own_address_all_the_same() -> None:
    move = replace(MOVE, edge6=EDGE6)
    text = edge.render(move.site, move.address4, move.address6, move.link, ())
    assert f"[{MOVE.address6}]:443" in text
    assert EDGE6 not in text

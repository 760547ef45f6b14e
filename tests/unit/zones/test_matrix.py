"""The zone matrix: allowed flows are merged, everything else has a probe that must fail."""

from __future__ import annotations

import pytest

from inventory.errors import InputError
from inventory.matrix import FlowRule, Service, Zone, ZoneMatrix
from ipv6.zones.flows import Flow
from ipv6.zones.matrix import denied_pairs, flows_for, listeners

MATRIX = ZoneMatrix(
    zones=(
        Zone(id="dmz", title="d", nibble=1, plane="internet", clause="c"),
        Zone(id="app", title="a", nibble=2, plane="public", clause="c"),
    ),
    services={
        "web": Service(protocol="tcp", ports=(443, 80)),
        "dns": Service(protocol="udp", ports=(53,)),
        "alt": Service(protocol="tcp", ports=(8080, 80)),
        "echo": Service(protocol="icmp"),
    },
    flows=(
        FlowRule(source="internet", target="dmz", services=("web", "echo"), reason="b"),
        FlowRule(source="internet", target="dmz", services=("alt",), reason="a"),
        FlowRule(source="internet", target="dmz", services=("dns",), reason="c", platforms=("hunan",)),
    ),
)


def test_flows_are_one_per_source_target_and_protocol() -> None:
    assert flows_for(MATRIX, "changsha") == (
        Flow("internet", "dmz", "icmp", (), "b"),
        Flow("internet", "dmz", "tcp", (80, 443, 8080), "a；b"),
    )


def test_a_rule_for_one_platform_is_only_there() -> None:
    assert Flow("internet", "dmz", "udp", (53,), "c") in flows_for(MATRIX, "hunan")
    assert not [flow for flow in flows_for(MATRIX, "changsha") if flow.protocol == "udp"]


def test_what_is_allowed_is_never_probed_as_denied() -> None:
    allowed = {(f.source, f.target, f.protocol, port) for f in flows_for(MATRIX, "hunan") for port in f.ports}
    assert allowed.isdisjoint(denied_pairs(MATRIX, "hunan"))


def test_denied_pairs_cover_every_source_and_zone() -> None:
    assert denied_pairs(MATRIX, "changsha") == (
        ("internet", "app", "tcp", 22),
        ("extranet", "dmz", "tcp", 80),
        ("extranet", "dmz", "tcp", 443),
        ("extranet", "dmz", "tcp", 8080),
        ("extranet", "app", "tcp", 22),
        ("dmz", "app", "tcp", 22),
        ("app", "dmz", "tcp", 80),
        ("app", "dmz", "tcp", 443),
        ("app", "dmz", "tcp", 8080),
    )


def test_a_listener_stands_behind_every_probe() -> None:
    assert listeners(MATRIX, "hunan", "dmz") == (("tcp", 80), ("tcp", 443), ("tcp", 8080), ("udp", 53))
    assert listeners(MATRIX, "hunan", "app") == (("tcp", 22),)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (FlowRule(source="moon", target="dmz", services=("web",), reason="r"), "no zone 'moon'"),
        (FlowRule(source="app", target="dmz", services=("ftp",), reason="r"), "no service 'ftp'"),
    ],
)
def test_unknown_names_are_refused(rule: FlowRule, message: str) -> None:
    with pytest.raises(InputError, match=message):
        flows_for(MATRIX.model_copy(update={"flows": (rule,)}), "hunan")

"""Zone flows as NetworkPolicies, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from infra.policy.network import egress_rules, ingress_rules, peers, unexpressed, zone_policies
from infra.values import StackValues, parse_values
from inventory.errors import GateError, InputError

PREFIXES = {
    "dmz": {"v4": ["198.18.1.0/24"], "v6": ["3fff:ff1:100:1000::/52"]},
    "app": {"v4": ["10.2.16.0/24"], "v6": ["3fff:10:100:2000::/52"]},
}


def values(*flows: dict[str, Any]) -> StackValues:
    """Two zones and the given flows."""
    return parse_values(
        {
            "prefixes": PREFIXES,
            "services4": "10.2.32.0/20",
            "services6": "3fff:10:100:7000::/64",
            "extranet": {"v4": "10.0.0.0/8", "v6": "3fff:10::/32"},
            "flows": list(flows),
            "sites": [],
        },
        "test",
    )


def flow(source: str, target: str, protocol: str = "tcp", ports: tuple[int, ...] = (8080,)) -> dict[str, Any]:
    """One flow as the plan gives it."""
    return {"source": source, "target": target, "protocol": protocol, "ports": list(ports)}


SAME_ZONE4 = {"podSelector": {}}
APP = {"matchLabels": {"jiyue/platform": "changsha", "jiyue/zone": "app"}}
DMZ = {"matchLabels": {"jiyue/platform": "changsha", "jiyue/zone": "dmz"}}

CASES: dict[str, tuple[dict[str, Any], str, list[dict[str, Any]]]] = {
    "a zone: its pods and its hosts, both families": (
        flow("dmz", "app"),
        "app",
        [
            {"namespaceSelector": DMZ},
            {"ipBlock": {"cidr": "198.18.1.0/24"}},
            {"ipBlock": {"cidr": "3fff:ff1:100:1000::/52"}},
        ],
    ),
    "the extranet: one block of each family": (
        flow("extranet", "dmz"),
        "dmz",
        [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"ipBlock": {"cidr": "3fff:10::/32"}}],
    ),
    "the internet: everything but the extranet, in both families": (
        flow("internet", "dmz"),
        "dmz",
        [
            {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}},
            {"ipBlock": {"cidr": "::/0", "except": ["3fff:10::/32"]}},
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_sources(case: str) -> None:
    """Each kind of source, as the target's ingress rule."""
    given, zone, expected = CASES[case]
    rules = ingress_rules("changsha", zone, values(given))
    assert rules == [{"from": [SAME_ZONE4]}, {"from": expected, "ports": [{"protocol": "TCP", "port": 8080}]}]


def test_a_flow_leaves_its_source_too() -> None:
    """Without the egress half the source's own default deny would stop it."""
    rules = egress_rules("changsha", "dmz", values(flow("dmz", "app")))
    assert rules[1]["to"][0] == {"namespaceSelector": APP}
    assert egress_rules("changsha", "app", values(flow("dmz", "app"))) == [{"to": [SAME_ZONE4]}]


def test_nothing_listed_means_only_the_zone_itself() -> None:
    """What the matrix does not list is denied."""
    assert ingress_rules("changsha", "app", values()) == [{"from": [SAME_ZONE4]}]


def test_order_of_flows_does_not_matter() -> None:
    """The same flows in any order give the same rules."""
    one, two = flow("dmz", "app"), flow("extranet", "app", "udp", (53, 9))
    assert ingress_rules("changsha", "app", values(one, two)) == ingress_rules("changsha", "app", values(two, one))


def test_echo_is_left_to_the_firewall_and_said_so() -> None:
    """A NetworkPolicy has no ICMP; a rule without ports would allow everything instead."""
    given = values(flow("internet", "dmz", "icmp", ()))
    assert ingress_rules("changsha", "dmz", given) == [{"from": [SAME_ZONE4]}]
    assert unexpressed(given) == ("internet -> dmz icmp",)


def test_a_flow_without_ports_is_refused() -> None:
    """It would open every port."""
    with pytest.raises(InputError, match="without a port"):
        ingress_rules("changsha", "app", values(flow("dmz", "app", "tcp", ())))


def test_an_unplanned_zone_is_refused() -> None:
    """Never a rule with one half of the peers."""
    with pytest.raises(InputError, match="no approved prefixes"):
        peers("changsha", "data", values())


def test_a_prefix_of_one_family_is_not_even_read() -> None:
    """A pair with an empty side never becomes a rule."""
    with pytest.raises(GateError, match=r"extranet\.v6"):
        parse_values(
            {
                "prefixes": PREFIXES,
                "services4": "10.2.32.0/20",
                "services6": "3fff:10:100:7000::/64",
                "extranet": {"v4": ["10.0.0.0/8"], "v6": []},
                "flows": [],
                "sites": [],
            },
            "test",
        )


def test_the_default_deny_names_no_family() -> None:
    """An empty selector and both directions: nothing can be forgotten for one family."""
    deny = zone_policies("changsha", "app", values())[0]
    assert deny.name == "default-deny"
    assert deny.body == {"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}

"""The firewall's table: every rule of one family has its twin, and nothing is let in by mistake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.errors import InputError
from ipv6.drivers.nftables.render import render
from ipv6.drivers.nftables.text import normalise
from ipv6.zones.flows import Flow
from tests.drivers import samples


def table(dual: bool, *flows: Flow) -> str:
    intent = samples.firewall(dual)
    assert intent.firewall is not None
    return render(replace(intent, firewall=replace(intent.firewall, flows=flows or samples.FLOWS)))["inet jiyue"]


def flow_rules(text: str, word: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if "oifname" in line and f" {word} " in line]


def test_families_are_twins() -> None:
    """Written without addresses, the rules of both families are the same, one for one."""

    def shape(rule: str) -> list[str]:
        words = rule.replace("@extranet4", "@extranet").replace("@extranet6", "@extranet").replace("icmpv6", "icmp")
        return ["ip" if word == "ip6" else "PREFIX" if "/" in word else word for word in words.split()]

    text = table(True)
    four, six = flow_rules(text, "ip"), flow_rules(text, "ip6")
    assert len(four) == len(samples.FLOWS)
    assert [shape(rule) for rule in four] == [shape(rule) for rule in six]


def test_without_prefixes_ipv6_is_dropped_before_anything_else() -> None:
    text = table(False)
    assert flow_rules(text, "ip6") == []
    forward = text.split("chain forward {\n")[1].splitlines()
    assert forward[1].strip() == "meta nfproto ipv6 drop"
    assert "ip6" not in text.split("chain input")[1]


def test_a_zone_without_ipv6_gets_no_ipv6_rule() -> None:
    intent = samples.firewall(True)
    assert intent.firewall is not None
    zones = tuple(replace(z, prefixes=z.prefixes[:1]) if z.zone == "data" else z for z in intent.firewall.zones)
    text = render(replace(intent, firewall=replace(intent.firewall, zones=zones)))["inet jiyue"]
    assert [rule for rule in flow_rules(text, "ip6") if '"data"' in rule] == []
    assert [rule for rule in flow_rules(text, "ip") if '"data"' in rule] != []


def test_both_hooks_deny_by_default() -> None:
    for dual in (False, True):
        assert table(dual).count("policy drop;") == 2


def test_outside_is_split_by_the_extranet_in_both_directions() -> None:
    text = table(True, Flow("internet", "dmz", "tcp", (80,), ""), Flow("exchange", "extranet", "tcp", (9443,), ""))
    assert 'iifname "outside" oifname "dmz" ip6 saddr != @extranet6' in text
    assert 'oifname "outside" ip6 saddr 3fff:10:100:4000::/52 ip6 daddr @extranet6 tcp dport 9443 accept' in text


def test_neighbour_discovery_only_from_the_link() -> None:
    lines = [line for line in table(True).splitlines() if "nd-neighbor" in line]
    assert len(lines) == 1
    assert "ip6 hoplimit 255 accept" in lines[0]


@pytest.mark.parametrize(
    ("flow", "said"),
    [(Flow("dmz", "nowhere", "tcp", (1,), ""), "nowhere"), (Flow("dmz", "app", "tcp", (), ""), "without ports")],
)
def test_a_flow_that_makes_no_sense_is_an_error(flow: Flow, said: str) -> None:
    with pytest.raises(InputError, match=said):
        table(True, flow)


def test_wrapped_elements_counters_and_handles_are_left_out() -> None:
    listed = (
        "table inet jiyue { # handle 7\n\tset a {\n\t\telements = { 10.0.0.0/8,\n\t\t\t     172.16.0.0/12 }\n\t}\n\n"
        "\tchain forward { # handle 1\n\t\tcounter packets 7 bytes 420 accept # handle 4\n\t}\n}\n"
    )
    assert normalise(listed) == (
        "table inet jiyue {\n\tset a {\n\t\telements = { 10.0.0.0/8, 172.16.0.0/12 }\n\t}\n"
        "\tchain forward {\n\t\tcounter accept\n\t}\n}\n"
    )

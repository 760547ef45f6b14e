"""Router access lists against the flows they come from: every packet of every pair, in both families."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from ipv6.zones.access import AccessList, AccessRule, access_list
from ipv6.zones.flows import Flow

PREFIXES = {
    "dmz": ("198.18.1.0/24", "3fff:ff1:100:1000::/52"),
    "app": ("10.2.16.0/24", "3fff:10:100:2000::/52"),
    "data": ("10.2.17.0/24", "3fff:10:100:3000::/52"),
    "extranet": ("10.0.0.0/8", "3fff:10::/28"),
}
HOSTS = {
    "dmz": ("198.18.1.9", "3fff:ff1:100:1000::9"),
    "app": ("10.2.16.9", "3fff:10:100:2000::9"),
    "data": ("10.2.17.9", "3fff:10:100:3000::9"),
    "extranet": ("10.9.9.9", "3fff:10:900::9"),
    "internet": ("203.0.113.9", "2001:db8::9"),
}
BEHIND = frozenset({"dmz", "app", "data"})
PORTS = (53, 80, 443)
FLOWS = st.builds(
    Flow,
    st.sampled_from(sorted(HOSTS)),
    st.sampled_from(sorted(HOSTS)),
    st.sampled_from(["tcp", "udp", "icmp"]),
    st.just(()),
    st.just("x"),
)


@st.composite
def flows(draw: st.DrawFn) -> list[Flow]:
    """Flows between different zones; tcp and udp have ports, echo has none."""
    found = draw(st.lists(FLOWS, max_size=8))
    ports = draw(st.lists(st.sampled_from(PORTS), min_size=len(found), max_size=len(found)))
    return [
        Flow(one.source, one.target, one.protocol, () if one.protocol == "icmp" else (port,), one.reason)
        for one, port in zip(found, ports, strict=True)
        if one.source != one.target
    ]


def permits(lists: AccessList, family: int, packet: tuple[str, str, str, int, int, str]) -> bool:
    """First match of a packet (protocol, source, target, source port, target port, kind)."""
    protocol, source, target, source_port, target_port, kind = packet

    def matches(rule: AccessRule) -> bool:
        inside = all(
            not prefix or ip_address(one) in ip_network(prefix)
            for prefix, one in ((rule.source, source), (rule.target, target))
        )
        ports = rule.source_port in (0, source_port) and rule.target_port in (0, target_port)
        kinds = not rule.kind or rule.kind == kind
        return rule.family == family and rule.protocol in ("ip", protocol) and inside and ports and kinds

    return next((rule.action == "permit" for rule in lists.rules if matches(rule)), False)


@given(found=flows())
@settings(max_examples=150, deadline=None)
def test_a_first_packet_passes_exactly_when_a_flow_allows_it(found: list[Flow]) -> None:
    into = access_list("to-zones", found, PREFIXES, BEHIND, True)
    out = access_list("from-zones", found, PREFIXES, BEHIND, False)
    for inner in sorted(BEHIND):
        for outer in ("extranet", "internet"):
            for source, target, one in ((outer, inner, into), (inner, outer, out)):
                for protocol in ("tcp", "udp", "icmp"):
                    for port in PORTS if protocol != "icmp" else (0,):
                        wanted = any(
                            (flow.source, flow.target, flow.protocol) == (source, target, protocol)
                            and (port in flow.ports or protocol == "icmp")
                            for flow in found
                        )
                        for family in (4, 6):
                            ends = HOSTS[source][family == 6], HOSTS[target][family == 6]
                            kind = "echo" if protocol == "icmp" else ""
                            assert permits(one, family, (protocol, *ends, 50000, port, kind)) == wanted


@given(found=flows())
@settings(max_examples=60, deadline=None)
def test_answers_pass_the_other_way_and_errors_always(found: list[Flow]) -> None:
    lists = [access_list("a", found, PREFIXES, BEHIND, into) for into in (True, False)]
    for one in lists:
        assert permits(one, 6, ("icmp", HOSTS["internet"][1], HOSTS["dmz"][1], 0, 0, "errors"))
    for flow in found:
        if (flow.source in BEHIND) == (flow.target in BEHIND):
            continue
        back = lists[0] if flow.source in BEHIND else lists[1]
        for family in (4, 6):
            ends = HOSTS[flow.target][family == 6], HOSTS[flow.source][family == 6]
            kind = {"tcp": "established", "icmp": "echo-reply"}.get(flow.protocol, "")
            port = flow.ports[0] if flow.ports else 0
            assert permits(back, family, (flow.protocol, *ends, port, 50000, kind))


@given(found=flows())
@settings(max_examples=40, deadline=None)
def test_both_families_say_the_same_in_the_same_order(found: list[Flow]) -> None:
    one = access_list("a", found, PREFIXES, BEHIND, True)
    four, six = ([rule for rule in one.rules if rule.family == family] for family in (4, 6))
    said = [
        [(rule.action, rule.protocol, rule.source_port, rule.target_port, rule.kind) for rule in x] for x in (four, six)
    ]
    assert said[0] == said[1]
    assert (four[-1].action, four[-1].protocol) == (six[-1].action, six[-1].protocol) == ("deny", "ip")


def test_a_zone_without_ipv6_has_no_list_of_it() -> None:
    only4 = {zone: prefixes[:1] for zone, prefixes in PREFIXES.items()}
    one = access_list("a", [Flow("internet", "dmz", "tcp", (80,), "x")], only4, BEHIND, True)
    assert {rule.family for rule in one.rules} == {4}

"""Every rule of a spec: one break each, and what the error says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lab.check import problems
from lab.spec import FileSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec, NodeSpec, RouteSpec, ServiceSpec

from .specs import PLANE, pair


def host(**changes: object) -> LabSpec:
    """The pair with its left host changed."""
    spec = pair()
    return replace(spec, hosts=(replace(spec.hosts[0], **changes), spec.hosts[1]))  # type: ignore[arg-type]


def plane(**changes: object) -> LabSpec:
    """The pair with its control plane changed."""
    return replace(pair(), control_plane=replace(PLANE, **changes))  # type: ignore[arg-type]


def address(text: str) -> LabSpec:
    return host(interfaces=(InterfaceSpec("eth0", "wire", (text,)),))


CASES: list[tuple[Callable[[], LabSpec], str]] = [
    (lambda: replace(pair(), hosts=(*pair().hosts, pair().hosts[0])), "host left: this host is there twice"),
    (lambda: replace(pair(), links=(*pair().links, LinkSpec("hall", "lan"))), "link hall: this link is there twice"),
    (lambda: host(mgmt4="192.168.240.3/20"), "share management address 192.168.240.3/20"),
    (lambda: host(mgmt4="192.168.240.1/20"), "management address 192.168.240.1/20 is not usable"),
    (lambda: host(mgmt4="10.0.0.9/20"), "management address 10.0.0.9/20 is not usable"),
    (lambda: host(mgmt4="fe80::1/64"), "is not IPv4"),
    (lambda: host(name="Left"), "host Left: not a host name"),
    (lambda: host(netns=("a b",)), "netns a b: not a namespace name"),
    (lambda: host(interfaces=(InterfaceSpec("eth0", "wir"),)), "unknown link wir"),
    (lambda: host(interfaces=()), "link wire: p2p joins 1 interfaces (right:eth0)"),
    (lambda: replace(pair(), links=(LinkSpec("wire", mtu=100), LinkSpec("hall", "lan"))), "mtu 100 is outside"),
    (lambda: host(interfaces=(InterfaceSpec("mgmt0", "wire"),)), "not a free interface name"),
    (lambda: host(interfaces=(InterfaceSpec("a-name-much-too-long", "wire"),)), "not a free interface name"),
    (
        lambda: host(interfaces=(InterfaceSpec("eth0", "wire"), InterfaceSpec("eth0", "hall"))),
        "interface host:eth0: this interface is there twice",
    ),
    (lambda: address("10.0.0.1/33"), "'10.0.0.1/33' is not an address with a prefix length"),
    (lambda: address("192.168.241.1/24"), "192.168.241.1/24 lies in the management network"),
    (lambda: host(disable4=True), "10.0.0.1/30 on a host without IPv4"),
    (
        lambda: host(disable6=True, interfaces=(InterfaceSpec("eth0", "wire", ("3fff::1/64",)),)),
        "3fff::1/64 on a host without IPv6",
    ),
    (lambda: host(routes=(RouteSpec("default via 10.0.0.2; reboot"),)), "is not a route"),
    (lambda: host(routes=(RouteSpec("default via 10.0.0.2", "dmz"),)), "unknown netns dmz"),
    (lambda: host(files=(FileSpec("/etc/../x"),)), "not an absolute path"),
    (lambda: host(services=(ServiceSpec("x", ("a",)), ServiceSpec("x", ("a",)))), "this service is there twice"),
    (lambda: host(services=(ServiceSpec("x y", ("a",)),)), "not a service name"),
    (lambda: host(services=(ServiceSpec("x", ()),)), "no command"),
    (lambda: host(services=(ServiceSpec("x", ("a",), netns="dmz"),)), "unknown netns dmz"),
    (lambda: host(services=(ServiceSpec("x", ("a",), ready="tcp:99999"),)), "is not a readiness"),
    (lambda: host(services=(ServiceSpec("x", ("a",), ready="port 1"),)), "is not a readiness"),
    (lambda: plane(service_cidrs=("10.96.0.0/16", "10.97.0.0/16")), "not one range of each family"),
    (lambda: plane(service_cidrs=("10.96.0.1/16", "3fff::/112")), "10.96.0.1/16 has host bits set"),
    (lambda: plane(nodes=(NodeSpec("n", ("10.97.0.0/18",)),)), "node n: 10.97.0.0/18 is not one range of each family"),
    (lambda: plane(nodes=(*PLANE.nodes, *PLANE.nodes)), "node node-1: this node is there twice"),
    (lambda: plane(etcd_port=16443), "port 16443 is used twice"),
]


def test_the_pair_is_in_order() -> None:
    assert problems(pair()) == []


@pytest.mark.parametrize(("broken", "says"), CASES, ids=[says for _, says in CASES])
def test_a_broken_rule_is_named(broken: Callable[[], LabSpec], says: str) -> None:
    found = problems(broken())
    assert [problem for problem in found if says in str(problem)]
    assert all(problem.fix and problem.exit_code == 2 for problem in found)


def test_all_problems_come_at_once() -> None:
    bad = HostSpec("Bad", "nonsense", interfaces=(InterfaceSpec("eth0", "nowhere", ("x",)),))
    assert len(problems(replace(pair(), hosts=(*pair().hosts, bad)))) == 4

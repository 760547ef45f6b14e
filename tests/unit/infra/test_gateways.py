"""Many sites on several Gateways within the API's limits, and clusters on which no Gateway could be made or served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest

from infra import gateways, serving
from infra.components import naming
from infra.fleetwork import Fleet, Job
from infra.live import Absent
from infra.objects.gateways import ADDRESSES, HOSTNAMES, SITES, Backend, entries, gateway_objects
from infra.objects.meta import Scope
from infra.objects.platform import Settings
from infra.objects.rbac import DUTIES
from infra.rendering import settings_of
from infra.values import SiteAddress
from infra.workcopy import WorkCopy
from inventory.errors import EnvironmentFailed, GateError, InputError
from tests.infra.world import PLATFORMS, approved, inventory, objects

ENTRY = ("198.18.1.30", "3fff:ff1:100:1000::30")
SERVED = "/apis/gateway.networking.k8s.io/v1/"


def sites(count: int, shared: int = 1) -> list[SiteAddress]:
    """So many sites, `shared` of them at each pair of addresses."""
    four, six = IPv4Address("198.18.9.1"), IPv6Address("3fff:ff1:9::1")
    return [
        SiteAddress(name=f"s{n:03}.gov.cn", address4=four + n // shared, address6=six + n // shared)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "shared", "edge", "held"),
    [
        (0, 1, (), []),
        (8, 1, (), [8]),
        (9, 1, (), [8, 1]),
        (20, 20, (), [20]),
        (20, 4, (), [20]),
        (61, 61, (), [60, 1]),
        (60, 1, ENTRY, [60]),
        (61, 1, ENTRY, [60, 1]),
        (130, 1, ENTRY, [60, 60, 10]),
    ],
)
def test_sites_are_spread_within_the_limits_of_the_api(
    count: int, shared: int, edge: tuple[str, ...], held: list[int]
) -> None:
    """At most 60 sites and 16 addresses on one Gateway, every site on exactly one."""
    found = entries(sites(count, shared), edge)
    assert [len(one.sites) for one in found] == held
    assert [one.name for one in found] == ["edge", "edge-2", "edge-3"][: len(held)]
    assert sorted(site.name for one in found for site in one.sites) == [site.name for site in sites(count)]
    for one in found:
        own = {str(address) for site in one.sites for address in (site.address4, site.address6)}
        assert len(one.sites) <= SITES and len(one.addresses) <= ADDRESSES
        assert set(one.addresses) == (set(edge) or own)
        assert sum(":" in address for address in one.addresses) * 2 == len(one.addresses)


def test_the_order_of_the_sites_does_not_matter_and_a_new_one_moves_no_other() -> None:
    """The next free address comes after those in use."""
    before = entries(sites(20), ())
    assert entries(list(reversed(sites(20))), ()) == before
    after = entries(sites(21), ())
    place = {site.name: one.name for one in after for site in one.sites}
    assert all(place[site.name] == one.name for one in before for site in one.sites)


def test_a_large_platform_has_every_route_on_its_own_gateway() -> None:
    """61 sites: two Gateways, each with its listeners, and every name led to HTTPS by sixteens."""
    values = approved("changsha").values.model_copy(update={"sites": tuple(sites(61))})
    pattern = inventory().platform_by_name["changsha"].sites[0]
    known = [pattern.model_copy(update={"name": one.name}) for one in values.sites]
    made = gateway_objects(Scope("changsha", "dmz"), known, "jiyue", Backend("edge", 80), values)
    held = {one.name: one.body["spec"]["listeners"] for one in made if one.kind == "Gateway"}
    assert {name: len(listeners) for name, listeners in held.items()} == {"edge": 61, "edge-2": 2}
    assert all(len(listeners) <= 64 for listeners in held.values())
    led: list[str] = []
    for one in made:
        if one.kind == "HTTPRoute":
            (parent,) = one.body["spec"]["parentRefs"]
            assert parent["sectionName"] in [listener["name"] for listener in held[parent["name"]]]
            if "to-https" in one.name:
                assert len(one.body["spec"]["hostnames"]) <= HOSTNAMES
                led += one.body["spec"]["hostnames"]
    assert sorted(led) == sorted(one.name for one in values.sites)
    assert len({one.key for one in made}) == len(made) == 2 + 61 + 5


def test_names_of_listeners_are_free_of_the_plain_one() -> None:
    """`http` can be no site's: its name has a dash where the domain has a dot."""
    assert all("-" in naming.route(site.name) for platform in inventory().platforms for site in platform.sites)


class Server:
    """An API server that serves these paths, with these classes and the condition Accepted of each."""

    def __init__(self, classes: Mapping[str, str] | None = None, without: str = "") -> None:
        self.classes = {"jiyue": "Unknown"} if classes is None else classes
        self.without = without
        self.asked: list[str] = []

    def get(self, path: str) -> Mapping[str, Any]:
        """As `infra.cluster.ApiServer` answers."""
        path = path.partition("?")[0]
        self.asked.append(path)
        if self.without and path.startswith(f"{SERVED}{self.without}"):
            raise Absent("kubeconfig (x)", f"{path} answers 404", "look")
        if not path.endswith("/gatewayclasses"):
            return {"items": []}
        return {
            "items": [
                {"metadata": {"name": name}, "status": {"conditions": [{"type": "Accepted", "status": said}]}}
                for name, said in self.classes.items()
            ]
        }

    def close(self) -> None:
        """Nothing is open."""


def job(platform: str, **settings: Any) -> Job:
    return Job(platform, WorkCopy(Path("/nowhere"), "lab", platform), objects(platform, Settings(**settings)))


def fleet(kind: str = "lab") -> Fleet:
    here = inventory()
    environment = here.environment.model_copy(update={"kind": kind})
    return Fleet(
        Path("/nowhere"), here.model_copy(update={"environment": environment}), Path("/config"), {}, Path("/pulumi")
    )


def said(server: Server, *jobs: Job, kind: str = "lab") -> list[str]:
    return [str(one) for one in gateways.refusals(server, fleet(kind), jobs)]


def test_a_cluster_with_definitions_and_class_is_fit() -> None:
    """In a lab nobody has to accept the class; elsewhere a controller has."""
    assert said(Server(), job("changsha"), job("zhuzhou")) == []
    assert said(Server({"jiyue": "True"}), job("changsha"), kind="field") == []


@pytest.mark.parametrize("lacking", ["gateways", "httproutes", "gatewayclasses", ""])
def test_without_the_definitions_every_stack_is_refused_at_once(lacking: str) -> None:
    """Place, cause and fix; the cluster is asked once for all of its stacks."""
    server = Server(without=lacking or "g")
    found = said(server, job("changsha"), job("zhuzhou"))
    path = f"{SERVED}{lacking or 'gateways'}"
    assert found == [
        f"stack {name}: the cluster of context jiyue-lab does not serve {path}; install the Gateway API's standard "
        "channel (v1.0 or newer) and an implementation of it in the cluster"
        for name in ("changsha", "zhuzhou")
    ]
    assert len(server.asked) == len(set(server.asked))


@pytest.mark.parametrize(
    ("server", "kind", "words"),
    [
        (Server({}), "lab", r"has no GatewayClass jiyue \(there are: none\); name one that is there: gateway_class in"),
        (Server({"cilium": "True", "a": "True"}), "lab", r"has no GatewayClass jiyue \(there are: a, cilium\)"),
        (Server({"jiyue": "Unknown"}), "field", "has a GatewayClass jiyue that no controller has accepted"),
        (Server({"jiyue": "False"}), "field", "has a GatewayClass jiyue that no controller has accepted"),
    ],
)
def test_a_class_that_is_not_there_or_not_served_is_refused(server: Server, kind: str, words: str) -> None:
    (error,) = gateways.refusals(server, fleet(kind), [job("changsha")])
    assert isinstance(error, GateError) and error.exit_code == 3
    with pytest.raises(GateError, match=words):
        raise error


def test_each_stack_is_asked_for_its_own_class() -> None:
    server = Server({"jiyue": "Unknown"})
    (line,) = said(server, job("changsha"), job("zhuzhou", gateway_class="cilium"))
    assert line.startswith("stack zhuzhou: ") and "GatewayClass cilium" in line


def test_what_every_cluster_lacks_is_said_in_one_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """All stacks, whatever each of them lacks."""
    monkeypatch.setattr(serving, "ApiServer", lambda kubeconfig, context: Server({}))
    with pytest.raises(GateError) as caught:
        serving.check(fleet(), [job(name) for name in PLATFORMS])
    assert all(f"stack {name}" in str(caught.value) for name in PLATFORMS)
    monkeypatch.setattr(serving, "ApiServer", lambda kubeconfig, context: Server())
    serving.check(fleet(), [job(name) for name in PLATFORMS])


def test_a_server_that_fails_is_not_taken_for_one_without_the_api() -> None:
    class Broken(Server):
        def get(self, path: str) -> Mapping[str, Any]:
            raise EnvironmentFailed("kubeconfig (x)", f"{path} answers 503", "look")

    with pytest.raises(EnvironmentFailed, match="503") as caught:
        said(Broken(), job("changsha"))
    assert caught.value.exit_code == 4


def test_a_stack_without_sites_needs_no_gateway() -> None:
    """And its cluster is not asked for one."""
    server, bare = Server(without="g"), job("changsha")
    assert said(server, replace(bare, objects=replace(bare.objects, edge=()))) == []
    assert server.asked == []


def test_the_class_comes_from_the_environment_unless_the_stack_names_another() -> None:
    here = inventory()
    field = here.model_copy(update={"environment": here.environment.model_copy(update={"gateway_class": "cilium"})})
    assert settings_of({}, "x", field).gateway_class == "cilium"
    assert settings_of({"gatewayClass": ""}, "x", field).gateway_class == "cilium"
    assert settings_of({"gatewayClass": "envoy"}, "x", field).gateway_class == "envoy"
    assert settings_of({}, "x", here).gateway_class == Settings().gateway_class == "jiyue"


def test_operations_write_routes_and_only_read_gateways() -> None:
    """Where a platform is entered comes from the plan; nobody has a right to the API that was before."""
    held = {
        (duty, name): set(rule["verbs"])
        for duty, (_, rules) in DUTIES.items()
        for rule in rules
        for name in rule["resources"]
        if name in ("gateways", "httproutes", "ingresses")
    }
    read = {"get", "list", "watch"}
    assert held == {
        ("operations", "gateways"): read,
        ("operations", "httproutes"): read | {"create", "delete", "patch", "update"},
        ("audit", "gateways"): read,
        ("audit", "httproutes"): read,
    }


def test_the_setting_that_was_is_an_error() -> None:
    """It would be left out in silence."""
    with pytest.raises(InputError, match=r"jiyue:gatewayClass") as caught:
        settings_of({"ingressClass": "nginx"}, "stacks/Pulumi.x.yaml", inventory())
    assert str(caught.value).startswith("stacks/Pulumi.x.yaml: jiyue:ingressClass")

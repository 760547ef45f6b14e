"""Gateways on the real engine and API server: made, found when changed, refused where nobody could serve them."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra import fleetwork as work
from infra.cluster import ApiServer
from infra.fleet import Fleet, drift, preview, up
from infra.manifest import Manifest
from inventory.errors import GateError
from jiyue.engines import require
from lab import gateway_api
from lab.kube_api import KubeApi
from tests.infra import kills
from tests.infra.scene import checkout, control_plane, fleet_of
from tests.infra.world import objects

pytestmark = pytest.mark.lab
PROVINCE, NAME = "hunan", "changsha"
DMZ = f"/apis/{gateway_api.GROUP}/v1/namespaces/{NAME}-dmz"
STEPS = kills.smaller(objects(NAME)).steps


@dataclass(frozen=True)
class Scene:
    """A fleet whose city is up with few functions, and its cluster."""

    fleet: Fleet
    approved: Mapping[str, tuple[str, Mapping[str, object]]]
    api: KubeApi

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> int:
        """One request to the API server, under a stranger's name."""
        server = ApiServer(self.fleet.kubeconfig, self.fleet.context(NAME))
        connection = http.client.HTTPSConnection(server.host, server.port, context=server.tls)
        text = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/merge-patch+json"}
        connection.request(method, f"{path}?fieldManager=stranger", text, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def up(self) -> tuple[str, int, int]:
        """State, created and updated of the city's next `up`."""
        result = up(self.fleet, [NAME], self.approved)[NAME]
        return result.state, result.created, result.updated


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The province and the city are up."""
    base = tmp_path_factory.mktemp("gateways")
    approved = checkout(base / "project", (PROVINCE, NAME))
    with control_plane(base / "plane") as plane, pytest.MonkeyPatch.context() as patched:
        patched.setattr(work, "render", lambda *given: kills.smaller(kills.RENDER(*given)))
        fleet = fleet_of(base / "project", plane)
        server = ApiServer(fleet.kubeconfig, fleet.context(NAME))
        made = up(fleet, [PROVINCE, NAME], approved)
        assert {name: one.state for name, one in made.items()} == {PROVINCE: "updated", NAME: "updated"}, made
        yield Scene(fleet, approved, KubeApi(server.port, Path(plane) / "kube" / "pki"))


def of_kind(kind: str) -> list[Manifest]:
    """The city's objects of a kind."""
    return [item for item in objects(NAME).all if item.kind == kind]


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_what_was_made_agrees_and_the_engine_finds_nothing_to_do(scene: Scene) -> None:
    """Though nobody serves the class: its defaults and status are no drift."""
    for kind, path in (("Gateway", "gateways"), ("HTTPRoute", "httproutes")):
        status, text = scene.api.call("GET", f"{DMZ}/{path}")
        assert status == 200
        held = {item["metadata"]["name"] for item in json.loads(text)["items"]}
        assert held == {item.name for item in of_kind(kind)} and held
    assert drift(scene.fleet, [NAME])[NAME].state == "unchanged"
    asked = preview(scene.fleet, [NAME])[NAME]
    assert (asked.unchanged, asked.reason) == (STEPS, "nothing to change")


def test_a_changed_gateway_or_route_is_drift_and_taken_back(scene: Scene) -> None:
    """Another class, one family less, another service behind a site, a route that is gone."""
    gateway, route = f"{DMZ}/gateways/edge", f"{DMZ}/httproutes/www-{NAME}-gov-cn"
    four = {"type": "IPAddress", "value": "198.18.1.30"}
    assert scene.call("PATCH", gateway, {"spec": {"gatewayClassName": "other", "addresses": [four]}}) == 200
    assert scene.call("PATCH", route, {"spec": {"rules": [{"backendRefs": [{"name": "other", "port": 80}]}]}}) == 200
    assert scene.call("DELETE", f"{DMZ}/httproutes/edge-to-https") == 200
    found = drift(scene.fleet, [NAME])[NAME]
    assert found.state == "drifted"
    for words in (
        f'Gateway {NAME}-dmz/edge: spec.gatewayClassName is "other" instead of "jiyue"',
        f"Gateway {NAME}-dmz/edge: spec.addresses has 1 entries instead of 2",
        f'HTTPRoute {NAME}-dmz/www-{NAME}-gov-cn: spec.rules[0].backendRefs[0].name is "other" instead of "edge"',
        f"HTTPRoute {NAME}-dmz/edge-to-https: is missing",
    ):
        assert words in found.lines, found.lines
    assert scene.up() == ("updated", 1, 2)
    assert drift(scene.fleet, [NAME])[NAME].state == "unchanged"


def test_the_limits_that_sites_are_spread_by_are_the_servers(scene: Scene) -> None:
    """64 listeners and 16 addresses of a Gateway, 16 names of a route."""
    gateway, route = f"{DMZ}/gateways/edge", f"{DMZ}/httproutes/www-{NAME}-gov-cn"
    listeners = [{"name": f"n{number}", "port": 1 + number, "protocol": "HTTP"} for number in range(65)]
    addresses = [{"type": "IPAddress", "value": f"198.18.9.{number}"} for number in range(17)]
    for path, body in (
        (gateway, {"listeners": listeners}),
        (gateway, {"addresses": addresses}),
        (route, {"hostnames": [f"n{number}.gov.cn" for number in range(17)]}),
    ):
        assert scene.call("PATCH", path, {"spec": body}) == 422


def test_a_cluster_without_class_or_definitions_is_refused(scene: Scene) -> None:
    """By preview and up, before an engine starts; drift names what is missing; once it is back the stack is whole."""

    def refused(words: str) -> None:
        for attempt in (lambda: preview(scene.fleet, [NAME]), lambda: up(scene.fleet, [NAME], scene.approved)):
            with pytest.raises(GateError, match=words) as caught:
                attempt()
            assert str(caught.value).startswith(f"stack {NAME}: the cluster of context jiyue-lab ")

    assert scene.call("DELETE", f"{gateway_api.SERVED}/gatewayclasses/jiyue") == 200
    refused(r"has no GatewayClass jiyue \(there are: none\); name one that is there")
    routes = f"{gateway_api.SERVED}/httproutes"
    assert scene.call("DELETE", f"{gateway_api.DEFINITIONS}/httproutes.{gateway_api.GROUP}") == 200
    until(lambda: scene.api.call("GET", routes)[0] == 404)
    refused(f"does not serve {routes}; install the Gateway API")
    why = "is missing, and the cluster does not serve gateway.networking.k8s.io/v1"
    gone = of_kind("HTTPRoute")
    assert drift(scene.fleet, [NAME])[NAME].lines == tuple(f"{item.place}: {why}" for item in gone)

    assert not gateway_api.define(scene.api, gateway_api.definitions(require().gateway_crds))
    until(lambda: gateway_api.offered(scene.api, "jiyue"))
    assert scene.up() == ("updated", len(gone), 0)
    assert drift(scene.fleet, [NAME])[NAME].state == "unchanged"

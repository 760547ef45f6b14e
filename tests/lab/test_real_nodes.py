"""The province and the canary city on real nodes: their stacks' zones tried by packets, a record between libraries.

What stands for firewalls and routers here is one plain router, so every closed path is closed by a NetworkPolicy.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.components import naming
from infra.live import object_path
from infra.manifest import Manifest
from infra.objects.services import fixed_addresses
from ipv6.plan.lookup import Lookup
from ipv6.plan.records import records
from ipv6.verify.build_pods import pod_subject
from ipv6.verify.check import discover
from ipv6.verify.model import FAMILIES, CheckResult, Pass
from jiyue.engines import require
from jiyue.probe.pods import SPACES, pod_places, real_nodes, spaces
from jiyue.probe.rounds import measure
from jiyue.probe.runner import Runner
from jiyue.probe.ssh import ssh
from lab import scene_nodes
from lab.groups import ROOT
from lab.kube_api import KubeApi
from lab.runtime import down, up
from lab.spec import ControlPlaneSpec, HostSpec, InterfaceSpec, LabSpec, LinkSpec, RouteSpec, ServiceSpec
from lab.state import control_dir
from tests.infra import world

from . import machine
from .test_control_plane import free_ports

pytestmark = pytest.mark.lab

SERVICES = ("10.96.0.0/16", "fd00:96::/112")
CANARY, PROVINCE = "changsha", "hunan"
RUN = {
    CANARY: ("publishing", "push", "site-management", "protection"),
    PROVINCE: ("push",),
}
"""One function per zone that has no pod otherwise; the DMZ has the edge, the data zone the library."""
VISITOR = ("198.19.9.2", "3fff:ff0:9::2")
ORIGIN = """\
import http.server, socketserver, socket, threading
class Says(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"the site host at {self.connection.getsockname()[0]}".encode())
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
threading.Thread(target=Server(("::", 80), Says).serve_forever).start()
Server(("::", 443), Says).serve_forever()
"""
POLICY = "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies/{}"


def plan() -> Lookup:
    return Lookup(world.inventory(), world.claims())


def between() -> HostSpec:
    """A router with the firewalls' addresses on both exchange LANs and in the DMZ, and the visitor's gateway."""
    found, interfaces, routes = plan(), [], []
    for name in (PROVINCE, CANARY):
        platform = found.inv.platform_by_name[name]
        device = next(one for one in platform.devices if one.role == "firewall")
        for zone in ("exchange", "dmz")[: 1 + (name == CANARY)]:
            port = next(one for one in device.interfaces if one.name == zone)
            interfaces.append(InterfaceSpec(f"{name}-{zone}"[-15:], port.link, found.port(device, port)))
        hops = zip(found.services(platform), found.cluster(platform), strict=True)
        routes += [RouteSpec(f"{prefix} via {hop}") for prefix, hop in hops]
    interfaces.append(InterfaceSpec("visitors", "visitors", ("198.19.9.1/24", "3fff:ff0:9::1/64")))
    return HostSpec("between", "192.168.240.9/20", True, True, interfaces=tuple(interfaces), routes=tuple(routes))


def visitor() -> HostSpec:
    """Somebody on the internet."""
    routes = (RouteSpec("default via 198.19.9.1"), RouteSpec("default via 3fff:ff0:9::1"))
    link = InterfaceSpec("visitors", "visitors", tuple(f"{one}/{24 if '.' in one else 64}" for one in VISITOR))
    return HostSpec("visitor", "192.168.240.8/20", interfaces=(link,), routes=routes)


def origin() -> HostSpec:
    """The canary's site host as far as the edge sees it: at its sites' addresses, without a way to anywhere else."""
    sites = world.approved(CANARY).values.sites
    served = (address for one in sites for address in (f"{one.address4}/24", f"{one.address6}/64"))
    link = InterfaceSpec("dmz", "dmz-changsha", tuple(served))
    serving = ServiceSpec("sites", ("/usr/bin/python3", "-c", ORIGIN), ready="tcp:443")
    return HostSpec("site-changsha", "192.168.240.7/20", interfaces=(link,), services=(serving,))


def lab(group: str) -> LabSpec:
    inv = world.inventory()
    nodes = [one for one in scene_nodes.nodes(inv, (PROVINCE, CANARY)) if one.real]
    plane = ControlPlaneSpec(service_cidrs=SERVICES, nodes=tuple(nodes), **free_ports())
    hosts = (between(), visitor(), origin(), *scene_nodes.hosts(inv, nodes, plane.apiserver_port, SERVICES, group))
    links = sorted({interface.link for host in hosts for interface in host.interfaces})
    return LabSpec("nodes", hosts, tuple(LinkSpec(link, "lan") for link in links), plane, scene_nodes.images(inv))


class Cluster:
    """The lab with what the tests ask of it."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.api = KubeApi(port, directory / "kube" / "pki")
        self.config = directory / "ssh_config"

    def get(self, path: str) -> list[dict[str, Any]]:
        status, text = self.api.call("GET", path)
        assert status == 200, text
        found: list[dict[str, Any]] = json.loads(text)["items"]
        return found

    def make(self, item: Manifest) -> None:
        path = object_path(item).rpartition("/")[0]
        until(lambda: self.api.create(path, item.document()), lambda wrong: not wrong, 20)

    def spaces(self) -> dict[str, dict[str, str]]:
        return {node: spaces(ssh(self.config, node, SPACES).out.decode()) for node in self.nodes()}

    def nodes(self) -> tuple[str, ...]:
        return real_nodes(self.get("/api/v1/nodes"))

    def zones(self) -> dict[str, CheckResult]:
        """What the checks of the zone matrix say of the canary's pods."""
        places = pod_places(self.get("/api/v1/pods"), self.spaces())
        subject = pod_subject(world.inventory().matrix, CANARY, places[CANARY])
        checks = [check for check in discover() if check.id in ("zone-allow", "zone-deny")]
        return {one.check: one for one in measure(checks, [subject], Runner(self.config)).results}

    def run(self, platform: str, zone: str, argv: str) -> subprocess.CompletedProcess[str]:
        """Run shell text in the network namespace of the platform's pod in a zone."""
        place = pod_places(self.get("/api/v1/pods"), self.spaces())[platform][zone]
        reply = ssh(self.config, place.vantage(4), f"nsenter --net=/run/netns/{place.netns} {argv}")
        return subprocess.CompletedProcess(argv, reply.code, reply.out.decode(), reply.err)


def until(ask: Callable[[], Any], good: Callable[[Any], bool], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not good(found := ask()):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def wanted(platform: str) -> list[Manifest]:
    """What the platform's stack declares of zones, library, edge and the functions of `RUN`."""
    found = world.objects(platform)
    items = [found.ranges, *(item for zone in found.zones.values() for item in zone), *found.library, *found.edge]
    items += [item for function in RUN[platform] for item in found.functions[function]]
    return [item for item in items if item.kind not in ("CronJob", "Gateway", "HTTPRoute")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    path = tmp_path_factory.mktemp("nodes") / "state"
    before = machine.picture()
    group = control_dir(path).name
    spec = lab(group)
    assert spec.control_plane is not None
    up(spec, path, binaries=require())
    try:
        found = Cluster(path, spec.control_plane.apiserver_port)
        for node in spec.control_plane.nodes:
            script = scene_nodes.entry_script(world.inventory(), world.claims(), node.dedicated, node)
            assert ssh(found.config, node.name, "sh", script.encode()).code == 0
        count = 0
        for platform in (PROVINCE, CANARY):
            items = wanted(platform)
            for item in items:
                found.make(item)
            count += sum(
                int(item.body["spec"].get("replicas", 0)) for item in items if "replicas" in item.body.get("spec", ())
            )

        def ready() -> list[str]:
            pods = found.get("/api/v1/pods")
            conditions = [{one["type"]: one["status"] for one in pod["status"].get("conditions", ())} for pod in pods]
            return [str(each.get("Ready")) for each in conditions]

        until(ready, lambda states: states == ["True"] * count, 60)
        yield found
    finally:
        down(path)
    assert machine.picture() == before
    assert not [folder for folder in (ROOT / group, *ROOT.glob(f"*/{group}")) if folder.exists()]


def test_pods_run_on_their_platforms_node_with_both_families(cluster: Cluster) -> None:
    pods = cluster.get("/api/v1/pods")
    placed = {(pod["metadata"]["namespace"].partition("-")[0], pod["spec"]["nodeName"]) for pod in pods}
    assert placed == {(CANARY, f"node-{CANARY}"), (PROVINCE, f"node-{PROVINCE}")}
    families = {tuple(":" in one["ip"] for one in pod["status"]["podIPs"]) for pod in pods}
    assert families == {(False, True)}


def test_every_pair_of_the_zone_matrix_is_as_specified_over_both_families(cluster: Cluster) -> None:
    found = cluster.zones()
    assert {name: (type(one.verdict), one.reasons) for name, one in found.items()} == {
        "zone-allow": (Pass, ()),
        "zone-deny": (Pass, ()),
    }


def test_a_policy_that_is_missing_or_too_many_is_noticed(cluster: Cluster) -> None:
    namespace, name = f"{CANARY}-data", "allow-ingress"
    kept = next(one for one in world.objects(CANARY).zones["data"] if one.name == name)
    status, text = cluster.api.call("DELETE", POLICY.format(namespace, name))
    assert status == 200, text
    closed = until(lambda: cluster.zones()["zone-allow"], lambda one: not isinstance(one.verdict, Pass), 30)
    assert {reason.split(" is allowed")[0] for reason in closed.reasons} >= {"app to data tcp/5432"}
    cluster.make(kept)
    open_ = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{}], "egress": [{}]}
    for zone in ("dmz", "data"):
        cluster.make(replace(kept, namespace=f"{CANARY}-{zone}", name="foreign", body={"spec": open_}))
    opened = until(lambda: cluster.zones()["zone-deny"], lambda one: not isinstance(one.verdict, Pass), 30)
    assert any(reason.startswith("dmz to data tcp/5432 must be blocked") for reason in opened.reasons), opened.reasons
    for zone in ("dmz", "data"):
        cluster.api.call("DELETE", POLICY.format(f"{CANARY}-{zone}", "foreign"))
    until(cluster.zones, lambda found: all(isinstance(one.verdict, Pass) for one in found.values()), 30)


def test_services_of_the_plan_answer_across_the_extranet_in_both_families(cluster: Cluster) -> None:
    values = world.approved(CANARY).values
    push = next(one for one in world.inventory().functions if one.id == "push")
    for family, address in zip(FAMILIES, fixed_addresses(values, naming.function_number(push.port)), strict=True):
        url = f"http://[{address}]:9443/" if family == 6 else f"http://{address}:9443/"
        for source in ("between", PROVINCE):
            command = f"curl -sS -g -m 5 {url}"
            if source == "between":
                text = ssh(cluster.config, source, command).out.decode()
            else:
                text = cluster.run(source, "exchange", command).stdout
            assert json.loads(text)["function"] == "push"


def test_a_record_of_the_canary_is_readable_at_the_province_over_ipv6(cluster: Cluster) -> None:
    content = "政策解读：先入库、后使用"
    digest = hashlib.sha256(content.encode()).hexdigest()
    places = pod_places(cluster.get("/api/v1/pods"), cluster.spaces())[CANARY]
    library = places["data"].address(6)
    number = naming.function_number(next(one.port for one in world.inventory().functions if one.id == "push"))
    entry = fixed_addresses(world.approved(CANARY).values, number)[1]

    def ask(where: tuple[str, str], base: str, path: str, more: str = "") -> tuple[int, dict[str, Any]]:
        done = cluster.run(*where, f"curl -6 -sS -g -m 8 -w '\\n%{{http_code}}' {more} http://{base}{path}")
        text, _, code = done.stdout.rpartition("\n")
        assert code, done.stderr
        return int(code), json.loads(text)

    city, province = (CANARY, "app"), (PROVINCE, "exchange")
    own, through = f"[{library}]:5432", f"-H 'Jiyue-Next: [{library}]:5432'"
    record = {"category": "政策", "source": "长沙市", "sha256": digest, "content": content}
    refused, said = ask(city, own, f"/pages/{digest}")
    assert (refused, "stand-in" in said["stand_in"]) == (403, True)
    wrong = json.dumps({**record, "content": "别的内容"}, ensure_ascii=False)
    assert ask(city, own, "/records", f"-d '{wrong}'")[0] == 422
    assert ask(city, own, "/records", f"-d '{json.dumps(record, ensure_ascii=False)}'")[0] == 201
    assert ask(province, f"[{entry}]:9443", f"/records/{digest}", through)[1]["record"] == record
    page = {"page": content, "source": "长沙市", "stand_in": said["stand_in"]}
    assert ask(province, f"[{entry}]:9443", f"/pages/{digest}", through) == (200, page)


def test_visitors_enter_at_the_edge_and_are_known_there(cluster: Cluster) -> None:
    """From the internet to the edge's pod by the planned addresses, and on to the site host; nobody else may enter."""
    canary = plan().inv.platform_by_name[CANARY]
    edge = plan().edge(canary)
    for address, asker in zip(edge, VISITOR, strict=True):
        for port in (80, 443):
            url = f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"
            command = f"curl -sS -g -m 5 {url}"
            said = until(lambda: ssh(cluster.config, "visitor", command).out, bool, 30)  # noqa: B023
            served = "::ffff:198.18.1.10" if "." in address else "3fff:ff1:100:1000::10"
            assert said.decode() == f"the site host at {served}", "the portal's address, in the visitor's family"
        assert f"edge: [{asker}]:" in log(cluster) if ":" in asker else f"edge: {asker}:" in log(cluster)
    host = ssh(cluster.config, f"node-{CANARY}", "ip -o addr show dev dmz").out.decode()
    assert all(f" {address}/" in host for address in edge)


def log(cluster: Cluster) -> str:
    """What the edge's pods have said."""
    return ssh(cluster.config, f"node-{CANARY}", "cat /var/log/pods/changsha-dmz_edge-*/edge/*.log").out.decode()


def test_the_aaaa_of_every_site_leads_to_a_pod_that_knows_the_visitor(cluster: Cluster) -> None:
    """Names lead to the edge; it hands on to the site that was asked for, never in another family."""
    sites = plan().inv.platform_by_name[CANARY].sites
    planned = {one.name: one.rdata for one in records(world.inventory(), world.claims()) if one.type == "AAAA"}
    served = {one.name: one for one in world.approved(CANARY).values.sites}
    for site in sites:
        (address,) = planned[f"{site.name}."]
        own = str(served[site.name].address6)
        assert address != own
        command = f"curl -6 -sS -m 5 --resolve {site.name}:80:[{address}] http://{site.name}/"
        said = until(lambda: ssh(cluster.config, "visitor", command).out, bool, 30)  # noqa: B023
        assert said.decode() == f"the site host at {own}"
        assert re.search(rf"edge: \[{VISITOR[1]}\]:\d+ to \[{own}\]:80", log(cluster))

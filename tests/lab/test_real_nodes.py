"""Two real nodes in a lab of their own: pods run, one policy holds over both families, nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.objects.pods import Port, template
from jiyue.engines import require
from lab.access import enter_argv
from lab.groups import ROOT
from lab.kube_api import KubeApi
from lab.node_host import PAUSE, REPOSITORY, node_host
from lab.runtime import down, up
from lab.spec import ControlPlaneSpec, ImageSpec, InterfaceSpec, LabSpec, LinkSpec, NodeSpec, RouteSpec
from lab.state import control_dir

from . import machine
from .test_control_plane import free_ports

pytestmark = pytest.mark.lab

API = "networking.k8s.io/v1"
SERVICES = ("10.96.0.0/16", "fd00:96::/112")
PORTS = "tcp/22 tcp/80 tcp/5432 tcp/9443"
NODES = tuple(
    NodeSpec(
        f"node-{n}",
        (f"10.200.{n}.0/24", f"fd00:200:{n}::/64"),
        (f"10.201.0.{n}", f"fd00:201::{n}"),
        real=True,
        dedicated=("hunan", "changsha")[n - 1],
    )
    for n in (1, 2)
)


def lab(group: str) -> LabSpec:
    plane = ControlPlaneSpec(service_cidrs=SERVICES, nodes=NODES, **free_ports())
    hosts = []
    for own, other in (NODES, NODES[::-1]):
        number = own.name[-1]
        ends = tuple(f"{address}/{length}" for address, length in zip(own.addresses, (24, 64), strict=True))
        routes = [RouteSpec(f"{cidr} via {via}") for cidr, via in zip(other.pod_cidrs, other.addresses, strict=True)]
        eth0 = InterfaceSpec("eth0", "nodes", ends)
        volumes = (f"/var/lib/jiyue/{own.dedicated}/library",)
        hosts.append(
            node_host(own, f"192.168.240.1{number}/20", [eth0], routes, plane.apiserver_port, SERVICES, group, volumes)
        )
    images = [ImageSpec(PAUSE)]
    images += [
        ImageSpec(f"{REPOSITORY}/{name}:0.1", (("JIYUE_FUNCTION", name), ("JIYUE_PORTS", PORTS)))
        for name in ("push", "library", "edge")
    ]
    return LabSpec("nodes", tuple(hosts), (LinkSpec("nodes", "lan"),), plane, tuple(images))


class Cluster:
    """The lab with what the tests ask of it."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.api = KubeApi(port, directory / "kube" / "pki")

    def make(self, path: str, body: dict[str, Any]) -> None:
        assert not self.api.create(path, body)

    def pod(self, platform: str, zone: str, name: str) -> None:
        labels = {"app": name, "jiyue/platform": platform}
        made = template(name, f"{REPOSITORY}/{name}:0.1", [Port("main", 80)], labels)
        namespace = f"{platform}-{zone}"
        self.make(f"/api/v1/namespaces/{namespace}/pods", {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **made["metadata"]}, "spec": made["spec"],
        })  # fmt: skip

    def addresses(self, platform: str, zone: str, name: str) -> list[str]:
        deadline = time.monotonic() + 90
        while True:
            _, text = self.api.call("GET", f"/api/v1/namespaces/{platform}-{zone}/pods/{name}")
            status = json.loads(text)["status"]
            ready = {each["type"]: each["status"] for each in status.get("conditions", ())}.get("Ready") == "True"
            if ready:
                return [each["ip"] for each in status["podIPs"]]
            assert time.monotonic() < deadline, text
            time.sleep(0.3)

    def inside(self, node: str, address: str, argv: list[str]) -> subprocess.CompletedProcess[str]:
        """Run `argv` in the network namespace of the pod that has `address`."""
        script = (
            'for ns in /run/netns/cni-*; do if nsenter --net="$ns" ip -4 addr | grep -q "inet $0/"; then '
            'exec nsenter --net="$ns" "$@"; fi; done; exit 99'
        )
        command = enter_argv(self.directory, node, ["sh", "-c", script, address, *argv])
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    path = tmp_path_factory.mktemp("nodes") / "state"
    before = machine.picture()
    group = control_dir(path).name
    spec = lab(group)
    assert spec.control_plane is not None
    up(spec, path, binaries=require())
    found = Cluster(path, spec.control_plane.apiserver_port)
    for platform in ("hunan", "changsha"):
        for zone in ("data", "exchange"):
            labels = {
                "jiyue/platform": platform,
                "jiyue/zone": zone,
                "pod-security.kubernetes.io/enforce": "restricted",
            }
            found.make("/api/v1/namespaces", {
                "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"{platform}-{zone}", "labels": labels},
            })  # fmt: skip
    yield found
    down(path)
    assert machine.picture() == before
    assert not [folder for folder in (ROOT / group, *ROOT.glob(f"*/{group}")) if folder.exists()]


def test_pods_run(cluster: Cluster) -> None:
    cluster.pod("changsha", "exchange", "push")
    assert [":" in address for address in cluster.addresses("changsha", "exchange", "push")] == [False, True]


def test_every_pod_stays_on_its_platforms_node(cluster: Cluster) -> None:
    _, text = cluster.api.call("GET", "/api/v1/pods")
    placed = {(pod["metadata"]["namespace"], pod["spec"].get("nodeName")) for pod in json.loads(text)["items"]}
    homes = {node.dedicated: node.name for node in NODES}
    assert placed == {(namespace, homes[namespace.partition("-")[0]]) for namespace, _ in placed}


def policy(namespace: str, name: str, **spec: Any) -> tuple[str, dict[str, Any]]:
    body = {"apiVersion": API, "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": {"podSelector": {}, **spec}}
    return f"/apis/{API}/namespaces/{namespace}/networkpolicies", body


def reached(cluster: Cluster, source: tuple[str, str], target: str, port: int) -> bool:
    """Whether a connection from the pod at `source` (node, IPv4 address) is opened within two seconds."""
    done = cluster.inside(*source, ["nc", "-z", "-w", "2", target, str(port)])
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0


def test_what_a_policy_allows_passes_and_nothing_else_over_both_families(cluster: Cluster) -> None:
    cluster.pod("changsha", "data", "edge")
    cluster.pod("hunan", "exchange", "push")
    target = cluster.addresses("changsha", "data", "edge")
    allowed = ("node-2", cluster.addresses("changsha", "exchange", "push")[0])
    other = ("node-1", cluster.addresses("hunan", "exchange", "push")[0])
    before = [reached(cluster, source, to, port) for source in (allowed, other) for to in target for port in (80, 22)]
    assert all(before), "everything is open before there is a policy"
    peer = {"namespaceSelector": {"matchLabels": {"jiyue/platform": "changsha", "jiyue/zone": "exchange"}}}
    rule = {"from": [peer], "ports": [{"protocol": "TCP", "port": 80}]}
    cluster.make(*policy("changsha-data", "default-deny", policyTypes=["Ingress", "Egress"]))
    cluster.make(*policy("changsha-data", "allow", policyTypes=["Ingress"], ingress=[rule]))
    wanted = {(source, to, port): source == allowed and port == 80
              for source in (allowed, other) for to in target for port in (80, 22)}  # fmt: skip
    deadline = time.monotonic() + 30
    while True:
        seen = {case: reached(cluster, *case) for case in wanted}
        if seen == wanted:
            return
        assert time.monotonic() < deadline, seen


def test_a_record_goes_from_the_city_to_the_province_over_ipv6(cluster: Cluster) -> None:
    city, province = (cluster.addresses(platform, "exchange", "push") for platform in ("changsha", "hunan"))
    cluster.pod("hunan", "data", "library")
    library = cluster.addresses("hunan", "data", "library")[1]
    content = "政策解读：先入库、后使用"
    digest = hashlib.sha256(content.encode()).hexdigest()

    def ask(path: str, *more: str) -> tuple[int, dict[str, Any]]:
        hops = f"Jiyue-Next: [{province[1]}]:9443, [{library}]:5432"
        argv = ["curl", "-6", "-sS", "-g", "-m", "8", "-w", "\n%{http_code}", "-H", hops, *more]
        done = cluster.inside("node-2", city[0], [*argv, f"http://[{city[1]}]:9443{path}"])
        text, _, code = done.stdout.rpartition("\n")
        return int(code), json.loads(text)

    record = {"category": "政策", "source": "长沙市", "sha256": digest, "content": content}
    refused, said = ask(f"/pages/{digest}")
    assert (refused, "stand-in" in said["stand_in"]) == (403, True)
    wrong = json.dumps({**record, "content": "别的内容"})
    assert ask("/records", "-d", wrong)[0] == 422
    assert ask("/records", "-d", json.dumps(record))[0] == 201
    assert ask(f"/records/{digest}")[1]["record"] == record
    assert ask(f"/pages/{digest}") == (200, {"page": content, "source": "长沙市", "stand_in": said["stand_in"]})

"""The control plane for real: dual stack, private, refused when a port is taken, gone after one kill."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import sample

import pytest

from inventory.errors import EnvironmentFailed
from jiyue.engines import EnginePaths, engine_table, require
from jiyue.engines.cache import file_sha256
from jiyue.engines.download import PinnedFiles
from jiyue.engines.recipes import GATEWAY_API
from lab import gateway_api
from lab.kube_api import KubeApi
from lab.runtime import down, status, up
from lab.spec import ControlPlaneSpec, LabSpec, NodeSpec, ServiceCidrSpec

from . import machine

pytestmark = pytest.mark.lab


def free_ports() -> dict[str, int]:
    """Six ports that are free now: a lab of the user may be up on the default ones.

    Below the ports that the kernel gives away by itself, so that a server started meanwhile does not get one of them.
    """
    names = ("etcd_port", "etcd_peer_port", "apiserver_port", "controller_manager_port", "scheduler_port", "kwok_port")
    candidates = sample(range(20_000, 30_000), 200)
    return dict(zip(names, filter(_is_free, candidates), strict=False))


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


PLANE = ControlPlaneSpec(
    service_cidrs=("10.96.0.0/16", "3fff:10:f000::/112"),
    nodes=tuple(
        NodeSpec(f"node-{n}", (f"10.97.{64 * n}.0/18", f"3fff:10:f001:{n}::/64"), (f"10.98.0.{n + 1}",))
        for n in range(2)
    ),
    extra_service_cidrs=(ServiceCidrSpec("changsha", ("10.100.0.0/20", "3fff:10:f003::/112")),),
    **free_ports(),
)
SPEC = LabSpec("plane", control_plane=PLANE)


@pytest.fixture(scope="module")
def engines() -> EnginePaths:
    return require()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, engines: EnginePaths) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("plane") / "state"
    assert up(SPEC, path, binaries=engines).fresh
    yield path
    down(path)


@pytest.fixture(scope="module")
def api(directory: Path) -> KubeApi:
    return KubeApi(PLANE.apiserver_port, directory / "kube" / "pki")


def listed(api: KubeApi, path: str) -> list[dict[str, object]]:
    code, text = api.call("GET", path)
    assert code == 200, text
    items = json.loads(text)["items"]
    assert isinstance(items, list)
    return items


def test_status_says_where_it_answers(directory: Path) -> None:
    plane = status(directory).control_plane
    assert plane is not None and plane.running
    assert plane.server == f"https://127.0.0.1:{PLANE.apiserver_port}"
    assert stat.S_IMODE(Path(plane.kubeconfig).stat().st_mode) == 0o600


def test_nodes_are_ready(api: KubeApi) -> None:
    assert api.ready_nodes() == 2


def test_a_dual_stack_service_and_its_pods_get_both_families(api: KubeApi) -> None:
    labels = {"app": "x"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "none"}]}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": pod},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "x"},
        "spec": {
            "ipFamilyPolicy": "RequireDualStack",
            "clusterIP": "10.100.0.9",
            "clusterIPs": ["10.100.0.9", "3fff:10:f003::9"],
            "selector": labels,
            "ports": [{"port": 443}],
        },
    }
    assert api.create("/apis/apps/v1/namespaces/default/deployments", deployment) == ""
    assert api.create("/api/v1/namespaces/default/services", service) == ""
    deadline = time.monotonic() + 30
    pods: list[list[str]] = []
    while len(pods) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
        items = json.loads(api.call("GET", "/api/v1/namespaces/default/pods")[1])["items"]
        pods = [[ip["ip"] for ip in item["status"].get("podIPs", [])] for item in items]
        pods = [ips for ips in pods if ips]
    assert len(pods) == 2
    assert all(v4.startswith("10.97.") and v6.startswith("3fff:10:f001:") for v4, v6 in pods)


def test_the_gateway_api_is_served_with_a_class_that_says_it_is_a_stand_in(api: KubeApi) -> None:
    """From the pinned release, its standard channel; nothing more of it than the stacks use."""
    (one,) = listed(api, f"{gateway_api.SERVED}/gatewayclasses")
    assert one["metadata"]["name"] == "jiyue"  # type: ignore[index]
    assert "stand-in" in one["spec"]["controllerName"]  # type: ignore[index]
    held = {str(one["metadata"]["name"]): one for one in listed(api, gateway_api.DEFINITIONS)}  # type: ignore[index]
    assert set(held) == {f"{name}.{gateway_api.GROUP}" for name in gateway_api.RESOURCES}
    for definition in held.values():
        notes = definition["metadata"]["annotations"]  # type: ignore[index]
        assert notes["gateway.networking.k8s.io/bundle-version"] == f"v{GATEWAY_API}"
        assert notes["gateway.networking.k8s.io/channel"] == "standard"


def test_the_built_definitions_are_those_that_a_download_is_held_to(engines: EnginePaths) -> None:
    """One pin, whichever route made them."""
    (engine,) = [one for one in engine_table() if one.name == "gateway-api"]
    assert isinstance(engine.download, PinnedFiles)
    wanted = {Path(target).name: sha256 for _, target, sha256 in engine.download.files}
    assert {path.name: file_sha256(path) for path in engines.gateway_crds.iterdir()} == wanted


def test_nobody_without_a_certificate_reads_anything(directory: Path) -> None:
    import http.client
    import ssl

    context = ssl.create_default_context(cafile=str(directory / "kube" / "pki" / "ca.crt"))
    connection = http.client.HTTPSConnection("127.0.0.1", PLANE.apiserver_port, timeout=5, context=context)
    connection.request("GET", "/api/v1/secrets")
    assert connection.getresponse().status == 403
    connection.close()
    context = ssl.create_default_context(cafile=str(directory / "kube" / "pki" / "etcd-ca.crt"))
    connection = http.client.HTTPSConnection("127.0.0.1", PLANE.etcd_port, timeout=5, context=context)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        connection.request("GET", "/version")
        connection.getresponse()
    connection.close()


def test_a_busy_port_is_refused_before_anything_starts(tmp_path: Path, engines: EnginePaths) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        spec = LabSpec("busy", control_plane=replace(PLANE, **{**free_ports(), "apiserver_port": port}))
        with pytest.raises(EnvironmentFailed) as caught:
            up(spec, tmp_path, binaries=engines)
    assert str(caught.value).startswith(f"127.0.0.1:{port}: needed by kube-apiserver, but it is in use by ")
    assert f"(pid {os.getpid()})" in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"lock"}


def test_a_component_that_keeps_ending_is_named(tmp_path: Path, engines: EnginePaths) -> None:
    spec = LabSpec("bad", control_plane=replace(PLANE, **free_ports()))
    with pytest.raises(EnvironmentFailed, match="lab: kwok: keeps ending"):
        up(spec, tmp_path, binaries=replace(engines, kwok=Path("/bin/false")))
    assert machine.lab_processes(tmp_path) == []


def test_one_kill_ends_it_all_and_up_brings_it_back(directory: Path, engines: EnginePaths) -> None:
    plane = status(directory).control_plane
    assert plane is not None
    os.kill(plane.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while machine.lab_processes(directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert machine.lab_processes(directory) == []
    assert status(directory).phase == "down"
    assert up(SPEC, directory, binaries=engines).fresh


def test_down_leaves_only_logs(directory: Path) -> None:
    assert down(directory)
    assert machine.lab_processes(directory) == []
    assert {path.name for path in directory.iterdir()} == {"lock", "logs"}

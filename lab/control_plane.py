"""The local Kubernetes control plane: one process tree on 127.0.0.1 of the machine, ended by one kill.

Real etcd, API server, controller manager and scheduler; the nodes are KWOK's: pods are scheduled and marked ready,
no container runs. Its data lives only as long as it does.
"""

from __future__ import annotations

import http.client
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed

from . import gateway_api
from .errors import failed
from .files import private_dir
from .kube_api import KubeApi, node_object, service_cidr_object
from .kube_files import ControlPlaneBinaries, commands, start_script, write_keys
from .ports import busy
from .process import spawn
from .spec import HOST_ENV, ControlPlaneSpec

__all__ = ["ControlPlane", "ControlPlaneBinaries", "check", "remove"]

_UNSHARE = ("unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc")
_CRASHES = 4


def check(spec: ControlPlaneSpec, binaries: ControlPlaneBinaries | None) -> None:
    """EnvironmentFailed when a program is missing or a port is taken; starts and changes nothing."""
    if binaries is None:
        raise EnvironmentFailed("lab: control plane", "its programs are not known", "run: jiyue engine install")
    paths = {
        "etcd": binaries.etcd,
        "kube-apiserver": binaries.kube_apiserver,
        "kube-controller-manager": binaries.kube_controller_manager,
        "kube-scheduler": binaries.kube_scheduler,
        "kwok": binaries.kwok,
    }
    lacking = [
        EnvironmentFailed(f"lab: {name}", f"{path} is missing", "run: jiyue engine install")
        for name, path in paths.items()
        if not path.is_file()
    ]
    if not _stages(binaries):
        cause = f"no stages in {binaries.kwok_stages}"
        lacking.append(EnvironmentFailed("lab: kwok", cause, "run: jiyue engine install"))
    if spec.gateway_class and len(gateway_api.definitions(binaries.gateway_crds)) < len(gateway_api.RESOURCES):
        cause = f"not every definition is in {binaries.gateway_crds}"
        lacking.append(EnvironmentFailed("lab: Gateway API", cause, "run: jiyue engine install"))
    found = [*lacking, *busy(spec.ports())]
    if found:
        raise failed(found)


def _stages(binaries: ControlPlaneBinaries) -> list[Path]:
    return sorted(binaries.kwok_stages.glob("*.yaml"))


def remove(directory: Path) -> None:
    """Delete the keys and data of an ended control plane below `directory`; its logs stay."""
    shutil.rmtree(directory / "kube", ignore_errors=True)


class ControlPlane:
    """One control plane whose files live below `directory`/kube."""

    def __init__(self, spec: ControlPlaneSpec, binaries: ControlPlaneBinaries, directory: Path) -> None:
        self._spec = spec
        self._binaries = binaries
        self._directory = directory
        self._base = directory / "kube"
        self._logs = directory / "logs"

    @property
    def server(self) -> str:
        """The URL of the API server."""
        return f"https://127.0.0.1:{self._spec.apiserver_port}"

    def launch(self) -> tuple[int, int]:
        """Write all files and fork the tree; returns its pid and the descriptor on which it waits for a line."""
        for path in (self._base, self._base / "exits", self._base / "etcd", self._logs):
            private_dir(path)
        parts = commands(self._spec, self._binaries, _stages(self._binaries), self._base)
        for name in parts:
            (self._logs / f"{name}.log").unlink(missing_ok=True)
        real = [node.name for node in self._spec.nodes if node.real]
        write_keys(self._base / "pki", self.server, "kubernetes.default.svc.cluster.local", datetime.now(UTC), real)
        admin = (self._base / "pki" / "admin.kubeconfig").read_text(encoding="utf-8")
        write_whole(self._directory / "kubeconfig", admin, 0o600)
        script = self._base / "start.sh"
        write_whole(script, start_script(parts, self._base, self._logs), 0o600)
        return spawn([*_UNSHARE, "/bin/sh", str(script)], HOST_ENV, self._logs / "control-plane.log")

    def wait(self, progress: Callable[[str, int, int], None], deadline: float) -> None:
        """Until the API is ready, the objects of the spec exist and every node is Ready; EnvironmentFailed else."""
        api = KubeApi(self._spec.apiserver_port, self._base / "pki")
        total, gateways = len(self._spec.nodes) + 2, self._spec.gateway_class
        progress("control plane: API server", 0, total)
        self._until(api.ready, deadline, "the API server is not ready in time")
        files = gateway_api.definitions(self._binaries.gateway_crds) if gateways else []
        self._until(lambda: not gateway_api.define(api, files), deadline, "the Gateway API cannot be defined")
        progress("control plane: nodes", 1, total)
        self._until(lambda: not self._create(api), deadline, "its nodes cannot be created")
        self._until(lambda: self._nodes_ready(api, progress, total), deadline, "not every node is Ready in time")
        self._until(api.has_accounts, deadline, "the controllers do not work in time")
        if gateways:
            self._until(lambda: gateway_api.offered(api, gateways), deadline, "the Gateway API is not served in time")
        progress("control plane: ready", total, total)

    def _create(self, api: KubeApi) -> str:
        wanted = [("/api/v1/nodes", node_object(node)) for node in self._spec.nodes]
        path = "/apis/networking.k8s.io/v1/servicecidrs"
        wanted += [(path, service_cidr_object(cidr)) for cidr in self._spec.extra_service_cidrs]
        return next(filter(None, (api.create(path, body) for path, body in wanted)), "")

    def _nodes_ready(self, api: KubeApi, progress: Callable[[str, int, int], None], total: int) -> bool:
        ready = api.ready_nodes()
        progress(f"control plane: {ready} of {len(self._spec.nodes)} nodes ready", 1 + ready, total)
        return ready >= len(self._spec.nodes)

    def _until(self, done: Callable[[], bool], deadline: float, cause: str) -> None:
        while True:
            try:
                if done():
                    return
            except (OSError, http.client.HTTPException):
                pass  # it went away for a moment; the deadline and the crash count decide
            for exits in (self._base / "exits").iterdir():
                if len(exits.read_text().split()) >= _CRASHES:
                    cause, fix = f"keeps ending: {self._tail(exits.name)}", f"see {self._logs}"
                    raise EnvironmentFailed(f"lab: {exits.name}", cause, fix)
            if time.monotonic() > deadline:
                raise EnvironmentFailed("lab: control plane", cause, f"see {self._logs}")
            time.sleep(0.1)

    def _tail(self, component: str) -> str:
        try:
            text = (self._logs / f"{component}.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "no log"
        return text.strip()[-400:].replace("\n", " / ")

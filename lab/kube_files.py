"""The files and command lines of the control plane: keys, kubeconfigs, one start script. No process is started here."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from inventory.atomic import write_whole

from .ca import Authority, Pair
from .files import private_dir
from .kube_api import KWOK
from .spec import ControlPlaneSpec

# Client identities: file stem -> (user, group), as Kubernetes' default RBAC roles expect them.
CLIENTS = {
    "admin": ("jiyue-admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "kwok": ("jiyue-kwok", "system:masters"),
}
# What runs beside the kubelet of a real node; kube-router has no role of its own in Kubernetes.
NODE_CLIENTS = {
    "kube-proxy": ("system:kube-proxy", ""),
    "kube-router": ("jiyue-kube-router", "system:masters"),
}
LOOPBACK = ("127.0.0.1", "localhost")


class ControlPlaneBinaries(Protocol):
    """Paths of the programs, the folders of KWOK's stages (life cycles of nodes and pods) and of the Gateway API."""

    @property
    def etcd(self) -> Path: ...
    @property
    def kube_apiserver(self) -> Path: ...
    @property
    def kube_controller_manager(self) -> Path: ...
    @property
    def kube_scheduler(self) -> Path: ...
    @property
    def kwok(self) -> Path: ...
    @property
    def kwok_stages(self) -> Path: ...
    @property
    def gateway_crds(self) -> Path: ...
    @property
    def kubelet(self) -> Path: ...
    @property
    def kube_proxy(self) -> Path: ...
    @property
    def kube_router(self) -> Path: ...
    @property
    def stand_in(self) -> Path: ...


def kubeconfig(server: str, ca: str, client: Pair) -> str:
    """A kubeconfig (JSON, which is YAML) with everything embedded."""

    def data(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    user = {"client-certificate-data": data(client.certificate), "client-key-data": data(client.key)}
    cluster = {"server": server, "certificate-authority-data": data(ca)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "jiyue-lab", "cluster": cluster}],
        "users": [{"name": "jiyue-lab", "user": user}],
        "contexts": [{"name": "jiyue-lab", "context": {"cluster": "jiyue-lab", "user": "jiyue-lab"}}],
        "current-context": "jiyue-lab",
    }
    return json.dumps(config, indent=1)


def write_keys(directory: Path, server: str, service_name: str, now: datetime, nodes: Sequence[str] = ()) -> Pair:
    """Make every key and certificate below `directory` (0700, files 0600); returns the administrator's pair.

    etcd has an authority of its own, so that a client certificate of Kubernetes opens nothing there.
    """
    private_dir(directory)
    kube, etcd = Authority.create("jiyue lab kubernetes CA", now), Authority.create("jiyue lab etcd CA", now)
    names = [*LOOPBACK, "kubernetes", "kubernetes.default", "kubernetes.default.svc", service_name]
    pairs = {
        "ca": kube.pair,
        "etcd-ca": etcd.pair,
        "front-proxy-ca": Authority.create("jiyue lab front proxy CA", now).pair,
        "apiserver": kube.issue("kube-apiserver", now, sans=names),
        "etcd": etcd.issue("etcd", now, sans=LOOPBACK),
        "etcd-client": etcd.issue("kube-apiserver", now, server=False),
    }
    users = {**CLIENTS, **(NODE_CLIENTS if nodes else {})}
    users.update({f"kubelet-{node}": (f"system:node:{node}", "system:nodes") for node in nodes})
    clients = {stem: kube.issue(user, now, organization=group, server=False) for stem, (user, group) in users.items()}
    for stem, pair in {**pairs, **clients}.items():
        write_whole(directory / f"{stem}.crt", pair.certificate, 0o600)
        write_whole(directory / f"{stem}.key", pair.key, 0o600)
    for stem, pair in clients.items():
        write_whole(directory / f"{stem}.kubeconfig", kubeconfig(server, kube.pair.certificate, pair), 0o600)
    accounts = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = accounts.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = accounts.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    write_whole(directory / "accounts.key", private, 0o600)
    write_whole(directory / "accounts.pub", public, 0o600)
    return clients["admin"]


def commands(
    spec: ControlPlaneSpec, binaries: ControlPlaneBinaries, stages: Sequence[Path], base: Path
) -> dict[str, list[str]]:
    """Component -> command line, in the order of starting; everything listens on 127.0.0.1 only."""
    pki = base / "pki"
    client, peer = f"https://127.0.0.1:{spec.etcd_port}", f"https://127.0.0.1:{spec.etcd_peer_port}"
    etcd = {
        "name": "lab",
        "data-dir": base / "etcd",
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"lab={peer}",
        "cert-file": pki / "etcd.crt",
        "key-file": pki / "etcd.key",
        "trusted-ca-file": pki / "etcd-ca.crt",
        "client-cert-auth": "true",
        "peer-cert-file": pki / "etcd.crt",
        "peer-key-file": pki / "etcd.key",
        "peer-trusted-ca-file": pki / "etcd-ca.crt",
        "peer-client-cert-auth": "true",
        # Right for a lab only: its data is thrown away with it, so a power cut may lose it.
        "unsafe-no-fsync": "true",
        "log-level": "warn",
    }
    apiserver = {
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",
        "secure-port": spec.apiserver_port,
        "endpoint-reconciler-type": "none",
        "etcd-servers": client,
        "etcd-cafile": pki / "etcd-ca.crt",
        "etcd-certfile": pki / "etcd-client.crt",
        "etcd-keyfile": pki / "etcd-client.key",
        "tls-cert-file": pki / "apiserver.crt",
        "tls-private-key-file": pki / "apiserver.key",
        "client-ca-file": pki / "ca.crt",
        "requestheader-client-ca-file": pki / "front-proxy-ca.crt",
        "authorization-mode": "Node,RBAC",
        "service-cluster-ip-range": ",".join(spec.service_cidrs),
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": pki / "accounts.pub",
        "service-account-signing-key-file": pki / "accounts.key",
        "max-requests-inflight": 800,
        "max-mutating-requests-inflight": 400,
        "profiling": "false",
    }
    manager = {
        **_component(pki / "controller-manager.kubeconfig", spec.controller_manager_port),
        "service-account-private-key-file": pki / "accounts.key",
        "root-ca-file": pki / "ca.crt",
        "cluster-signing-cert-file": pki / "ca.crt",
        "cluster-signing-key-file": pki / "ca.key",
        "use-service-account-credentials": "true",
        "allocate-node-cidrs": "false",
        "kube-api-qps": 200,
        "kube-api-burst": 400,
        # Two busy cores may delay a node's heartbeat; the default grace of 40-50 s would then evict pods.
        "node-monitor-grace-period": "120s",
    }
    scheduler = {
        **_component(pki / "scheduler.kubeconfig", spec.scheduler_port),
        "kube-api-qps": 200,
        "kube-api-burst": 400,
    }
    kwok = {
        "kubeconfig": pki / "kwok.kubeconfig",
        "manage-all-nodes": "false",
        "manage-nodes-with-annotation-selector": "=".join(KWOK),
        "node-lease-duration-seconds": 40,
        "server-address": f"127.0.0.1:{spec.kwok_port}",
        "v": "WARN",
    }
    return {
        "etcd": [str(binaries.etcd), *_flags(etcd)],
        "kube-apiserver": [str(binaries.kube_apiserver), *_flags(apiserver)],
        "kube-controller-manager": [str(binaries.kube_controller_manager), *_flags(manager)],
        "kube-scheduler": [str(binaries.kube_scheduler), *_flags(scheduler)],
        "kwok": [str(binaries.kwok), *_flags(kwok), *(f"--config={path}" for path in stages)],
    }


def _component(kubeconfig: Path, port: int) -> dict[str, object]:
    return {
        "kubeconfig": kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "bind-address": "127.0.0.1",
        "secure-port": port,
        "leader-elect": "false",
        "profiling": "false",
    }


def _flags(options: Mapping[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in options.items()]


def start_script(parts: Mapping[str, Sequence[str]], base: Path, logs: Path) -> str:
    """Process 1 of the control plane: every component in a restart loop, their exits noted in base/exits.

    It waits for one line on standard input first: without it nobody has recorded this process yet.
    """
    lines = [
        "read -r _ || exit 0",
        f"cd {shlex.quote(str(base))}",
        "run() { _name=$1; shift",
        f'    ( while :; do "$@" >>{shlex.quote(str(logs))}/"$_name.log" 2>&1 </dev/null',
        '      echo "$?" >>"exits/$_name"; sleep 0.5; done ) & }',
    ]
    lines += [f"run {shlex.quote(name)} {shlex.join(argv)}" for name, argv in parts.items()]
    return "\n".join([*lines, "wait", ""])

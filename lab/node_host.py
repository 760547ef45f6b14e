"""A host that is a real Kubernetes node: containerd, kubelet, kube-proxy (nftables) and kube-router's firewall.

What each setting is for was found on a kernel without AppArmor and with control groups of the first version:
`restrict_oom_score_adj` because runc cannot lower the score in a namespace; `cgroupsPerQOS` off because the hierarchy
is the machine's; ptp and not bridge because a bridge's filter also drops IPv6 neighbour discovery. No daemon changes a
setting of the whole machine: those files are read-only in the host, and kube-proxy is told to leave conntrack alone.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from .api_gate import PROXY_PORT
from .node_parts import PROGRAMS
from .spec import FileSpec, HostSpec, InterfaceSpec, NodeSpec, RouteSpec, ServiceSpec

REPOSITORY = "registry.invalid/jiyue"
PAUSE = f"{REPOSITORY}/pause:0.1"
_SOCKET = "/run/containerd/containerd.sock"
_CONTAINERD = f"""\
version = 2
root = "/run/lib/containerd"
state = "/run/containerd"
[grpc]
address = "{_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE}"
restrict_oom_score_adj = true
disable_apparmor = true
enable_unprivileged_ports = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "runc"
SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "/etc/cni/net.d"
"""
NEEDED = ("containerd", "ctr", "runc", "ipset", "iptables", "ip6tables", "nft", "curl")


def node_host(
    node: NodeSpec,
    mgmt4: str,
    interfaces: Sequence[InterfaceSpec],
    routes: Sequence[RouteSpec],
    apiserver_port: int,
    service_cidrs: Sequence[str],
    group: str,
    folders: Sequence[str] = (),
) -> HostSpec:
    """The host of `node`. `group` is the control group below which its pods run, `folders` its local volumes."""
    api = f"https://127.0.0.1:{apiserver_port}"
    waiting = f"until curl -sk -m 2 -o /dev/null {api}/readyz; do sleep 0.2; done; exec "

    def after_api(*argv: str) -> tuple[str, ...]:
        return ("/bin/sh", "-c", waiting + shlex.join(argv))

    kubelet = after_api(
        f"{PROGRAMS}/kubelet/kubelet",
        "--config=/etc/kubernetes/kubelet.json",
        "--kubeconfig=/etc/kubernetes/kubelet.kubeconfig",
        f"--hostname-override={node.name}",
        f"--node-ip={','.join(node.addresses)}",
        "--register-node=false",
    )
    # It gives up when its node is not there yet; Kubernetes would start it again.
    router = after_api(
        "/bin/sh",
        "-c",
        'while :; do "$0" "$@"; sleep 0.5; done',
        f"{PROGRAMS}/kube-router/kube-router",
        "--kubeconfig=/etc/kubernetes/kube-router.kubeconfig",
        f"--hostname-override={node.name}",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
        "--run-loadbalancer=false",
        "--enable-ipv4=true",
        "--enable-ipv6=true",
        f"--service-cluster-ip-range={','.join(service_cidrs)}",
        "--health-port=0",
        "--metrics-port=0",
    )
    proxy = after_api(f"{PROGRAMS}/kube-proxy/kube-proxy", "--config=/etc/kubernetes/kube-proxy.json")
    load = ("/usr/bin/ctr", "-n", "k8s.io", "images", "import", f"{PROGRAMS}/images/stand-in.tar")
    return HostSpec(
        name=node.name,
        mgmt4=mgmt4,
        forward4=True,
        forward6=True,
        node=True,
        interfaces=tuple(interfaces),
        routes=tuple(routes),
        files=(
            FileSpec("/run/lab/group", f"{group}\n"),
            FileSpec("/etc/containerd/config.toml", _CONTAINERD),
            FileSpec("/etc/cni/net.d/10-ptp.conflist", _network(node)),
            FileSpec("/etc/kubernetes/kubelet.json", _kubelet()),
            FileSpec("/etc/kubernetes/kube-proxy.json", _proxy(node.name)),
            FileSpec("/etc/kubernetes/kube-proxy.kubeconfig", _own_services()),
            *(FileSpec(f"{folder}/", mode=0o777) for folder in folders),
        ),
        services=(
            ServiceSpec("containerd", ("/usr/bin/containerd",), ready=f"file:{_SOCKET}"),
            ServiceSpec("images", load, "once"),
            ServiceSpec("kubelet", kubelet),
            ServiceSpec("kube-proxy", proxy),
            ServiceSpec("kube-router", router),
        ),
    )


def _network(node: NodeSpec) -> str:
    four, six = node.pod_cidrs
    ptp = {
        "type": "ptp",
        "ipMasq": False,
        "ipam": {
            "type": "host-local",
            "dataDir": "/run/cni",
            "ranges": [[{"subnet": four}], [{"subnet": six}]],
            "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}],
        },
    }
    return json.dumps({"cniVersion": "0.4.0", "name": "jiyue", "plugins": [ptp]}, indent=1)


def _kubelet() -> str:
    config = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": "127.0.0.1",
        "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "containerRuntimeEndpoint": f"unix://{_SOCKET}",
        "failCgroupV1": False,
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "localStorageCapacityIsolation": False,
        "failSwapOn": False,
        "makeIPTablesUtilChains": False,
        "evictionHard": {"memory.available": "1Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,
        "serializeImagePulls": False,
        "registryPullQPS": 0,
        "kubeAPIQPS": 100,
        "kubeAPIBurst": 200,
        "featureGates": {"KubeletInUserNamespace": True},
    }
    return json.dumps(config, indent=1)


def _own_services() -> str:
    """The door that shows kube-proxy its own platform's Services (`lab.api_gate`)."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "own", "cluster": {"server": f"http://127.0.0.1:{PROXY_PORT}"}}],
        "contexts": [{"name": "own", "context": {"cluster": "own", "user": ""}}],
        "current-context": "own",
    }
    return json.dumps(config, indent=1)


def _proxy(name: str) -> str:
    config = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "hostnameOverride": name,
        "bindAddress": "127.0.0.1",
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "clientConnection": {"kubeconfig": "/etc/kubernetes/kube-proxy.kubeconfig"},
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
        "nftables": {"masqueradeAll": False, "syncPeriod": "10s", "minSyncPeriod": "1s"},
        "detectLocalMode": "InterfaceNamePrefix",
        "detectLocal": {"interfaceNamePrefix": "veth"},
    }
    return json.dumps(config, indent=1)

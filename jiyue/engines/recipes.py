"""The table of engines: versions, pinned modules and recipes, all as data."""

from __future__ import annotations

from jiyue.engines.build import CopyFromModule, EmbedSchema, FetchModule, GoBuild
from jiyue.engines.download import (
    EtcdRelease,
    KubernetesRelease,
    KwokRelease,
    PinnedFiles,
    ProviderPlugin,
    PulumiInstaller,
)
from jiyue.engines.installed import OnPath, ProviderInHome
from jiyue.engines.model import Engine

PULUMI = "3.246.0"
PROVIDER = "4.27.0"
LANGUAGE_HOST = "3.79.0"
ETCD = "3.6.4"
KUBERNETES = "1.34.4"
KWOK = "0.8.0"
GATEWAY_API = "1.4.1"
KUBE_ROUTER = "2.5.0"
STAND_IN = "0.3"

_PULUMI_SDK = "github.com/pulumi/pulumi/sdk/v3"
_PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4"
_COMPONENT = "k8s.io/component-base/version"
# Without these clients see v0.0.0 and refuse features; a module build knows no commit.
_KUBERNETES_LDFLAGS = (
    f"-s -w -X {_COMPONENT}.gitVersion=v{KUBERNETES} -X {_COMPONENT}.gitMajor=1 -X {_COMPONENT}.gitMinor=34"
    f" -X {_COMPONENT}.gitTreeState=clean"
)
_KUBERNETES_PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
_NODE_PROGRAMS = ("kubelet", "kube-proxy")
_ROUTER = "github.com/cloudnativelabs/kube-router/v2"
_KWOK_STAGES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)
_GATEWAY_API = "sigs.k8s.io/gateway-api"
_GATEWAY_CRDS = "config/crd/standard"
# What the stacks use; they name nothing in another namespace, so not even a ReferenceGrant.
_GATEWAY_SUMS = (
    ("gatewayclasses", "7d958ad3965ea4a4996616846d9ecaf1fededbf9351b9752b8b85973936ae8c8"),
    ("gateways", "a02ea425fc901f197b668c9ddd56375e1f6896994914c6e6b9b4fdb85cf3ba6e"),
    ("httproutes", "98c6777c22309d319292e9c288ee632006c9ffdd4272383d6f9dffa3fbccaf14"),
)


def _crd(name: str) -> str:
    return f"{_GATEWAY_CRDS}/gateway.networking.k8s.io_{name}.yaml"


def engine_table() -> tuple[Engine, ...]:
    """Every engine in the order in which they are installed (the slowest to be missed first)."""
    return (
        Engine(
            name="etcd",
            version=ETCD,
            module="cluster",
            steps=(GoBuild("etcd", "go.etcd.io/etcd/server/v3"),),
            files=(("etcd", "bin/etcd"),),
            probe=OnPath(("etcd",), ("--version",), r"etcd Version: 3\.6\."),
            download=EtcdRelease(ETCD),
        ),
        Engine(
            name="kubernetes",
            version=KUBERNETES,
            module="cluster",
            steps=tuple(
                GoBuild(name, f"k8s.io/kubernetes/cmd/{name}", _KUBERNETES_LDFLAGS) for name in _KUBERNETES_PROGRAMS
            ),
            files=tuple((name, f"bin/{name}") for name in _KUBERNETES_PROGRAMS),
            probe=OnPath(_KUBERNETES_PROGRAMS, ("--version",), r"Kubernetes v1\.34\."),
            download=KubernetesRelease(KUBERNETES, _KUBERNETES_PROGRAMS),
        ),
        Engine(
            name="kwok",
            version=KWOK,
            module="kwok",
            steps=(
                GoBuild("kwok", "sigs.k8s.io/kwok/cmd/kwok"),
                *(
                    CopyFromModule("sigs.k8s.io/kwok", f"kustomize/stage/{name}", f"stages/{name.replace('/', '-')}")
                    for name in _KWOK_STAGES
                ),
            ),
            files=(("kwok", "bin/kwok"), ("stages", "stages")),
            download=KwokRelease(KWOK),
        ),
        Engine(
            # Definitions, no program: what the lab's API server needs to know a Gateway and its routes.
            name="gateway-api",
            version=GATEWAY_API,
            module="gateway-api",
            steps=(
                FetchModule(_GATEWAY_API),
                *(CopyFromModule(_GATEWAY_API, _crd(name), f"crds/{name}.yaml") for name, _ in _GATEWAY_SUMS),
            ),
            files=(("crds", "crds"),),
            download=PinnedFiles(
                f"https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/v{GATEWAY_API}",
                tuple((_crd(name), f"crds/{name}.yaml", sha256) for name, sha256 in _GATEWAY_SUMS),
            ),
        ),
        Engine(
            name="pulumi",
            version=PULUMI,
            module="pulumi",
            steps=(
                GoBuild(
                    "pulumi",
                    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
                    f"-s -w -X {_PULUMI_SDK}/go/common/version.Version=v{PULUMI}",
                ),
            ),
            files=(("pulumi", "bin/pulumi"),),
            probe=OnPath(("pulumi",), ("version",), rf"^v{PULUMI}$"),
            download=PulumiInstaller(PULUMI, ("pulumi",)),
        ),
        Engine(
            name="provider-kubernetes",
            version=PROVIDER,
            module="pulumi",
            sources=("go.mod", "go.sum", "provider/main.go"),
            steps=(
                EmbedSchema(_PROVIDER, "cmd/pulumi-resource-kubernetes", PROVIDER, "provider"),
                GoBuild(
                    "pulumi-resource-kubernetes",
                    "./provider",
                    f"-s -w -X {_PROVIDER}/pkg/version.Version={PROVIDER}",
                ),
            ),
            files=(("pulumi-resource-kubernetes", "bin/pulumi-resource-kubernetes"),),
            probe=ProviderInHome(PROVIDER),
            download=ProviderPlugin(PROVIDER),
        ),
        Engine(
            name="language-python",
            version=LANGUAGE_HOST,
            module="language-python",
            steps=(
                GoBuild(
                    "pulumi-language-python",
                    f"{_PULUMI_SDK}/python/cmd/pulumi-language-python",
                    f"-s -w -X {_PULUMI_SDK}/go/common/version.Version=v{LANGUAGE_HOST}",
                ),
                CopyFromModule(
                    _PULUMI_SDK,
                    "python/cmd/pulumi-language-python-exec",
                    "bin/pulumi-language-python-exec",
                    0o755,
                ),
            ),
            files=(
                ("pulumi-language-python", "bin/pulumi-language-python"),
                ("pulumi-language-python-exec", "bin/pulumi-language-python-exec"),
            ),
            # An installed or downloaded Pulumi brings its own, newer host: the two are taken together.
            probe=OnPath(
                ("pulumi", "pulumi-language-python", "pulumi-language-python-exec"),
                ("version",),
                rf"^v{PULUMI}$",
            ),
            download=PulumiInstaller(PULUMI, ("pulumi-language-python", "pulumi-language-python-exec")),
        ),
        Engine(
            name="kubernetes-node",
            version=KUBERNETES,
            module="cluster",
            steps=tuple(GoBuild(name, f"k8s.io/kubernetes/cmd/{name}", _KUBERNETES_LDFLAGS) for name in _NODE_PROGRAMS),
            files=tuple((name, f"bin/{name}") for name in _NODE_PROGRAMS),
            probe=OnPath(_NODE_PROGRAMS, ("--version",), r"Kubernetes v1\.34\."),
            download=KubernetesRelease(KUBERNETES, _NODE_PROGRAMS),
            optional=True,
        ),
        Engine(
            # The K3s fork: upstream's 2.1.0 wrote IPv6 rules that name sets which do not exist. Its hash was pinned on
            # first use: the public checksum database does not have it. Nobody publishes programs: no download.
            name="kube-router",
            version=KUBE_ROUTER,
            module="kube-router",
            steps=(GoBuild("kube-router", f"{_ROUTER}/cmd/kube-router"),),
            files=(("kube-router", "bin/kube-router"),),
            optional=True,
        ),
        Engine(
            name="stand-in",
            version=STAND_IN,
            module="stand-in",
            sources=("go.mod", "main.go", "edge.go", "records.go"),
            steps=(GoBuild("stand-in", "."),),
            files=(("stand-in", "bin/stand-in"),),
            optional=True,
        ),
    )

"""What the hosts that are Kubernetes nodes get beyond their spec: folders of the machine and their keys.

Handed to the supervisor on its standard input with the other secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .image import write_images
from .kube_files import ControlPlaneBinaries
from .spec import LabSpec

PROGRAMS = "/opt/jiyue"
"""Where a node sees the folder of each program, and below `images` the packed images."""


@dataclass(frozen=True, slots=True)
class NodeParts:
    """`binds` are (folder of the machine, where a node sees it), read-only; `secrets` files by host."""

    binds: tuple[tuple[str, str], ...] = ()
    secrets: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @staticmethod
    def from_plain(data: Mapping[str, Any]) -> NodeParts:
        """What `to_plain` made."""
        secrets = {host: tuple((path, text) for path, text in files) for host, files in data["secrets"].items()}
        return NodeParts(tuple((source, target) for source, target in data["binds"]), secrets)


NOTHING = NodeParts()


def node_parts(spec: LabSpec, binaries: ControlPlaneBinaries | None, directory: Path) -> NodeParts:
    """The parts of the real nodes of `spec`, whose images are packed below `directory`; the keys are made already."""
    nodes = [host.name for host in spec.hosts if host.node]
    if not nodes or binaries is None:
        return NOTHING
    images = directory / "images"
    images.mkdir(mode=0o700, exist_ok=True)
    write_images(binaries.stand_in, images / "stand-in.tar", spec.images)
    binds = {
        f"{PROGRAMS}/{name}": str(program.parent)
        for name, program in (
            ("kubelet", binaries.kubelet),
            ("kube-proxy", binaries.kube_proxy),
            ("kube-router", binaries.kube_router),
        )
    }
    binds[f"{PROGRAMS}/images"] = str(images)
    pki = directory / "kube" / "pki"
    secrets = {
        node: tuple(
            (f"/etc/kubernetes/{target}.kubeconfig", (pki / f"{stem}.kubeconfig").read_text(encoding="utf-8"))
            for target, stem in (
                ("kubelet", f"kubelet-{node}"),
                ("kube-router", "kube-router"),
            )
        )
        for node in nodes
    }
    return NodeParts(tuple((source, target) for target, source in binds.items()), secrets)

"""A checkout's essentials with approvals, and a control plane of its own: for tests and benchmarks of the stacks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra.fleet import Fleet
from infra.values import approved_path
from jiyue.engines import pulumi_env, pulumi_home, require
from lab import runtime
from lab.spec import ControlPlaneSpec, LabSpec, NodeSpec
from tests.infra.world import DIGEST, PLATFORMS, ROOT, inventory, raw_values
from tests.lab.test_control_plane import free_ports


def checkout(project: Path, platforms: Sequence[str] = PLATFORMS) -> dict[str, tuple[str, dict[str, object]]]:
    """The project's files in a folder of their own, every platform approved; returns what the store would say."""
    project.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "Pulumi.yaml", project)
    for name in ("stacks", "infra", "inventory"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    approved = {name: (DIGEST, raw_values(name)) for name in platforms}
    for name in platforms:
        approve(project, name)
    return approved


def approve(project: Path, platform: str) -> None:
    """As `review approve` does."""
    path = approved_path(project, "lab", platform)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"digest": DIGEST, "values": raw_values(platform)}), encoding="utf-8")


def fleet_of(project: Path, plane: Path | None = None) -> Fleet:
    """The fleet of a project folder, with the control plane in `plane` (by default below the project)."""
    engines = require()
    env = pulumi_env(engines, pulumi_home(project / "var" / "lab", engines))
    kubeconfig = (plane or project / "plane") / "kubeconfig"
    return Fleet(project, inventory(), kubeconfig, env, engines.pulumi.parent.parent)


@contextmanager
def control_plane(folder: Path) -> Iterator[Path]:
    """An empty control plane with two simulated nodes; the folder holds its kubeconfig."""
    nodes = tuple(NodeSpec(f"node-{n}", (f"10.97.{64 * n}.0/18", f"fd00:97:{n}::/64")) for n in range(2))
    plane = ControlPlaneSpec(("10.96.0.0/16", "fd00:96::/112"), nodes, **free_ports())
    assert runtime.up(LabSpec("stacks", control_plane=plane), folder, binaries=require()).fresh
    try:
        yield folder
    finally:
        runtime.down(folder)

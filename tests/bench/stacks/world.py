"""Worlds to run in: a checkout with approvals, an empty control plane, and plain `pulumi` as a peer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from infra.cluster import ApiServer
from infra.fleet import Fleet, ordered, shell_env
from infra.workcopy import state_folder
from tests.bench.stacks.tree import TreeMemory
from tests.infra.scene import checkout, control_plane, fleet_of
from tests.infra.world import PLATFORMS, ROOT, inventory

PEER = """\
import os, sys
sys.path.insert(0, {root!r})
import pulumi
from infra.program import assemble
from infra.rendering import render
from tests.bench.stacks.defaults import awaited
from pathlib import Path
from tests.infra.world import inventory
name = pulumi.get_stack()
given = {{"platform": name, "code": inventory().platform_by_name[name].code}}
objects = render(inventory(), Path({project!r}), "lab", name, given)
assemble(awaited(objects) if {waits!r} else objects, os.environ["KUBECONFIG"])
"""


def size(name: str, default: int) -> int:
    """How much to measure: STACKS_<NAME> in the environment, for a trial with small numbers."""
    return int(os.environ.get(f"STACKS_{name}", default))


def platforms() -> list[str]:
    """The platforms that take part, the province first: the cities' stacks read it."""
    every = ordered(inventory(), PLATFORMS)
    return every[: size("PLATFORMS", len(every))]


@dataclass(frozen=True)
class World:
    """A checkout and its control plane."""

    project: Path
    plane: Path
    fleet: Fleet

    def run(self, word: str, names: Sequence[str], settle: bool = True) -> tuple[float, float]:
        """One contestant's seconds, with `settle` until all is ready, and the peak memory of its tree in MiB."""
        command = [sys.executable, "-m", "tests.bench.stacks.run", word, str(self.project), str(self.plane), *names]
        started = time.monotonic()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as child, TreeMemory(child.pid) as memory:
            code = child.wait()
        if code != 0:
            raise SystemExit(f"{word} ended {code}")
        if settle:
            self.ready(len(names))
        return time.monotonic() - started, memory.peak

    def plain(self, name: str, *arguments: str, waits: bool = True) -> None:
        """Plain `pulumi` on one stack, with its own program; with `waits` and every default, it awaits each object."""
        folder = self.project / ("peer-waits" if waits else "peer")
        if not folder.exists():
            folder.mkdir()
            text = PEER.format(root=str(ROOT), project=str(self.project), waits=waits)
            (folder / "__main__.py").write_text(text)
            (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "jiyue", "runtime": "python"}))
        env = {**os.environ, **shell_env(self.fleet, name)}
        done = subprocess.run(["pulumi", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"pulumi {arguments[0]} {name}: {(done.stdout + done.stderr)[-2000:]}")

    def first(self, names: Sequence[str]) -> float:
        """`pulumi up` of one stack after the other, as the user guide has it; seconds until all is ready."""
        started = time.monotonic()
        for name in names:
            self.fleet.copy(name).prepare()
            self.plain(name, "stack", "init", name, "--non-interactive")
            self.plain(name, "up", "--yes", "--skip-preview", "--non-interactive")
        self.ready(len(names))
        return time.monotonic() - started

    def refreshed(self, names: Sequence[str]) -> float:
        """`pulumi up --refresh` of one stack after the other, each with the objects that are there; seconds.

        SystemExit when one of them changed something: `--expect-no-changes` is part of the work.
        """
        started = time.monotonic()
        words = ("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes", "--non-interactive")
        for name in names:
            self.plain(name, *words, waits=False)
        return time.monotonic() - started

    def ready(self, count: int, seconds: float = 120.0) -> None:
        """Wait until every replica of every workload is ready; none at all is an error."""
        server = ApiServer(self.fleet.kubeconfig, self.fleet.context(""))
        deadline = time.monotonic() + seconds
        while True:
            items = [one for kind in ("deployments", "statefulsets") for one in _listed(server, kind)]
            late = [
                one["metadata"]["name"]
                for one in items
                if one["status"].get("readyReplicas", 0) < one["spec"]["replicas"]
            ]
            if len(items) >= 18 * count and not late:
                break
            if time.monotonic() > deadline:
                raise SystemExit(f"not ready: {len(items)} workloads, {late[:5]}")
            time.sleep(0.2)
        server.close()

    def states(self) -> Path:
        """The folder of the file backend."""
        return state_folder(self.project, "lab")


def _listed(server: ApiServer, kind: str) -> list[dict[str, dict[str, int]]]:
    found: list[dict[str, dict[str, int]]] = server.get(f"/apis/apps/v1/{kind}")["items"]
    return found


@contextmanager
def world() -> Iterator[World]:
    """A fresh one; nothing is left of it."""
    with TemporaryDirectory(prefix="jiyue-stacks-") as folder:
        base = Path(folder)
        checkout(base / "project")
        with control_plane(base / "plane") as plane:
            yield World(base / "project", plane, fleet_of(base / "project", plane))

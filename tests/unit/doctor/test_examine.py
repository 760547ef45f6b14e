"""Each lack is one finding with place, cause and fix; a machine that lacks nothing has none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from jiyue.doctor import Finding, examine, node_lacks, packages
from jiyue.doctor.model import FEATURES, GIB, NODE_FEATURES

TOOLS, VAR = Path("/tools"), Path("/var/jiyue")


@dataclass(frozen=True)
class Healthy:
    """A machine that lacks nothing; every field is one answer."""

    uid: int = 0
    version: tuple[int, int] = (3, 11)
    free: int = 100 * GIB
    memory: int = 16 * GIB
    holders: dict[int, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    broken: dict[str, str] = field(default_factory=dict)
    read_only: tuple[Path, ...] = ()
    missing: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    no_route: str | None = None

    def user(self) -> int:
        return self.uid

    def python(self) -> tuple[int, int]:
        return self.version

    def free_bytes(self, folder: Path) -> int:
        return self.free

    def memory_bytes(self) -> int:
        return self.memory

    def port_holder(self, port: int) -> str | None:
        return self.holders.get(port)

    def has_file(self, path: str) -> bool:
        return path not in self.absent

    def feature_trouble(self, script: str) -> str | None:
        return self.broken.get(script)

    def write_trouble(self, folder: Path) -> str | None:
        return "Read-only file system" if folder in self.read_only else None

    def missing_engines(self, tools: Path) -> tuple[str, ...]:
        return self.missing

    def absent_engines(self, tools: Path) -> tuple[str, ...]:
        return self.without

    def engine_trouble(self) -> str | None:
        return self.no_route


def bad(machine: Healthy, groups: tuple[str, ...] = ("lab",)) -> list[Finding]:
    found = examine([6443, 2379], TOOLS, VAR, groups=groups, machine=machine)
    assert len({finding.id for finding in found}) == len(found)
    return [finding for finding in found if not finding.ok]


def test_healthy_machine_has_only_good_findings() -> None:
    found = examine([6443], TOOLS, VAR, machine=Healthy())
    assert all(finding.ok and not finding.fix for finding in found)
    assert {"root", "python", "memory", "disk:var", "port:6443", "engines"} <= {finding.id for finding in found}
    assert {f"kernel:{name}" for name in (*FEATURES, *NODE_FEATURES)} <= {finding.id for finding in found}


@pytest.mark.parametrize(
    ("change", "name", "place", "cause"),
    [
        ({"uid": 1000}, "root", "user", "user 1000"),
        ({"version": (3, 10)}, "python", "python", "3.10"),
        ({"absent": ("/usr/sbin/knotd",)}, "package:knot", "/usr/sbin/knotd", "authoritative DNS"),
        (
            {"broken": {FEATURES["overlayfs"][0]: "unknown filesystem"}},
            "kernel:overlayfs",
            "kernel",
            "unknown filesystem",
        ),
        ({"free": 3 * GIB - 1}, "disk:var", "/var/jiyue", "3 GiB needed"),
        ({"memory": 4 * GIB}, "memory", "memory", "4.0 GiB, 6 GB needed"),
        ({"holders": {2379: "etcd (pid 7)"}}, "port:2379", "127.0.0.1:2379", "is held by etcd (pid 7)"),
        ({"read_only": (TOOLS,)}, "writable:tools", "/tools", "Read-only file system"),
        ({"read_only": (VAR,)}, "writable:var", "/var/jiyue", "Read-only file system"),
        ({"missing": ("kwok",), "no_route": "no go"}, "engines", "/tools", "not ready yet: kwok; no go"),
    ],
)
def test_one_lack_is_one_finding(change: dict[str, object], name: str, place: str, cause: str) -> None:
    (finding,) = bad(replace(Healthy(), **change))  # type: ignore[arg-type]
    assert finding.id == name
    assert finding.place == place
    assert cause in finding.cause
    assert finding.fix
    assert str(finding) == f"{finding.place}: {finding.cause}; {finding.fix}"


def test_missing_engines_that_can_be_made_ask_only_for_more_disk() -> None:
    assert bad(Healthy(missing=("kwok",))) == []
    (finding,) = bad(Healthy(missing=("kwok",), free=15 * GIB))
    assert (finding.id, finding.place) == ("disk:tools", "/tools")
    assert bad(Healthy(free=15 * GIB)) == []


def test_everything_wrong_is_said_at_once() -> None:
    machine = Healthy(uid=1, free=0, memory=0, holders={6443: "x", 2379: "y"}, missing=("kwok",), no_route="no go")
    assert [finding.id for finding in bad(machine)] == [
        "root",
        "disk:tools",
        "disk:var",
        "memory",
        "port:6443",
        "port:2379",
        "engines",
    ]


def test_browser_is_asked_for_only_by_the_tests() -> None:
    machine = Healthy(absent=("/usr/bin/chromium",))
    assert bad(machine) == []
    assert [finding.id for finding in bad(machine, ("lab", "test"))] == ["package:chromium"]


@pytest.mark.parametrize(
    ("change", "name", "cause"),
    [
        ({"absent": ("/usr/bin/containerd",)}, "package:containerd", "is missing (real nodes: runs the pods)"),
        ({"broken": {NODE_FEATURES["groups"][0]: "Read-only file system"}}, "kernel:groups", "Read-only file system"),
        ({"broken": {NODE_FEATURES["sets"][0]: "Kernel error"}}, "kernel:sets", "Kernel error"),
        ({"without": ("kube-router",)}, "node-engines", "a real node needs kube-router"),
    ],
)
def test_what_only_real_nodes_need_stops_nothing(change: dict[str, Any], name: str, cause: str) -> None:
    machine = replace(Healthy(), **change)
    (finding,) = bad(machine)
    assert (finding.id, finding.optional, finding.stops) == (name, True, False)
    assert cause in finding.cause
    assert finding.fix
    assert node_lacks(TOOLS, machine) == [finding]
    assert node_lacks(TOOLS, Healthy(uid=1000, memory=0)) == []


def test_package_table_is_well_formed() -> None:
    table = packages()
    assert len({package.name for package in table}) == len(table) >= 15
    assert all(package.group in ("lab", "node", "test") and package.file.startswith("/") for package in table)

"""What the machine lacks, said before anything starts (pure: the machine is asked through `Machine`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from jiyue.doctor.model import FEATURES, GIB, NODE_FEATURES, Feature, Finding, Machine, packages

PYTHON_NEEDED = (3, 11)
DISK_COLD = 16 * GIB
"""Engines built from source: 12.1 GiB of modules, compile cache and results were measured."""

DISK_WARM = 3 * GIB
"""A run with the engines at hand."""

MEMORY_NEEDED = 6 * 10**9


def findings(
    machine: Machine, ports: Sequence[int], tools_dir: Path, var_dir: Path, groups: Sequence[str] = ("lab",)
) -> list[Finding]:
    """Every finding in the order in which a person would mend them; nothing is changed on the machine."""
    missing = machine.missing_engines(tools_dir)
    return [
        _root(machine),
        _python(machine),
        *_packages(machine, groups),
        *_features(machine, FEATURES),
        *_space(machine, tools_dir, var_dir, missing),
        _memory(machine),
        *_ports(machine, ports),
        *_folders(machine, tools_dir, var_dir),
        _engines(machine, tools_dir, missing),
        *node_findings(machine, tools_dir),
    ]


def node_findings(machine: Machine, tools_dir: Path) -> list[Finding]:
    """What real Kubernetes nodes need beyond the lab; each is optional, because without them nodes are simulated."""
    absent = machine.absent_engines(tools_dir)
    engines = Finding("node-engines", True, str(tools_dir), "every engine of a real node is ready")
    if absent:
        cause = f"a real node needs {', '.join(absent)}"
        engines = Finding("node-engines", False, str(tools_dir), cause, "jiyue engine install, with Go 1.21+ on PATH")
    found = [*_packages(machine, ("node",)), *_features(machine, NODE_FEATURES), engines]
    return [replace(finding, optional=True) for finding in found]


def _root(machine: Machine) -> Finding:
    user = machine.user()
    if user == 0:
        return Finding("root", True, "user", "root")
    return Finding("root", False, "user", f"user {user} may not make network namespaces", "run as root, or with sudo")


def _python(machine: Machine) -> Finding:
    major, minor = machine.python()
    good = (major, minor) >= PYTHON_NEEDED
    fix = "" if good else "install Python 3.11 or newer and run make setup"
    return Finding("python", good, "python", f"version {major}.{minor}", fix)


def _packages(machine: Machine, groups: Sequence[str]) -> Iterator[Finding]:
    for package in packages():
        if package.group not in groups:
            continue
        good = machine.has_file(package.file)
        cause = "is there" if good else f"is missing ({package.purpose})"
        fix = "" if good else f"apt-get install {package.name}, or make setup, which starts no daemon"
        yield Finding(f"package:{package.name}", good, package.file, cause, fix)


def _features(machine: Machine, features: Mapping[str, Feature]) -> Iterator[Finding]:
    for name, (script, what, fix) in features.items():
        trouble = machine.feature_trouble(script)
        if trouble is None:
            yield Finding(f"kernel:{name}", True, "kernel", what)
        else:
            yield Finding(f"kernel:{name}", False, "kernel", f"no {what} ({trouble})", fix)


def _space(machine: Machine, tools: Path, var: Path, missing: Sequence[str]) -> Iterator[Finding]:
    needs = [("disk:var", var, DISK_WARM)]
    if missing:
        needs.insert(0, ("disk:tools", tools, DISK_COLD))
    for name, folder, need in needs:
        free = machine.free_bytes(folder)
        cause = f"{free / GIB:.1f} GiB free"
        if free >= need:
            yield Finding(name, True, str(folder), cause)
        else:
            yield Finding(name, False, str(folder), f"{cause}, {need / GIB:.0f} GiB needed", "free some space")


def _memory(machine: Machine) -> Finding:
    have = machine.memory_bytes()
    cause = f"{have / GIB:.1f} GiB"
    if have >= MEMORY_NEEDED:
        return Finding("memory", True, "memory", cause)
    return Finding("memory", False, "memory", f"{cause}, 6 GB needed", "use a machine with more memory")


def _ports(machine: Machine, ports: Sequence[int]) -> Iterator[Finding]:
    for port in ports:
        holder = machine.port_holder(port)
        place = f"127.0.0.1:{port}"
        if holder is None:
            yield Finding(f"port:{port}", True, place, "is free")
        else:
            yield Finding(f"port:{port}", False, place, f"is held by {holder}", "stop that program first")


def _folders(machine: Machine, tools: Path, var: Path) -> Iterator[Finding]:
    for name, folder, fix in (
        ("writable:tools", tools, "make it writable, or point JIYUE_TOOLS to a folder that is"),
        ("writable:var", var, "make the checkout writable"),
    ):
        trouble = machine.write_trouble(folder)
        if trouble is None:
            yield Finding(name, True, str(folder), "is writable")
        else:
            yield Finding(name, False, str(folder), f"cannot be written ({trouble})", fix)


def _engines(machine: Machine, tools: Path, missing: Sequence[str]) -> Finding:
    if not missing:
        return Finding("engines", True, str(tools), "every engine is ready")
    trouble = machine.engine_trouble()
    what = f"not ready yet: {', '.join(missing)}"
    if trouble is None:
        return Finding("engines", True, str(tools), f"{what} (jiyue engine install will make them)")
    fix = "install them on PATH, or connect to the internet, or put Go 1.21+ on PATH"
    return Finding("engines", False, str(tools), f"{what}; {trouble}", fix)

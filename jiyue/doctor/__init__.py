"""`jiyue doctor`: what this machine lacks, before anything starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jiyue.doctor.examine import findings, node_findings
from jiyue.doctor.machine import ThisMachine
from jiyue.doctor.model import Finding, Machine, Package, packages

__all__ = ["Finding", "Machine", "Package", "examine", "node_lacks", "packages"]


def examine(
    ports: Sequence[int],
    tools_dir: Path,
    var_dir: Path,
    *,
    groups: Sequence[str] = ("lab",),
    machine: Machine | None = None,
) -> list[Finding]:
    """Look at root, Python, packages, kernel, disk, memory, ports (on 127.0.0.1), folders and engines."""
    return findings(machine or ThisMachine(), ports, tools_dir, var_dir, groups)


def node_lacks(tools_dir: Path, machine: Machine | None = None) -> list[Finding]:
    """What keeps this machine from running real Kubernetes nodes; empty when it can."""
    return [finding for finding in node_findings(machine or ThisMachine(), tools_dir) if not finding.ok]

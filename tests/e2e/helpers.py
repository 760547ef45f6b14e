"""What the end-to-end tests share: calling the command and looking at the machine from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kwok", "knotd", "unbound", "nginx")
"""Daemons that only a lab starts on this machine."""
JIYUE = Path(sys.executable).with_name("jiyue")


def jiyue(*words: str, check: bool = True, timeout: float = 1500) -> subprocess.CompletedProcess[str]:
    """Run the command in the checkout; its output is shown when it fails and `check` is set."""
    result = subprocess.run([JIYUE, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout)
    if check:
        assert result.returncode == 0, (
            f"{words} ended {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
        )
    return result


def as_json(*words: str) -> Any:
    """The JSON answer of a verb."""
    return json.loads(jiyue(*words, "--json", check=False).stdout)


def on_host(host: str, *command: str, check: bool = True) -> str:
    """What a command prints on a host of the lab."""
    return jiyue("lab", "exec", host, "--", *command, check=check, timeout=120).stdout


def machine() -> dict[str, set[str]]:
    """Interfaces, named namespaces, mounts and kinds of processes that a lab could leave behind."""
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    netns = Path("/run/netns")
    return {
        "links": {line.split(":")[1].strip().split("@")[0] for line in links.splitlines()},
        "namespaces": {path.name for path in netns.iterdir()} if netns.is_dir() else set(),
        "mounts": {line.split()[1] for line in mounts if "jiyue" in line},
        "processes": set(_daemons()),
    }


def new(before: dict[str, set[str]]) -> dict[str, set[str]]:
    """What the machine has now and had not before; empty when a lab left nothing behind."""
    now = machine()
    return {kind: now[kind] - before[kind] for kind in now if now[kind] - before[kind]}


def _daemons() -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        # The program itself, or a Python module: a compiler that happens to build one of them is none of the lab's.
        program = Path((words[0].split() or [""])[0]).name.rstrip(":")  # nginx rewrites its own title
        if program in PROGRAMS or words[0].startswith("/usr/lib/frr") or "lab.supervisor" in words:
            if _of_another_worker(folder):
                continue
            found.append(f"{folder.name} {' '.join(words)[:80]}")
    return found


def _of_another_worker(process: Path) -> bool:
    """Whether a test that runs beside this one started it or one of those above it; a lab's daemons have our mark.

    A control plane keeps no environment of its maker's, but works in a folder that has the worker's name.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    pid = process.name
    while pid not in ("0", "1"):
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
        except OSError:  # ended meanwhile
            return False
        marks = re.findall(rb"(?:^|\0)PYTEST_XDIST_WORKER=(\w*)", environ) or re.findall(rb"/popen-(gw\d+)/", words)
        if marks:
            return worker.encode() not in marks
        pid = status.partition("\nPPid:\t")[2].partition("\n")[0]
    return False

"""What must be there before a lab is started, said all at once and before anything has been touched."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

from inventory.errors import EnvironmentFailed

from .node_host import NEEDED
from .spec import HOST_ENV, LabSpec

TOOLS = ("unshare", "nsenter", "mount", "umount", "pivot_root", "hostname", "ip", "setpriv", "nc", "ssh", "sshd")
_NAMESPACES = ("net", "mnt", "pid", "uts")


def missing(spec: LabSpec) -> list[EnvironmentFailed]:
    """Each thing the machine lacks for `spec`; empty when it can be started."""
    return [*_machine(), *_programs(spec), *_accounts(spec)]


def _machine() -> Iterator[EnvironmentFailed]:
    if os.geteuid() != 0:
        yield EnvironmentFailed("lab", "needs root to make namespaces", "run it as root")
    for name in _NAMESPACES:
        if not Path(f"/proc/self/ns/{name}").exists():
            yield EnvironmentFailed("lab", f"this kernel has no {name} namespaces", "use a kernel that has them")
    filesystems = Path("/proc/filesystems").read_text().split()
    if "overlay" not in filesystems and not shutil.which("modprobe"):
        yield EnvironmentFailed("lab", "this kernel has no overlay file system", "load the module overlay")


def _programs(spec: LabSpec) -> Iterator[EnvironmentFailed]:
    wanted: dict[str, str] = dict.fromkeys(TOOLS if spec.hosts else TOOLS[:1], "the lab itself")
    for host in spec.hosts:
        for name in NEEDED if host.node else ():
            wanted.setdefault(name, f"host {host.name}, a Kubernetes node")
        delivered = {file.path for file in host.files}
        for service in host.services:
            if service.argv[0] not in delivered:
                wanted.setdefault(service.argv[0], f"service {service.name} of host {host.name}")
    for program, user in wanted.items():
        if shutil.which(program, path=HOST_ENV["PATH"]) is None:
            yield EnvironmentFailed(f"lab: {program}", f"not installed, needed by {user}", "install its package")


def _accounts(spec: LabSpec) -> Iterator[EnvironmentFailed]:
    users: dict[str, str] = {}
    groups: dict[str, str] = {}
    for host in spec.hosts:
        for file in host.files:
            user, _, group = file.owner.partition(":")
            users.setdefault(user, f"{file.path} of host {host.name}")
            if group:
                groups.setdefault(group, f"{file.path} of host {host.name}")
        for service in host.services:
            if service.user:
                users.setdefault(service.user, f"service {service.name} of host {host.name}")
    known_users = {entry.pw_name for entry in pwd.getpwall()}
    known_groups = {entry.gr_name for entry in grp.getgrall()}
    for kind, wanted, known in (("user", users, known_users), ("group", groups, known_groups)):
        for name, need in wanted.items():
            if name not in known:
                yield EnvironmentFailed(
                    f"lab: {kind} {name}", f"does not exist, needed by {need}", "install its package"
                )

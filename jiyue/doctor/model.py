"""What the doctor says, and the questions it asks the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

GIB = 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at. When `ok`, `cause` says what was found and `fix` is empty."""

    id: str
    ok: bool
    place: str
    cause: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.cause}" + (f"; {self.fix}" if self.fix else "")

    def as_dict(self) -> dict[str, str | bool]:
        """The finding as data, for `--json`."""
        return {"id": self.id, "ok": self.ok, "place": self.place, "cause": self.cause, "fix": self.fix}


@dataclass(frozen=True)
class Package:
    """A Debian package, the file it must bring, and why it is wanted by `group` (lab or test)."""

    name: str
    group: str
    file: str
    purpose: str


class Machine(Protocol):
    """The machine as the doctor sees it; a test gives its own."""

    def user(self) -> int:
        """The effective user id."""

    def python(self) -> tuple[int, int]:
        """Major and minor version of the running Python."""

    def free_bytes(self, folder: Path) -> int:
        """Bytes free for us on the file system that holds `folder`, which need not exist yet."""

    def memory_bytes(self) -> int:
        """Memory that this process may use: the machine's, or its control group's limit if that is lower."""

    def port_holder(self, port: int) -> str | None:
        """Who listens on 127.0.0.1:`port` (a name, or `another process`), or None when it is free."""

    def has_file(self, path: str) -> bool:
        """Whether a program or file is there."""

    def feature_trouble(self, script: str) -> str | None:
        """Why `script` fails as root in namespaces of its own, or None when it works."""

    def write_trouble(self, folder: Path) -> str | None:
        """Why nothing can be written below `folder`, or None."""

    def missing_engines(self, tools: Path) -> tuple[str, ...]:
        """Names of the engines that are not ready in this tools folder."""

    def engine_trouble(self) -> str | None:
        """Why missing engines could be neither downloaded nor built here, or None."""


def packages() -> tuple[Package, ...]:
    """The table of Debian packages that the set-up script installs from, in its order."""
    text = files("jiyue.doctor").joinpath("packages.txt").read_text(encoding="utf-8")
    rows = [line.split(maxsplit=3) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(Package(name, group, file, purpose) for name, group, file, purpose in rows)


FEATURES: Mapping[str, tuple[str, str, str]] = {
    "namespaces": (
        "true",
        "network, mount, pid and uts namespaces",
        "allow them: run on a real or virtual machine, or in a privileged container",
    ),
    "overlayfs": (
        'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && mkdir "$d/u" "$d/w" "$d/m"'
        ' && mount -t overlay -o "lowerdir=/,upperdir=$d/u,workdir=$d/w" overlay "$d/m"; r=$?;'
        ' umount -l "$d/m" "$d" 2>/dev/null; rmdir "$d"; exit $r',
        "overlay file systems over /",
        "load the module overlay, and allow mounts",
    ),
    "links": (
        "ip link add name b0 type bridge && ip link add name v0 type veth peer name v1"
        " && ip link set v0 master b0 up && ip -6 addr add 3fff::1/64 dev v1 nodad",
        "bridges, veth pairs and IPv6",
        "load the modules bridge and veth, and do not boot with ipv6.disable=1",
    ),
    "nftables": (
        "printf '%s' 'table inet t { comment \"t\"; chain f { type filter hook forward priority 0; policy drop;"
        " ct state established accept; meta nfproto ipv6 limit rate 5/second log; }; }' | nft -f -",
        "nftables inet tables with comments, connection tracking, limits and logs",
        "load the module nf_tables and install a current nftables",
    ),
    "forwarding": (
        "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding && echo 1 > /proc/sys/net/ipv4/ip_forward",
        "forwarding for both families inside a namespace",
        "mount /proc writable (a container needs to be privileged)",
    ),
}
"""Feature id to (script that proves it, what it is, how to get it)."""

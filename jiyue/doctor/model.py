"""What the doctor says, and the questions it asks the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

GIB = 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at. When `ok`, `cause` says what was found and `fix` is empty.

    What is `optional` may be missing: the lab then has simulated nodes only, and says so.
    """

    id: str
    ok: bool
    place: str
    cause: str
    fix: str = ""
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.cause}" + (f"; {self.fix}" if self.fix else "")

    @property
    def stops(self) -> bool:
        """Whether nothing can be done before this is mended."""
        return not self.ok and not self.optional

    def as_dict(self) -> dict[str, str | bool]:
        """The finding as data, for `--json`."""
        return asdict(self)


@dataclass(frozen=True)
class Package:
    """A Debian package, the file it must bring, and why it is wanted by `group` (lab, node or test)."""

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

    def absent_engines(self, tools: Path) -> tuple[str, ...]:
        """Names of the optional engines that are not ready in this tools folder."""

    def engine_trouble(self) -> str | None:
        """Why missing engines could be neither downloaded nor built here, or None."""


def packages() -> tuple[Package, ...]:
    """The table of Debian packages that the set-up script installs from, in its order."""
    text = files("jiyue.doctor").joinpath("packages.txt").read_text(encoding="utf-8")
    rows = [line.split(maxsplit=3) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(Package(name, group, file, purpose) for name, group, file, purpose in rows)


Feature = tuple[str, str, str]
"""Script that proves it in namespaces of its own, what it is, how to get it."""

FEATURES: Mapping[str, Feature] = {
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
"""What the lab needs of the kernel, by id."""

NODE_FEATURES: Mapping[str, Feature] = {
    "groups": (
        # Bind mounts of the whole tree would be told to the machine; a fresh namespace keeps them to itself.
        'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && mkdir "$d/root" && mount --bind / "$d/root" && printf \'%s\' \''
        '{"ociVersion":"1.0.0","root":{"path":"root","readonly":true},"process":{"user":{"uid":0,"gid":0},'
        '"args":["/bin/true"],"cwd":"/"},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}],'
        '"linux":{"cgroupsPath":"/jiyue-trial","resources":{"memory":{"limit":67108864},"pids":{"limit":32}},'
        '"namespaces":[{"type":"pid"},{"type":"mount"}]}}\' > "$d/config.json"'
        ' && runc --root "$d/state" run --bundle "$d" "jiyue-trial"; r=$?;'
        ' umount -l "$d"; rmdir "$d"; exit $r',
        "containers with limits of memory and processes",
        "mount the control groups writable (a container needs to be privileged)",
    ),
    "sets": (
        "ipset create four hash:ip && ipset create six hash:ip family inet6"
        " && iptables -A FORWARD -m comment --comment t -m set --match-set four src -j MARK --set-xmark 1/1"
        " && ip6tables -A FORWARD -m set --match-set six src -m mark ! --mark 1/1 -j REJECT"
        " && iptables -A FORWARD -m conntrack --ctstate NEW -m limit --limit 9/min -j NFLOG --nflog-group 100",
        "address sets in packet filters of both families",
        "load the modules ip_set, xt_set and nfnetlink_log",
    ),
    "translation": (
        "printf '%s' 'table ip6 t { chain a { meta l4proto tcp dnat to [3fff::1]:80; };"
        " map m { type ipv6_addr . inet_proto . inet_service : verdict; };"
        " chain p { type nat hook prerouting priority -100; ip6 daddr . meta l4proto . th dport vmap @m;"
        " numgen random mod 2 vmap { 0 : goto a }; };"
        " chain o { type nat hook postrouting priority 100; meta mark 1 masquerade fully-random; }; }' | nft -f -",
        "address translation with nftables",
        "load the modules nft_nat, nft_masq and nft_numgen",
    ),
}
"""What a real Kubernetes node needs beyond that, in the same form: without it every node is simulated."""

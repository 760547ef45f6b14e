"""The files of a host before it starts: a private upper layer over the machine's root, its own /run, /tmp,
/dev and /root.

Runs in the supervisor, inside the tmpfs that the supervisor mounted for all hosts; the machine's files are only read.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
import uuid
from collections.abc import Iterable
from pathlib import Path

from .hostinit import ENTER, NODE, address_batch, init_script, power_on_script, route_batch, sysctl_script
from .spec import FileSpec, HostSpec, ServiceSpec

_OWN = ("run", "tmp", "dev", "root")
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
# Separate file systems that an overlay of / alone would not show.
_SYSTEM = ("bin", "etc", "home", "lib", "lib64", "opt", "sbin", "srv", "usr", "var")


def system_mounts(mountinfo: str) -> tuple[str, ...]:
    """Mount points below / that hold parts of the system, parents first, from /proc/self/mountinfo text."""
    points = {line.split()[4] for line in mountinfo.splitlines() if len(line.split()) > 4}
    return tuple(sorted(p for p in points if p.split("/")[1] in _SYSTEM and "\\" not in p))


def place(base: Path, path: str, mounts: Iterable[str] = ()) -> Path:
    """Where to write the file that the host of directory `base` is going to see as `path`."""
    first, _, rest = path.lstrip("/").partition("/")
    if first in _OWN:
        return base / first / rest
    below = [mount for mount in mounts if path == mount or path.startswith(f"{mount}/")]
    if below:
        mount = max(below, key=len)
        return base / "extra" / mount.lstrip("/") / "upper" / path[len(mount) :].lstrip("/")
    return base / "upper" / path.lstrip("/")


class HostFiles:
    """The directory of one host under construction."""

    def __init__(self, base: Path, mounts: tuple[str, ...] = (), binds: tuple[tuple[str, str], ...] = ()) -> None:
        self.base = base
        self.mounts = mounts
        self.binds = binds

    def create(self, host: HostSpec, services: tuple[ServiceSpec, ...], files: tuple[FileSpec, ...]) -> None:
        """Make everything that `ENTER` and the init script of `host` expect, then `files` in their order."""
        for name, mode in (("", 0o755), ("upper", 0o755), ("work", 0o755), ("merged", 0o755)):
            self._mkdir(self.base / name, mode)
        for name, mode in (("root", 0o700), ("run", 0o755), ("tmp", 0o1777), ("dev", 0o755), ("dev/pts", 0o755)):
            self._mkdir(self.base / name, mode)
        self._mkdir(self.base / "dev/shm", 0o1777)
        for mount in self.mounts:
            for part in ("upper", "work"):
                self._mkdir(self.base / "extra" / mount.lstrip("/") / part, 0o755)
        self._devices()
        for name in ("run/lab", "run/sshd", "run/lock"):
            self._mkdir(self.base / name, 0o755)
        lab = self.base / "run/lab"
        os.mkfifo(lab / "go", 0o600)
        (lab / "enter.sh").write_text(ENTER)
        (lab / "init.sh").write_text(init_script(host, services))
        (lab / "power-on.sh").write_text(power_on_script(host, services))
        (lab / "sysctl.sh").write_text(sysctl_script(host))
        (lab / "extra-mounts").write_text("".join(f"{mount}\n" for mount in self.mounts))
        for netns in (None, *host.namespaces()):
            (lab / f"addresses.{netns or 'host'}").write_text(address_batch(host, netns))
            (lab / f"routes.{netns or 'host'}").write_text(route_batch(host, netns))
        if host.node:
            (lab / "node").write_text(NODE)
            (lab / "binds").write_text("".join(f"{source}\t{target}\n" for source, target in self.binds))
            # kubelet watches the kernel's log for killed processes; the machine's is none of its business.
            os.mknod(self.base / "dev/kmsg", stat.S_IFCHR | 0o600, os.makedev(*_DEVICES["null"]))
        for file in files:
            self.write(file)

    def write(self, file: FileSpec) -> None:
        """Write one file or directory with its owner and mode; KeyError for a user the machine does not have."""
        path = _resolve(file.path)
        target = place(self.base, path, self.mounts)
        user, _, group = file.owner.partition(":")
        uid = pwd.getpwnam(user).pw_uid
        gid = grp.getgrnam(group).gr_gid if group else pwd.getpwnam(user).pw_gid
        self._parents(Path(path).parent)
        if file.path.endswith("/"):
            self._mkdir(target, file.mode)
        else:
            target.write_text(file.text, encoding="utf-8")
            target.chmod(file.mode)
        os.chown(target, uid, gid)

    def _parents(self, directory: Path) -> None:
        """Make the missing parents; one that exists below keeps its owner and mode, as overlayfs shows the upper's."""
        for parent in [*reversed(directory.parents), directory]:
            target = place(self.base, str(parent), self.mounts)
            if target.exists():
                continue
            self._mkdir(target, 0o755)
            if parent.is_dir() and parent.parts[1:2] and parent.parts[1] not in _OWN:
                below = parent.stat()
                target.chmod(stat.S_IMODE(below.st_mode))
                os.chown(target, below.st_uid, below.st_gid)

    @staticmethod
    def _mkdir(path: Path, mode: int) -> None:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)

    def _devices(self) -> None:
        dev = self.base / "dev"
        for name, (major, minor) in _DEVICES.items():
            os.mknod(dev / name, stat.S_IFCHR | 0o666, os.makedev(major, minor))
            (dev / name).chmod(0o666)
        for name, to in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0")):
            (dev / name).symlink_to(to)
        for name, number in (("stdout", 1), ("stderr", 2)):
            (dev / name).symlink_to(f"/proc/self/fd/{number}")


def _resolve(path: str) -> str:
    """`path` with the symbolic links of its directory followed on the machine (/var/run/x is /run/x)."""
    bare = path.rstrip("/") or "/"
    if bare.split("/")[1] in _OWN:
        return bare
    return str(Path(os.path.realpath(Path(bare).parent)) / Path(bare).name)


def base_files(host: HostSpec, names: tuple[tuple[str, str], ...], shadow: str) -> tuple[FileSpec, ...]:
    """What every host has of its own: name, hosts table, an empty resolver and no password but keys.

    `names` are (management address, host) pairs of the whole lab; `shadow` is the machine's /etc/shadow.
    """
    table = ["127.0.0.1 localhost", "::1 localhost ip6-localhost", "127.0.1.1 " + host.name]
    table += [f"{address} {name}.mgmt" for address, name in names]
    return (
        FileSpec("/etc/hostname", f"{host.name}\n"),
        FileSpec("/etc/machine-id", f"{machine_id(host)}\n", 0o444),
        FileSpec("/etc/hosts", "".join(f"{line}\n" for line in table)),
        FileSpec("/etc/resolv.conf", ""),
        FileSpec("/etc/shadow", locked_shadow(shadow), 0o640, "root:shadow"),
    )


def machine_id(host: HostSpec) -> str:
    """What names the host (machine-id(5)): the same in every lab in which a host has this name and this address."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{host.name} {host.mgmt4}").hex


def locked_shadow(shadow: str) -> str:
    """`shadow` without any password hash: every account "*", which sshd accepts for keys (unlike "!")."""
    fields = (line.split(":") for line in shadow.splitlines() if line.count(":") >= 2)
    return "".join(":".join([name, "*", *rest]) + "\n" for name, _, *rest in fields)

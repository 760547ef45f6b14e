"""The hosts, running: brought up in the caller's process tree, looked at and put back from outside, without SSH."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pyroute2 import netns

from inventory.errors import EnvironmentFailed
from lab import runtime
from lab.spec import HOST_ENV
from tests.bench.light.hosts import Light, hosts, lab
from tests.bench.light.texts import ADDRESSES, NFTABLES, NGINX, Texts, base

_WIDTH = 8
_LOOK = f"""\
nft list ruleset
echo =====
cat {NGINX}
echo =====
ip -o addr show dev dmz scope global | awk '{{print $2, $4}}' | sort
ip -o addr show dev lo scope global | awk '{{print $2, $4}}' | sort
for v in -4 -6; do ip $v route show proto static | sed 's/ pref medium//; s/ metric [0-9]*//' | sort; done
echo =====
if [ -S /run/frr/zebra.vty ]; then vtysh -c 'show running-config'; fi
echo =====
ss -Hltn | awk '{{print $4}}' | sort
"""
_CLEAN = "rm -rf /var/lib/jiyue/changes /root/.ansible /etc/jiyue/network /tmp/pyinfra-*"


@dataclass(frozen=True, slots=True)
class Fleet:
    """What runs; `config` reaches every host directly, `pids` are the hosts' first processes, `addresses` their SSH."""

    hosts: tuple[Light, ...]
    texts: Texts
    directory: Path
    config: Path
    pids: Mapping[str, int]
    addresses: Mapping[str, str]

    def inside(self, script: str, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a shell script says on every host, run from outside; CalledProcessError when it fails anywhere."""

        def one(name: str) -> str:
            argv = ["nsenter", f"--target={self.pids[name]}", "--net", "--mount", "--pid", "--uts", "--root", "--wd"]
            done = subprocess.run(
                [*argv, "sh", "-ec", script],
                input=(given or {}).get(name, ""),
                capture_output=True,
                text=True,
                check=False,
                env=HOST_ENV,
            )
            if done.returncode:
                raise RuntimeError(f"{name}: {done.stdout[-400:]}{done.stderr[-400:]}")
            return done.stdout

        names = [host.name for host in self.hosts]
        with ThreadPoolExecutor(_WIDTH) as pool:
            return dict(zip(names, pool.map(one, names), strict=True))

    def state(self) -> dict[str, str]:
        """Rule set, nginx's file, addresses, routes, FRR's running configuration and sockets of every host."""
        return self.inside(_LOOK)

    def reset(self, also: str = "") -> None:
        """Back to the base, every trace of a contestant removed; `also` is a further command on every host."""
        self.inside(f"{_CLEAN}\n{also}\nsh -e", {host.name: self._back(host) for host in self.hosts})

    def _back(self, host: Light) -> str:
        change = {one.driver: one for one in self.texts.change(host).sections}
        files = self.texts.files(host, False)
        lines = [_put(path, text) for path, text in files.items()]
        lines += [f"nft -f {NFTABLES}"]
        if host.router:
            lines += [_put("/tmp/back", change["frr"].reverse), "vtysh -f /tmp/back >/dev/null || true", "rm /tmp/back"]
        else:
            lines += [f"ip -6 addr del {host.address6}/64 dev dmz 2>/dev/null || true"]
            lines += ["ip -6 route del 3fff:ff0::/28 2>/dev/null || true", f"ip -batch {ADDRESSES}"]
        return "\n".join([*lines, "nginx -s reload", ""])


def _put(path: str, text: str) -> str:
    return f"cat >{path} <<'END-OF-FILE'\n{text}END-OF-FILE"


@contextmanager
def fleet(directory: Path, count: int, routers: int) -> Iterator[Fleet]:
    """The hosts in their base state; this process is in their network afterwards, where SSH reaches them directly."""
    texts, found = Texts(), hosts(count, routers)
    spec = lab(found, base(texts, found))
    state = runtime.up(spec, directory / "lab", timeout=180.0)
    try:
        netns.setns(f"/proc/{state.pid}/ns/net")
        config = directory / "ssh_config"
        config.write_text(_direct((directory / "lab" / "ssh_config").read_text(encoding="utf-8")), encoding="utf-8")
        pids = {host.name: host.pid for host in state.hosts if host.pid}
        addresses = {host.name: host.mgmt4.partition("/")[0] for host in spec.hosts}
        yield Fleet(found, texts, directory, config, pids, addresses)
    finally:
        with suppress(EnvironmentFailed):  # what is left goes with the process tree this runs in
            runtime.down(directory / "lab")


_SHARED = ("ProxyCommand", "ControlMaster", "ControlPersist", "ControlPath")


def _direct(config: str) -> str:
    """The lab's own configuration without its proxy, and without shared connections: each contestant has its own."""
    return "".join(f"{line}\n" for line in config.splitlines() if line.strip().split(" ")[0] not in _SHARED)


def shared(config: Path, folder: Path) -> Path:
    """`config` with the shared connections the product uses, in a folder of their own."""
    folder.mkdir(mode=0o700, parents=True)
    path = folder / "ssh_config"
    lines = ["    ControlMaster auto", "    ControlPersist 120", f"    ControlPath {folder}/%C", ""]
    path.write_text(config.read_text(encoding="utf-8") + "\n".join(lines), encoding="utf-8")
    return path

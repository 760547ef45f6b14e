"""Process 1 of the lab: makes the links, forks the hosts, records what they report, ends with everything it started.

Started by `lab.runtime` as `unshare --net --mount --pid --uts --fork --kill-child ... python -m lab.supervisor DIR`,
with the SSH keys as JSON on standard input. It writes DIR/status.json and nothing else outside its own namespaces.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from inventory.atomic import write_whole

from .hostfs import HostFiles, base_files, system_mounts
from .keys import KeyPair
from .node_parts import NOTHING, NodeParts
from .spec import HOST_ENV, FileSpec, HostSpec, LabSpec
from .ssh import SSHD, mgmt_address, server_files
from .wiring import Wirer, plan

_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child=SIGKILL")
_LOG_TAIL = 400


class Host:
    """A running host as the supervisor sees it: its outermost process, its services, its last words."""

    def __init__(self, spec: HostSpec, base: Path) -> None:
        self.spec = spec
        self.base = base
        self.process: subprocess.Popen[bytes] | None = None
        self.phase = "starting"  # starting, wired, addressed, up, down; off and booting with a power cut
        self.services: dict[str, str] = {}
        self.errors: list[str] = []

    def start(self, events: int) -> None:
        """Fork the host; it builds its root and then waits to be wired."""
        command = [*_UNSHARE, "/bin/sh", str(self.base / "run/lab/enter.sh"), str(self.base), self.spec.name]
        log = (self.base / "run/lab/enter.log").open("wb")
        with log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=events, stderr=log, env=HOST_ENV)

    def open_netns(self, netns: str | None) -> int:
        """A descriptor of the host's own or of a named network namespace."""
        assert self.process is not None
        proc = f"/proc/{self.process.pid}"
        return os.open(f"{proc}/root/run/netns/{netns}" if netns else f"{proc}/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def go(self) -> None:
        """Tell the host that its interfaces are there."""
        with (self.base / "run/lab/go").open("w") as fifo:
            fifo.write("go\n")

    def event(self, words: list[str]) -> None:
        """Take in one report; unknown words are kept as an error, never dropped."""
        match words:
            case ["net", "ready"]:
                self.phase = "wired"
            case ["net", "addressed"]:
                self.phase = "addressed"
            case ["net", "failed"]:
                self.errors.append(f"network: {self.tail('net')}")
            case ["done"]:
                self.phase = "up"
            case ["power", "off"]:
                self.phase, self.errors = "off", ["the power is off"]
                self.services = dict.fromkeys(self.services, "off")
            case ["power", "on"]:
                self.phase, self.errors = "booting", []
                self.services = dict.fromkeys(self.services, "waiting")
            case ["svc", name, ("starting" | "up") as state]:
                if self.services.get(name, "").partition(" ")[0] not in ("exited", "failed"):
                    self.services[name] = state
            case ["svc", name, ("failed" | "exited") as state, *rest]:
                self.services[name] = " ".join([state, *rest])
                self.errors.append(f"service {name} {' '.join([state, *rest])}: {self.tail(name)}")
            case _:
                self.errors.append(f"unexpected report: {' '.join(words)}")

    def tail(self, name: str) -> str:
        """The end of a log of this host, on one line."""
        try:
            text = (self.base / f"run/lab/log/{name}.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "no log"
        return " / ".join(line.strip() for line in text[-_LOG_TAIL:].splitlines() if line.strip()) or "empty log"

    def ended(self) -> None:
        """The host's process tree is gone."""
        if self.phase != "up":
            log = (self.base / "run/lab/enter.log").read_text(encoding="utf-8", errors="replace")
            self.errors.append(f"ended while {self.phase}: {log[-_LOG_TAIL:].strip()}")
        self.phase = "down"
        self.services = dict.fromkeys(self.services, "down")


class Supervisor:
    """The whole lab from inside."""

    def __init__(
        self,
        spec: LabSpec,
        directory: Path,
        keys: dict[str, KeyPair],
        controller: str,
        nodes: NodeParts = NOTHING,
    ) -> None:
        self.nodes = nodes
        self.spec = spec
        self.directory = directory
        self.keys = keys
        self.controller = controller
        self.hosts: dict[str, Host] = {}
        self.phase = "starting"
        self._events, self._report = os.pipe()
        self._pending = b""
        self._written = ""

    def run(self) -> None:
        """Bring everything up, then record events until killed."""
        mounts = system_mounts(Path("/proc/self/mountinfo").read_text())
        root = self.directory / "rootfs"
        root.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0711", "lab", str(root)], check=True)
        names = tuple((mgmt_address(host), host.name) for host in self.spec.hosts)
        shadow = Path("/etc/shadow").read_text()
        for spec in self.spec.hosts:
            host = Host(spec, root / spec.name)
            services = (SSHD, *spec.services)
            files = (
                *base_files(spec, names, shadow),
                *server_files(spec, self.keys[spec.name], self.controller),
                *spec.files,
                *(FileSpec(path, text, 0o600) for path, text in self.nodes.secrets.get(spec.name, ())),
            )
            HostFiles(host.base, mounts, self.nodes.binds).create(spec, services, files)
            host.services = {service.name: "waiting" for service in services}
            self.hosts[spec.name] = host
        for host in self.hosts.values():
            host.start(self._report)
        self._wire()
        while True:
            self._settle()
            self._write()
            self._wait(0.05 if self.phase == "starting" else 1.0)

    def _wire(self) -> None:
        while any(host.phase == "starting" for host in self.hosts.values()):
            self._write()
            self._wait(1.0)
        if any(host.phase == "down" for host in self.hosts.values()):
            self.phase = "failed"  # a host without its root has nothing to wire; its own words say why
            return
        opened: dict[tuple[str, str | None], int] = {}

        def open_netns(name: str, netns: str | None) -> int:
            if (name, netns) not in opened:
                opened[name, netns] = self.hosts[name].open_netns(netns)
            return opened[name, netns]

        Wirer(open_netns).make(plan(self.spec))
        for descriptor in opened.values():
            os.close(descriptor)
        for host in self.hosts.values():
            host.go()

    def _wait(self, seconds: float) -> None:
        """Take in reports for at most `seconds`, and notice hosts that ended."""
        readable, _, _ = select.select([self._events], [], [], seconds)
        if readable:
            *lines, self._pending = (self._pending + os.read(self._events, 65536)).split(b"\n")
            for line in lines:
                name, *words = line.decode("utf-8", "replace").split()
                self.hosts[name].event(words)
        for host in self.hosts.values():
            if host.phase != "down" and host.process is not None and host.process.poll() is not None:
                host.ended()

    def _settle(self) -> None:
        if self.phase == "starting" and all(host.phase in ("up", "down") for host in self.hosts.values()):
            failed = any(host.errors for host in self.hosts.values())
            self.phase = "failed" if failed else "running"

    def _write(self) -> None:
        record = {
            "phase": self.phase,
            "hosts": {
                name: {
                    "pid": host.process.pid if host.process else 0,
                    "phase": host.phase,
                    "services": host.services,
                    "errors": host.errors[-5:],
                }
                for name, host in self.hosts.items()
            },
        }
        text = json.dumps(record, indent=1)
        if text != self._written:
            write_whole(self.directory / "status.json", text, durable=False)
            self._written = text


def main() -> None:
    """Read the spec and the keys, then supervise until killed; a failure is written to status.json."""
    directory = Path(sys.argv[1])
    os.chdir("/")
    given = sys.stdin.read()
    if not given:  # whoever started us is gone before it could record us
        return
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        secrets = json.loads(given)
        keys = {name: KeyPair(*pair) for name, pair in secrets["hosts"].items()}
        spec = LabSpec.from_json((directory / "spec.json").read_bytes())
        Supervisor(spec, directory, keys, secrets["controller"], NodeParts.from_plain(secrets["nodes"])).run()
    except BaseException as error:
        record = {"phase": "failed", "error": f"{type(error).__name__}: {error}", "hosts": {}}
        write_whole(directory / "status.json", json.dumps(record), durable=False)
        raise


if __name__ == "__main__":
    main()

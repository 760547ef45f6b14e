"""A stand-in router for a test: its process, an sshd of its own on loopback, keys made here, an ssh_config to it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipv6.session.main import Way, answer
from lab.standin.serve import prepare, sshd_config

ROOT = Path(__file__).parents[2]
KINDS = {"huawei_vrp": "vrp", "h3c_comware": "comware"}


class StandIn:
    """One device while the `with` block lasts."""

    def __init__(
        self,
        folder: Path,
        driver: str,
        startup: str,
        name: str = "router-one",
        address: str = "127.0.0.1",
        **settings: str | float,
    ) -> None:
        self.folder, self.driver, self.name, self.address = folder, driver, name, address
        self.state = folder / f"state-{name}"
        self.memory = folder / "memory"
        self.startup = startup
        prepare(self.state, KINDS[driver], str(settings.pop("serial", "210235A0X1")), startup, **settings)
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> StandIn:
        for path in (self.state / "host_key", self.folder / "key"):
            if not path.exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
        (self.state / "authorized_keys").write_text((self.folder / "key.pub").read_text())
        with socket.socket() as free:
            free.bind((self.address, 0))
            self.port = int(free.getsockname()[1])
        (self.state / "sshd_config").write_text(sshd_config(self.state, self.port, self.address))
        Path("/run/sshd").mkdir(exist_ok=True)
        self._start()
        key = (self.state / "host_key.pub").read_text().split()
        known = self.folder / "known_hosts"
        lines = known.read_text() if known.exists() else ""
        known.write_text(f"{lines}[{self.address}]:{self.port} {key[0]} {key[1]}\n")
        config = self.folder / "ssh_config"
        text = config.read_text() if config.exists() else ""
        own = f"Host {self.name}\n  HostName {self.address}\n  Port {self.port}\n"
        own += f"  IdentityFile {self.folder}/key\n  IdentitiesOnly yes\n  UserKnownHostsFile {known}\n"
        config.write_text(text + own)
        return self

    def _start(self) -> None:
        where = self.state / "socket"
        where.unlink(missing_ok=True)
        self._processes = [
            subprocess.Popen([sys.executable, "-m", "lab.standin.serve", str(self.state)], cwd=ROOT),
            subprocess.Popen(
                ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.state / "sshd_config")], stderr=subprocess.DEVNULL
            ),
        ]
        until = time.monotonic() + 30
        while not (where.exists() and self._listens()):
            assert time.monotonic() < until, "the stand-in did not start"
            time.sleep(0.02)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((self.address, self.port)) == 0

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    @property
    def way(self) -> Way:
        return Way(self.driver, str(self.folder / "ssh_config"), "root", str(self.memory), answer=3.0)

    def send(self, payload: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """What the session answers to a payload."""
        return answer({**payload, "device": self.name}, self.way, **more)

    def settings(self, **changed: str | float) -> None:
        """The device is switched off and on again with other settings; it starts with what was saved."""
        self.__exit__()
        path = self.state / "settings.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
        self._start()

    def type(self, *commands: str) -> None:
        """Somebody else works on the device."""
        with socket.socket(socket.AF_UNIX) as console:
            console.connect(str(self.state / "socket"))
            console.sendall("".join(f"{command}\n" for command in commands).encode())
            while console.recv(65536):
                pass

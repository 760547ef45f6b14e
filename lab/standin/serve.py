"""`python -m lab.standin.serve STATE`: the device behind `STATE/socket`, until it is ended. sshd forces `attach`."""

from __future__ import annotations

import json
import shlex
import socket
import sys
import threading
from pathlib import Path

from lab.standin.box import Box
from lab.standin.comware import Comware
from lab.standin.vrp import Vrp

KINDS = {"vrp": Vrp, "comware": Comware}


def prepare(state: Path, kind: str, serial: str, startup: str, **settings: str | float) -> None:
    """Write the state of a new device: its first configuration and its settings (see `Box`)."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    (state / "startup.cfg").write_text(startup, encoding="utf-8")
    found = {"kind": kind, "serial": serial, **settings}
    (state / "settings.json").write_text(json.dumps(found), encoding="utf-8")


def sshd_config(state: Path, port: int, address: str = "127.0.0.1") -> str:
    """An sshd of its own for one device: keys in `state` (`host_key`, `authorized_keys`), nothing but its console."""
    attach = Path(__file__).with_name("attach.py")
    force = shlex.join([sys.executable, "-I", "-S", str(attach), str(state / "socket")])
    return "\n".join(
        (
            f"ListenAddress {address}:{port}",
            f"HostKey {state}/host_key",
            f"AuthorizedKeysFile {state}/authorized_keys",
            f"PidFile {state}/sshd.pid",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication no",
            "PermitRootLogin prohibit-password",
            "AllowTcpForwarding no",
            "PrintMotd no",
            "PrintLastLog no",
            "SetEnv SHLVL=1",  # bash reads its user's .bashrc for a first shell under sshd: a device has none
            f"ForceCommand {force}",
            "",
        )
    )


def main(argv: list[str]) -> int:
    """Serve one device for ever."""
    state = Path(argv[0])
    box = Box(state)
    console = KINDS[str(box.settings["kind"])]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(state / "socket"))
        listener.listen(8)
        while True:
            wire, _ = listener.accept()
            threading.Thread(target=_serve, args=(console(box, wire), wire), daemon=True).start()


def _serve(console: Vrp | Comware, wire: socket.socket) -> None:
    with wire:
        console.work()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The zone server as a program, in our own namespace on loopback."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path

import pytest

from lab import zone_server


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_it_answers_one_line_over_both_families_and_closes(tmp_path: Path) -> None:
    port = _free()
    (tmp_path / "zones.json").write_text(json.dumps([{"zone": "dmz", "netns": None, "ports": [port]}]))
    program = str(Path(zone_server.__file__))
    ready = tmp_path / "ready"
    server = subprocess.Popen(["/usr/bin/python3", "-I", program, str(tmp_path / "zones.json"), str(ready)])
    try:
        deadline = time.monotonic() + 20
        while not ready.exists() and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        for address in ("127.0.0.1", "::1"):
            with socket.create_connection((address, port), timeout=5) as client:
                said = client.makefile().read()
            assert said == f"zone=dmz host={socket.gethostname()}\n"
    finally:
        server.kill()
        server.wait()


def test_a_namespace_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-zone"):
        zone_server.open_all([{"zone": "x", "netns": "no-such-zone", "ports": [1]}])

"""A Knot on loopback with one zone: 5,000 names of sites, what a province's zones hold."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ZONE = "bench.test"
NAMES = 5_000


def names() -> list[str]:
    """The sites."""
    return [f"site{number:04d}.{ZONE}" for number in range(NAMES)]


def zone() -> str:
    """Both addresses and a CAA for each; the types that a site has none of are asked for too."""
    lines = [f"$ORIGIN {ZONE}.", "$TTL 300", "@ SOA ns1 hostmaster 1 3600 900 86400 300", "@ NS ns1", "ns1 A 127.0.0.1"]
    for number in range(NAMES):
        lines += [
            f"site{number:04d} A 198.18.{number >> 8}.{number & 255}",
            f"site{number:04d} AAAA 3fff:ff1::{number:x}",
            f'site{number:04d} CAA 0 issue "ca.test"',
        ]
    return "\n".join([*lines, ""])


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The port of a running server; it ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    (folder / f"{ZONE}.zone").write_text(zone(), encoding="ascii")
    (folder / "knot.conf").write_text(
        f"""server:
    rundir: {folder}
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {folder}
template:
  - id: default
    storage: {folder}
    file: "%s.zone"
    journal-content: none
zone:
  - domain: {ZONE}
""",
        encoding="ascii",
    )
    with (folder / "knot.log").open("wb") as log:
        process = subprocess.Popen(["/usr/sbin/knotd", "-c", str(folder / "knot.conf")], stdout=log, stderr=log)
    try:
        _wait(port, process, folder)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    query = bytes.fromhex("123400000001000000000000") + b"\x08site0000\x05bench\x04test\0" + bytes.fromhex("00010001")
    end = time.monotonic() + 20
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.connect(("127.0.0.1", port))
        while time.monotonic() < end and process.poll() is None:
            try:
                sock.send(query)
                if len(sock.recv(4096)) > 40:
                    return
            except OSError:
                time.sleep(0.05)
    raise SystemExit(f"the benchmark's name server did not start:\n{(folder / 'knot.log').read_text()[-1000:]}")

"""What the machine can lack: a busy port, root, a writable tools folder. One message, its exit code, nothing left."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
JIYUE = Path(sys.executable).with_name("jiyue")
PORTS = ("apiserver", "etcd_client", "etcd_peer", "controller_manager", "scheduler", "kwok")


def run(checkout: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a copy of the project, in English."""
    env = {**os.environ, "JIYUE_ROOT": str(checkout), "JIYUE_LANG": "en", **environ}
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=checkout, timeout=120, check=False)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on right now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The data of the project with ports of its own, so that a lab that is up elsewhere does not matter."""
    shutil.copytree(ROOT / "inventory" / "hunan", tmp_path / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    (tmp_path / "ipv6").symlink_to(ROOT / "ipv6")
    path = tmp_path / "inventory" / "hunan" / "env" / "lab.yaml"
    values = ", ".join(f"{name}: {port}" for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True))
    text = re.sub(r"control_plane: .*", f"control_plane: {{{values}}}", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return tmp_path


def port_of(checkout: Path, name: str) -> int:
    """A port of the copy's environment."""
    text = (checkout / "inventory" / "hunan" / "env" / "lab.yaml").read_text(encoding="utf-8")
    found = re.search(rf"{name}: (\d+)", text)
    assert found
    return int(found[1])


def no_lab(checkout: Path) -> bool:
    """Whether no process of a lab of this copy runs."""
    seen = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return str(checkout / "var") not in seen


def test_a_busy_port(checkout: Path) -> None:
    """The port, the program that needs it, who holds it and what to do; nothing was started."""
    port = port_of(checkout, "apiserver")
    with socket.create_server(("127.0.0.1", port)):
        result = run(checkout, str(JIYUE), "lab", "up")
    assert result.returncode == 4, result.stderr
    expected = rf"127\.0\.0\.1:{port}: needed by kube-apiserver, but it is in use by \S+ \(pid \d+\); "
    assert re.match(expected, result.stderr), result.stderr
    assert result.stderr.count("\n") == 1
    assert no_lab(checkout)


def test_two_busy_ports_are_told_at_once(checkout: Path) -> None:
    """Every problem in one run, one line each."""
    ports = (port_of(checkout, "etcd_client"), port_of(checkout, "kwok"))
    with socket.create_server(("127.0.0.1", ports[0])), socket.create_server(("127.0.0.1", ports[1])):
        result = run(checkout, str(JIYUE), "lab", "up")
    assert result.returncode == 4
    assert {f"127.0.0.1:{port}" for port in ports} == {line.split(": ")[0] for line in result.stderr.splitlines()}


def test_no_root(checkout: Path) -> None:
    """Somebody who is not root is told so before anything starts."""
    result = run(checkout, "unshare", "--user", str(JIYUE), "lab", "up")
    assert result.returncode == 4, result.stderr
    assert result.stderr == "lab: needs root to make namespaces; run it as root\n"
    assert no_lab(checkout)


def test_a_read_only_tools_folder(checkout: Path, tmp_path: Path) -> None:
    """The engines cannot be kept: one message, and nothing was built or left."""
    tools = tmp_path / "tools"
    tools.mkdir()
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && JIYUE_TOOLS="$1" exec "$2" engine install'
    result = run(checkout, "unshare", "--mount", "sh", "-c", script, "sh", str(tools), str(JIYUE))
    assert result.returncode == 4, result.stderr
    assert result.stderr.startswith(f"{tools}: the tools folder cannot be written")
    assert result.stderr.count("\n") == 1
    assert list(tools.iterdir()) == []

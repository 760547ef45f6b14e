"""A throw-away host: its own network, mount, pid and uts namespaces over a copy-on-write root. Needs root."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ipv6.apply.bundle import program

T = TypeVar("T")

# The layers lie on a tmpfs that only this mount namespace has, so they end with it.
_INIT = """\
set -e
mount -t tmpfs tmpfs "$1"
for part in etc var srv; do
    mkdir -p "$1/$part/upper" "$1/$part/work"
    mount -t overlay overlay -o "lowerdir=/$part,upperdir=$1/$part/upper,workdir=$1/$part/work" "/$part"
done
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/frr /run/knot /var/log/nginx /etc/knot /var/lib/knot /etc/jiyue/tls
chown frr:frr /run/frr
chown knot:knot /run/knot /var/lib/knot
hostname "$2"
ip link set lo up
for key in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 0 > "/proc/sys/net/$key"; done
echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
touch /run/ready
while :; do sleep 3600 & wait; done
"""


class Sandbox:
    """One such host while the `with` block lasts; killing its process 1 ends everything in it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> Sandbox:
        self._directory = Path(tempfile.mkdtemp(prefix="jiyue-sandbox-"))
        unshare = ["unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child"]
        self._process = subprocess.Popen(
            [*unshare, "sh", "-c", _INIT, "init", str(self._directory), self.name],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise AssertionError(f"sandbox {self.name} did not start (it needs root)")
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _children(self) -> list[str]:
        path = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return path.read_text().split() if path.exists() else []

    @property
    def process(self) -> int:
        """The host's process 1, as this machine numbers it."""
        return int(self._children()[0])

    def _ready(self) -> bool:
        return bool(self._children()) and self.run("test -e /run/ready").returncode == 0

    def enter(self, command: str) -> str:
        """A command line that runs `command` in the host, for a ProxyCommand."""
        return f"nsenter --target {self._children()[0]} --net --mount --pid --uts {command}"

    def run(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a shell script in the host."""
        enter = ["nsenter", "--target", self._children()[0], "--net", "--mount", "--pid", "--uts", "sh", "-c", script]
        return subprocess.run(enter, input=stdin, capture_output=True, text=True, timeout=60, check=False)

    def must(self, script: str, stdin: str = "") -> str:
        """Like `run`; anything but success fails the test with what was said."""
        done = self.run(script, stdin)
        assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        return done.stdout

    def inside(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread that has this host's network; the process itself stays where it is."""
        found: list[T] = []
        errors: list[BaseException] = []

        def enter() -> None:
            try:
                handle = os.open(f"/proc/{self._children()[0]}/ns/net", os.O_RDONLY)
                try:
                    if ctypes.CDLL(None, use_errno=True).setns(handle, 0x40000000):
                        raise OSError(ctypes.get_errno(), "setns")
                finally:
                    os.close(handle)
                found.append(work())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
        return found[0]

    def agent(self, payload: Mapping[str, object]) -> dict[str, Any]:
        """What the device answers to a payload, sent the way the playbooks send it."""
        out = self.must("exec /usr/bin/python3 -I -S -c 'import sys; exec(sys.stdin.buffer.read())'", program(payload))
        answer = json.loads(out)
        assert isinstance(answer, dict)
        return answer

    def write(self, path: str, text: str) -> None:
        """Write a file in the host."""
        self.must(f"mkdir -p $(dirname {path}) && cat > {path}", text)

    def links(self, *names: str) -> None:
        """Interfaces, each joined to nothing but its own peer."""
        for index, name in enumerate(names):
            self.must(f"ip link add {name} type veth peer name peer{index} && ip link set {name} up")
            self.must(f"ip link set peer{index} up")

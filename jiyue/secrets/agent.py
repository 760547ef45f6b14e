"""An ssh-agent of this run: keys go into it over a pipe, and it ends with the run, however that ends."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from inventory.errors import EnvironmentFailed

SECONDS = 10.0


@contextmanager
def agent(keys: Sequence[str]) -> Iterator[str]:
    """The agent's socket while the block lasts; EnvironmentFailed when it does not come up or takes no key.

    The kernel ends it when this process is killed, for nothing must keep the keys then.
    """
    with tempfile.TemporaryDirectory(prefix="jiyue-agent-") as folder:
        socket = str(Path(folder, "socket"))
        argv = ["setpriv", "--pdeathsig", "KILL", "--", "ssh-agent", "-D", "-a", socket]
        nothing = subprocess.DEVNULL
        try:
            process = subprocess.Popen(argv, stdin=nothing, stdout=nothing, stderr=nothing)
        except OSError as error:
            raise EnvironmentFailed("ssh-agent", f"it cannot be started: {error.strerror}", "see doctor") from error
        try:
            _await(process, socket)
            for number, key in enumerate(keys, 1):
                _add(socket, key, number)
            yield socket
        finally:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], socket: str) -> None:
    until = time.monotonic() + SECONDS
    while not Path(socket).exists():
        if process.poll() is not None or time.monotonic() > until:
            raise EnvironmentFailed("ssh-agent", "it did not come up", "see that openssh-client is installed")
        time.sleep(0.005)


def _add(socket: str, key: str, number: int) -> None:
    environment = {**os.environ, "SSH_AUTH_SOCK": socket, "SSH_ASKPASS_REQUIRE": "never"}
    done = subprocess.run(["ssh-add", "-q", "-"], input=key.encode(), env=environment, capture_output=True, check=False)
    if done.returncode:
        # What ssh-add says may name what it was given; the number is enough to find the key.
        cause = f"number {number} of ssh_keys is not taken: it has a passphrase or is damaged"
        raise EnvironmentFailed("vault", cause, "put a key without a passphrase there; the vault protects it")

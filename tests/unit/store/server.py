"""A real PostgreSQL server for tests and benchmarks: its own folder, socket and loopback port, an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

INSTALL = "install it: apt-get install -y --no-install-recommends postgresql"
SECONDS = 60


class ServerMissing(AssertionError):
    """There is no PostgreSQL server on this machine; never a reason to skip."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; schemas are made on it, one per test."""

    folder: Path
    port: int
    pid: int

    def url(self, schema: str, user: str = "jiyue") -> str:
        """The URL over the socket, where everybody is trusted; every test has a schema of its own."""
        return f"postgresql://{user}@/jiyue?host={self.folder}&port={self.port}&options=-csearch_path%3D{schema}"

    def tcp(self, user: str = "jiyue") -> str:
        """The URL over the loopback, where a password is asked for."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/jiyue"

    def admin(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of the superuser, committing by itself."""
        return psycopg.connect(host=str(self.folder), port=self.port, user="postgres", dbname=database, autocommit=True)

    def new(self, schema: str) -> str:
        """Make an empty schema owned by jiyue; gives its URL."""
        with self.admin("jiyue") as connection:
            connection.execute(f"CREATE SCHEMA {schema} AUTHORIZATION jiyue".encode())
        return self.url(schema)


def programs() -> Path:
    """The folder of the newest server's programs; ServerMissing says what to install."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    if there := shutil.which("initdb"):
        return Path(there).resolve().parent
    raise ServerMissing(f"no PostgreSQL server on this machine; {INSTALL}")


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """A server with default durability (fsync on) until the block ends; `settings` are like `max_connections=200`."""
    where = programs()
    folder = Path(tempfile.mkdtemp(prefix="jiyue-pg-"))
    account = _account()
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # initdb refuses root
        shutil.chown(folder, account, pwd.getpwnam(account).pw_gid)
        as_user = {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}
    env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    data = folder / "data"
    try:
        init = [
            where / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--no-instructions",
        ]
        done = subprocess.run(init, capture_output=True, text=True, env=env, cwd="/", check=False, **as_user)
        assert done.returncode == 0, done.stderr
        access = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (data / "pg_hba.conf").write_text(access, encoding="ascii")
        port = _free_port()
        options = [
            f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "max_connections=120",
            "shared_buffers=32MB", "logging_collector=off", *settings,
        ]  # fmt: skip
        words = [where / "postgres", "-D", data, *(word for option in options for word in ("-c", option))]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log, env=env, cwd="/", **as_user)
        try:
            server = Server(folder, port, process.pid)
            _wait(server, process)
            with server.admin() as connection:
                connection.execute("CREATE ROLE jiyue LOGIN PASSWORD 'right-password'")
                connection.execute("CREATE DATABASE jiyue OWNER jiyue")
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # "immediate": nothing of it is needed any more
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(SECONDS * 10):
        try:
            server.admin().close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise AssertionError((server.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:])


def _account() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise ServerMissing("no unprivileged user to run PostgreSQL as")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])

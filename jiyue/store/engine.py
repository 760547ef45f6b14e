"""SQLAlchemy engines for the two databases: how connections are set up, how transactions begin, what is pooled."""

from __future__ import annotations

import getpass
import os
import socket
import sqlite3
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from psycopg import errors
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError

WRITE = "jiyue_write"
_FILE = "jiyue_file"
LOCK = 0x6A697975  # "jiyu": the first half of the advisory lock's name, the second is the schema's
CONNECT_SECONDS = 10
_SQLITE = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "recursive_triggers=ON",
           "wal_autocheckpoint=4000")  # fmt: skip


def make_engine(url: URL, wait: float) -> Engine:
    """An engine for this process; `wait` is how many seconds a writer waits for another one."""
    return _sqlite(url, wait) if url.get_backend_name() == "sqlite" else _postgresql(url, wait)


def cursor(connection: Connection) -> Any:
    """The driver's own cursor inside the running transaction, for the statements of every single commit."""
    return connection.connection.cursor()


def usable(connection: Connection) -> bool:
    """Whether a connection that was kept still leads to the store: its file is the one that is there now."""
    path, identity = connection.info.get(_FILE, (None, None))
    return path is None or _identity(path) == identity


def _sqlite(url: URL, wait: float) -> Engine:
    path = str(url.database)
    # mode=rw: a file that went away is not made again, empty, by whoever comes next.
    uri = f"file:{quote(path)}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)

    engine = create_engine(url, creator=connect)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        for pragma in _SQLITE:
            _patiently(connection, f"PRAGMA {pragma}", wait)
        record.info[_FILE] = (path, _identity(path))

    @event.listens_for(engine, "checkout")
    def same_file(_connection: Any, record: Any, _proxy: Any) -> None:
        # A pooled connection would go on writing into a file that was moved away or removed.
        if record.info.get(_FILE) != (path, _identity(path)):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        cursor(connection).execute("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITE) else "BEGIN")

    return engine


def _patiently(connection: sqlite3.Connection, statement: str, wait: float) -> None:
    """Run a statement that SQLite refuses at once, without waiting, while another process opens the same new file."""
    end = time.monotonic() + wait
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(0.01)


def begin_writing(driver: Any, wait: float, asking: str) -> Any:
    """Begin the one writer's transaction on a driver's own connection; gives the row of `asking` read under the lock.

    Lock, settings and question are one message to a server.
    """
    if isinstance(driver, sqlite3.Connection):
        driver.execute("BEGIN IMMEDIATE")
        return driver.execute(asking).fetchone()
    found = driver.execute(f"{_lock(wait)}; {asking}")
    while found.nextset():
        pass
    return found.fetchone()


def write_at_once(driver: Any, wait: float, into: str, values: Sequence[object]) -> bool:
    """Lock, one row and commit; False when a trigger or a key refused it. `into` is `INSERT INTO table (columns)`.

    To a server it is one statement that takes the lock before it makes the row, so its triggers see what the writer
    before left.
    """
    if isinstance(driver, sqlite3.Connection):
        try:
            driver.execute("BEGIN IMMEDIATE")
            driver.execute(_row(into, len(values)), values)
            driver.commit()
        except sqlite3.IntegrityError:
            driver.rollback()
            return False
        return True
    try:
        driver.execute(_locked_row(into, len(values), wait), values, prepare=True)
    except (errors.RestrictViolation, errors.UniqueViolation):
        return False
    return True


@lru_cache
def _row(into: str, columns: int) -> str:
    return f"{into} VALUES ({', '.join('?' * columns)})"


@lru_cache
def _locked_row(into: str, columns: int, wait: float) -> bytes:
    # OFFSET keeps the subquery whole: its settings and its lock come first, in this order.
    return f"{into} SELECT {', '.join(['%s'] * columns)} FROM ({_settings(wait)} OFFSET 0) AS locked".encode()


def _lock(wait: float) -> str:
    return f"BEGIN; {_settings(wait)}"


def _settings(wait: float) -> str:
    """Patience, durability and the write lock, until the transaction ends."""
    return (
        f"SELECT set_config('lock_timeout', '{int(wait * 1000)}', true), set_config('synchronous_commit', 'on', true), "
        f"pg_advisory_xact_lock({LOCK}, hashtext(current_schema()))"
    )


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - before every single commit
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _postgresql(url: URL, wait: float) -> Engine:
    name = f"jiyue {_user()}@{socket.gethostname()} {os.getpid()}"
    options: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": name[:63]}
    # A server that vanished without a word is noticed, not waited for.
    options |= {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
    if not _local(url) and "sslmode" not in url.query:
        options["sslmode"] = "require"
    # The driver commits by itself and so adds no BEGIN of its own: ours goes with the lock in one message.
    engine = create_engine(url, connect_args=options, isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITE):
            # READ COMMITTED: what is read after the lock is what the writer before left.
            cursor(connection).execute(_lock(wait))
        else:
            cursor(connection).execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    return engine


def _local(url: URL) -> bool:
    host = url.host or str(url.query.get("host", ""))
    return not host or host.startswith("/") or host in ("localhost", "127.0.0.1", "::1")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())

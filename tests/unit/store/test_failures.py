"""What a store says when it cannot be used: place, cause and fix, exit code 4, nothing written, no password."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pwd
import re
import resource
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from ipv6.change.model import Claim
from jiyue.store import Store, open_store
from jiyue.store.engine import _patiently
from jiyue.store.examine import check_guards, status
from jiyue.store.failures import StoreDamaged
from jiyue.store.url import choose, shown, store_url
from tests.unit.store import server as servers
from tests.unit.store.conftest import Raw
from tests.unit.store.server import Server

FORK = multiprocessing.get_context("fork")


@contextlib.contextmanager
def held(place: str) -> Iterator[int]:
    """Another process that holds the write lock; gives its id."""
    inside, done = FORK.Event(), FORK.Event()

    def choose_nothing(_: Sequence[Claim]) -> list[Claim]:
        inside.set()
        done.wait(120)
        return []

    worker = FORK.Process(target=lambda: open_store(place).allocate(choose_nothing))
    worker.start()
    try:
        assert inside.wait(60)
        yield worker.pid or 0
    finally:
        done.set()
        worker.join(60)


def test_a_locked_store(store: Store, place: str) -> None:
    """After the wait: who holds it and for how long it was waited; reading goes on meanwhile."""
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])
    with held(place) as pid:
        other = open_store(place, wait=0.3)
        with pytest.raises(EnvironmentFailed) as caught:
            other.allocate(lambda _: [Claim("b", "3fff:2::/32", "")])
        assert other.claims() == store.claims() and len(store.claims()) == 1
        other.database.close()
    found = caught.value
    assert found.exit_code == 4 and found.fix == "let it finish, then try again"
    who = rf"\S.* \(pid {pid}\)" if store.database.is_file else rf"jiyue \S+@\S+ {pid} \(server process \d+\)"
    assert re.fullmatch(rf"{who} has held the store for 0\.3 s", found.cause), found.cause


def test_a_holder_of_another_kind(sqlite_store: Store) -> None:
    """Somebody with a shell in the file; the message works without knowing who."""
    path = sqlite_store.database.path
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    impatient = open_store(path, wait=0.1)
    with pytest.raises(EnvironmentFailed, match=r"another process has held the store for 0\.1 s"):
        impatient.put_result("k", "n", 1)
    connection.close()
    impatient.put_result("k", "n", 1)


def _child(work: Callable[[], None]) -> tuple[str, str]:
    """What EnvironmentFailed says in a process of its own: cause and fix."""
    here, there = FORK.Pipe()

    def body() -> None:
        try:
            work()
            there.send(("nothing", ""))
        except EnvironmentFailed as error:
            there.send((error.cause, error.fix))

    worker = FORK.Process(target=body)
    worker.start()
    assert here.poll(60)
    found: tuple[str, str] = here.recv()
    worker.join(60)
    assert worker.exitcode == 0
    return found


def test_no_room_left(sqlite_store: Store) -> None:
    """A limit on file sizes is what a full disk looks like to a process: refused, and what was there is whole."""
    store = sqlite_store
    store.allocate(lambda _: [Claim(f"k/{n}", f"3fff:{n:x}::/32", "") for n in range(1, 200)])
    path = store.database.path
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        own = open_store(path)
        own.allocate(lambda _: [Claim(f"m/{n}", f"3ffe:{n:x}::/32", "") for n in range(1, 2000)])

    cause, fix = _child(work)
    assert re.match(r"the store cannot be (read or )?written: (disk I/O error|database or disk is full)", cause), cause
    assert "space" in fix
    store.database.close()
    assert store.verify_chain() == len(store.claims()) == 199
    store.allocate(lambda _: [Claim("after", "3ffd::/32", "")])


@pytest.mark.parametrize("what", ["file", "folder"])
def test_another_user(sqlite_store: Store, what: str, tmp_path: Path) -> None:
    """A file that belongs to somebody else cannot be used; it is not made readable either."""
    if os.geteuid() != 0:
        pytest.fail("run the tests as root: another user is needed here")
    path = sqlite_store.database.path
    sqlite_store.database.close()
    for folder in (path.parent, *path.parent.parents):
        if folder.is_relative_to(tmp_path.parents[1]):
            folder.chmod(0o755 if what == "file" or folder != path.parent else 0o700)
    before = path.read_bytes()

    def work() -> None:
        os.setgroups([])
        os.setuid(pwd.getpwnam("nobody").pw_uid)
        open_store(path).put_result("k", "n", 1)

    cause, fix = _child(work)
    assert cause == "the store cannot be opened: Permission denied"
    assert fix == "give this user the file and its folder"
    assert path.read_bytes() == before and path.stat().st_mode & 0o777 == 0o600


def test_a_store_that_disappears(sqlite_store: Store) -> None:
    """A file removed under an open store is not written into unseen, and not made again empty."""
    store = sqlite_store
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])
    for file in store.database.path.parent.iterdir():
        file.unlink()
    with pytest.raises(EnvironmentFailed, match="unable to open database file"):
        store.allocate(lambda _: [Claim("b", "3fff:2::/32", "")])
    assert not list(store.database.path.parent.iterdir())


def test_damage_is_told_apart(tmp_path: Path) -> None:
    """Only damage lets a restore put a file aside."""
    (tmp_path / "a.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreDamaged, match="damaged"):
        open_store(tmp_path / "a.db")
    with pytest.raises(EnvironmentFailed) as caught:
        open_store(tmp_path / "none" / "a.db", create=False)
    assert not isinstance(caught.value, StoreDamaged)


SECRET = "sEcr3t-word"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://jiyue:{secret}@127.0.0.1:{closed}/jiyue", "the server cannot be reached: .*refused"),
        ("postgres://jiyue:{secret}@no-such-host.invalid/jiyue", "the server cannot be reached: .*host"),
        ("postgresql+psycopg://jiyue:{secret}@127.0.0.1:{port}/jiyue", "the server refused the login"),
        ("postgresql://nobody:{secret}@127.0.0.1:{port}/jiyue", "the server refused the login"),
        ("postgresql://jiyue@127.0.0.1:{port}/jiyue", "the server refused the login: .*no password"),
        ("postgresql://jiyue@/nothing?host={folder}&port={port}", "the server cannot be reached: .*does not exist"),
        ("postgresql://jiyue@/jiyue?host=/nowhere", "the server cannot be reached"),
        ("postgresql://jiyue@127.0.0.1:{port}/jiyue?sslmode=verify-full", "the server cannot be reached: .*SSL|root"),
    ],
)
def test_a_server_that_cannot_be_used(
    server: Server, url: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every way of not getting in: a message, a fix, exit code 4, and never the password."""
    for name in ("PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    text = url.format(secret=SECRET, closed=closed, port=server.port, folder=server.folder)
    with pytest.raises(EnvironmentFailed, match=said) as caught:
        open_store(text)
    found: BaseException | None = caught.value
    assert caught.value.exit_code == 4 and caught.value.fix
    assert SECRET not in str(caught.value) + repr(caught.value) + str(caught.value.as_dict())
    assert str(caught.value).count("\n") == 0
    while found := found.__cause__ if found else None:
        assert SECRET not in str(found)


def test_the_password_comes_from_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PGPASSWORD, or PGPASSFILE when it is ours alone."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with server.admin("jiyue") as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS pass AUTHORIZATION jiyue")
    url = f"{server.tcp()}?options=-csearch_path%3Dpass"
    monkeypatch.setenv("PGPASSWORD", "right-password")
    store = open_store(url)
    assert store.claims() == ()
    store.database.close()
    monkeypatch.delenv("PGPASSWORD")
    (tmp_path / "pgpass").write_text("127.0.0.1:*:jiyue:jiyue:right-password\n")
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    store = open_store(url)
    assert store.database.place == f"postgresql://jiyue@127.0.0.1:{server.port}/jiyue"
    store.database.close()


def test_a_server_that_goes_away(server: Server, database_url: str) -> None:
    """A session that is ended from outside is one message; the next use connects again."""
    store = open_store(database_url)
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])

    def choose(_: Sequence[Claim]) -> list[Claim]:
        with server.admin("jiyue") as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'jiyue'")
        return [Claim("b", "3fff:2::/32", "")]

    with pytest.raises(EnvironmentFailed, match="the server cannot be reached"):
        store.allocate(choose)
    assert [claim.key for claim in store.claims()] == ["a"]
    store.allocate(lambda _: [Claim("c", "3fff:3::/32", "")])
    assert store.verify_chain() == 2
    store.database.close()


def test_no_rights(server: Server) -> None:
    """A user who may log in and nothing else."""
    with server.admin("jiyue") as connection:
        connection.execute("DROP SCHEMA IF EXISTS closed CASCADE")
        connection.execute("CREATE SCHEMA closed")
        connection.execute("GRANT USAGE ON SCHEMA closed TO jiyue")
    with pytest.raises(EnvironmentFailed, match="the server does not allow it: permission denied for schema closed"):
        open_store(server.url("closed"))


def test_one_lock_per_schema(server: Server, database_url: str, numbers: Iterator[int]) -> None:
    """Two stores in one database do not wait for each other."""
    other_url = server.new(f"second{next(numbers)}")
    with held(database_url):
        other = open_store(other_url, wait=1)
        other.allocate(lambda _: [Claim("a", "3fff:1::/32", "")])
        other.database.close()


def test_status(store: Store, place: str) -> None:
    """Where, which layout, what it holds, and what its durability rests on."""
    store.allocate(lambda _: [Claim("a", "3fff:1::/32", ""), Claim("b", "3fff:2::/32", "")])
    store.release("a", "closed", 9000 // 3000)
    found = status(store.database, len(store.quarantined()))
    assert (found.rows["ledger"], found.quarantined, found.head) == (3, 1, store.head())
    assert found.layout == found.newest and found.size > 4096
    if store.database.is_file:
        assert found.engine.startswith("SQLite 3.") and found.weak == ()
        assert found.settings == {"journal_mode": "wal", "synchronous": "2"}
    else:
        assert found.engine.startswith("PostgreSQL 1") and found.weak == ("fsync is off",)


def test_guards_that_are_gone(store: Store, raw: Raw) -> None:
    """Somebody took the triggers away: said by name, even when nothing was edited yet."""
    assert check_guards(store.database) > 10
    raw.drop_guards("journal")
    with pytest.raises(EnvironmentFailed, match=r"of its guards are gone: journal_.*somebody may have edited it"):
        check_guards(store.database)


def test_threads_share_a_store(store: Store) -> None:
    """An apply journals from several threads while another plans."""
    errors: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for turn in range(5):
                store.put_result("t", f"{name}", turn)
                store.allocate(
                    lambda seen, name=name, turn=turn: [Claim(f"{name}/{turn}", f"3fff:{len(seen):x}::/32", "")]
                )
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert store.verify_chain() == 30 and set(store.results("t").values()) == {4}


@pytest.mark.parametrize(
    ("environ", "named", "expected"),
    [
        ({}, "", Path("/root-of-it/var/lab/jiyue.db")),
        ({}, "var/other.db", Path("/root-of-it/var/other.db")),
        ({}, "postgresql://u@db/x", "postgresql://u@db/x"),
        ({"JIYUE_STORE": "postgres://u:p@db/y"}, "postgresql://u@db/x", "postgres://u:p@db/y"),
        ({"JIYUE_STORE": ""}, "/srv/x.db", Path("/srv/x.db")),
    ],
)
def test_where_a_store_is(environ: dict[str, str], named: str, expected: object) -> None:
    """The variable, else the environment's file, else the default."""
    root = Path("/root-of-it")
    assert choose(named, root / "var/lab/jiyue.db", root, environ, "env/lab.yaml") == expected


def test_no_password_in_the_inventory() -> None:
    """Everybody can read it there."""
    with pytest.raises(InputError, match="holds a password; take it out") as caught:
        choose(f"postgresql://u:{SECRET}@db/x", Path("a"), Path("/"), {}, "env/lab.yaml")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", ["postgres://u:{}@db:1/x?connect_timeout=1", "postgresql://u:{}@[::1]/x"])
def test_what_is_shown(url: str) -> None:
    """Never the password, never the options."""
    text = shown(store_url(url.format(SECRET)))
    assert SECRET not in text and "?" not in text and text.startswith("postgresql://u@")


def test_a_machine_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests fail there and say what to install; they do not skip."""
    monkeypatch.setattr(servers.Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr(servers.shutil, "which", lambda _: None)
    with pytest.raises(servers.ServerMissing, match="apt-get install"):
        servers.programs()


class Refusing:
    """A connection that says `locked` at once, as SQLite does while another process opens the same new file."""

    def __init__(self, times: int) -> None:
        self.left = times

    def execute(self, _: str) -> None:
        """Refuse while there are times left."""
        self.left -= 1
        if self.left >= 0:
            raise sqlite3.OperationalError("database is locked")


def test_a_new_file_that_others_open_too() -> None:
    """SQLite does not wait by itself when the journal's mode changes; we do, and give up in the end."""
    _patiently(Refusing(3), "PRAGMA journal_mode=WAL", 30)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        _patiently(Refusing(1000), "PRAGMA journal_mode=WAL", 0.05)  # type: ignore[arg-type]

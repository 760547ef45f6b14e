"""A store in a fresh folder, with a reviewer and a clock that stands still."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ipv6.change.model import ChangeSet
from jiyue.review import keys
from jiyue.store import Store, open_store
from jiyue.store.url import store_url
from tests.unit.review.office import Office
from tests.unit.store.server import Server, running

NOW = "2026-03-01T08:00:00Z"


class StillClock:
    """UTC text that the test sets."""

    def __init__(self) -> None:
        self.text = NOW

    def __call__(self) -> str:
        return self.text


class Raw:
    """Runs SQL on a store past all of our code; an error is the driver's own."""

    errors = (sqlite3.Error, psycopg.Error)

    def __init__(self, place: str) -> None:
        self._url = store_url(place)

    def __call__(self, *statements: str) -> list[Any]:
        """Run the statements, each committed; gives the rows of the last."""
        if self._url.get_backend_name() == "sqlite":
            connection: Any = sqlite3.connect(str(self._url.database), isolation_level=None)
        else:
            text = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
            connection = psycopg.connect(text, autocommit=True)
        with contextlib.closing(connection):
            for statement in statements:
                cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def drop_guards(self, *tables: str) -> None:
        """What the owner of a database can do: take the triggers of the tables away."""
        for table in tables:
            if self._url.get_backend_name() != "sqlite":
                self(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                continue
            for (name,) in self(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"):
                self(f"DROP TRIGGER {name}")


@pytest.fixture
def clock() -> StillClock:
    """The store's clock."""
    return StillClock()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """The authority whose keyring the store trusts."""
    return Office(tmp_path / "keys")


@pytest.fixture
def reviewer(office: Office) -> keys.SigningKey:
    """An enrolled reviewer's key."""
    return office.enrol("li", "李主任")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real PostgreSQL server; a machine without one fails the tests and says what to install.

    What it writes need not survive a power cut here, and `store status` has something to complain about.
    """
    with running("fsync=off") as found:
        yield found


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """Makes the names of schemas different."""
    return count()


@pytest.fixture
def database_url(server: Server, numbers: Iterator[int]) -> str:
    """The URL of an empty schema on the server."""
    return server.new(f"test{next(numbers)}")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store of each kind may be made."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("database_url"))
    return str(tmp_path / "env" / "jiyue.db")


@pytest.fixture
def store(place: str, office: Office, clock: StillClock) -> Iterator[Store]:
    """An empty store of each kind."""
    found = open_store(place, office.trust, clock)
    yield found
    found.database.close()


@pytest.fixture
def sqlite_store(tmp_path: Path, office: Office, clock: StillClock) -> Store:
    """An empty store in a file, for what does not depend on the database."""
    return open_store(tmp_path / "env" / "one.db", office.trust, clock)


@pytest.fixture
def change() -> ChangeSet:
    """The smallest change set."""
    return ChangeSet("changsha", "lab", (), (), (), ({"name": "www.changsha.gov.cn"},), {"services4": "10.2.32.0/20"})


@pytest.fixture
def raw(place: str) -> Raw:
    """Somebody with SQL in hand."""
    return Raw(place)

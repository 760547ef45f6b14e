"""Opening the store: who may read it, and what is said when it cannot be used."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from ipv6.change.model import Claim
from jiyue.store import open_store


def test_only_the_owner_can_read(tmp_path: Path) -> None:
    """0600 files in a 0700 folder, the write-ahead log included."""
    path = tmp_path / "var" / "lab" / "jiyue.db"
    store = open_store(path)
    with store.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO results VALUES ('k', 'n', '1', 't')")
        files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert files["jiyue.db"] == 0o600
    assert set(files.values()) == {0o600} and "jiyue.db-wal" in files
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_loose_file_is_tightened(tmp_path: Path) -> None:
    """A copy with the wrong mode is put right at opening."""
    path = tmp_path / "jiyue.db"
    open_store(path)
    path.chmod(0o644)
    open_store(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_settings_of_every_connection(tmp_path: Path) -> None:
    """WAL, full sync and foreign keys hold for each connection, not for the first one only."""
    store = open_store(f"sqlite:///{tmp_path / 'jiyue.db'}")
    for _ in range(2):
        with store.database.read() as connection:
            values = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        assert values == ["wal", 2, 1, 60000]


def test_missing(tmp_path: Path) -> None:
    """A reader does not make an empty store where none is."""
    with pytest.raises(EnvironmentFailed) as caught:
        open_store(tmp_path / "none" / "jiyue.db", create=False)
    assert (caught.value.exit_code, caught.value.cause) == (4, "there is no store here")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "content", [b"this is no database at all, it is text\n" * 40, b"SQLite format 3\0" + b"\xff" * 4080]
)
def test_damaged(tmp_path: Path, content: bytes) -> None:
    """A file that is no store is named and left as it is."""
    path = tmp_path / "jiyue.db"
    path.write_bytes(content)
    with pytest.raises(EnvironmentFailed, match="damaged") as caught:
        open_store(path)
    assert caught.value.place == str(path) and caught.value.fix
    assert path.read_bytes() == content


def test_damaged_pages(tmp_path: Path) -> None:
    """A page overwritten in the middle is found at opening."""
    path = tmp_path / "jiyue.db"
    store = open_store(path)
    store.allocate(lambda _: [Claim(f"key/{number}", f"3fff:{number:x}::/32", "") for number in range(400)])
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    data = bytearray(path.read_bytes())
    for page in range(4, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 4096] = os.urandom(4096)
    path.write_bytes(bytes(data))
    with pytest.raises(EnvironmentFailed, match="damaged"):
        open_store(path)


def test_folder_is_a_file(tmp_path: Path) -> None:
    """The path cannot be made; the error says so."""
    (tmp_path / "var").write_text("")
    with pytest.raises(EnvironmentFailed, match="cannot be opened"):
        open_store(tmp_path / "var" / "jiyue.db")


def test_other_layout(tmp_path: Path) -> None:
    """A store of a later version is not touched."""
    path = tmp_path / "jiyue.db"
    open_store(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE layout SET version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(EnvironmentFailed, match="its layout is 99"):
        open_store(path)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/",
        "postgresql+asyncpg://db/x",
        "postgresql://db/x?password=y",
        "sqlite://",
        "sqlite:///:memory:",
        "://",
        "mysql://x/y",
    ],
)
def test_urls_that_do_not_work(url: str) -> None:
    """Wrong input, not a traceback."""
    with pytest.raises(InputError):
        open_store(url)

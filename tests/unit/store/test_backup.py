"""Backup and restore: one file for both databases, whole or not at all, nothing believed unchecked."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import EnvironmentFailed, GateError, InputError
from inventory.vocab import Stage
from ipv6.change.model import ChangeSet, Claim
from ipv6.ports import JournalEntry
from jiyue.store import Store, archive, backup, migrate, open_store
from jiyue.store.archive import Archive
from jiyue.store.restore import Restored, restore
from tests.unit.store.conftest import Raw, StillClock

NOW = "2026-03-01T08:00:00Z"


def fill(store: Store, change: ChangeSet) -> None:
    """Something in most tables, a release included."""
    store.allocate(lambda _: [Claim(f"k/{n}", f"3fff:{n:x}::/32", "") for n in range(1, 800)])
    store.release("k/7", "closed", 90)
    store.save_proposal(change, "王工")
    store.put_assessment("www.changsha.gov.cn", "passed", NOW, "2026-06-01T08:00:00Z", {"tls": "1.3"})
    for number in range(3):
        store.journal(JournalEntry("run-1", "changsha", "d", "commit", f"fw{number}", "started", "细节\n\0"[:3]))
    store.put_result("verify", "changsha", {"sites": 4})


def content(place: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, the head and the layout included."""
    raw = Raw(place)
    names = [table.name for table in backup.tables()] + ["ledger_head", "layout", "alembic_version"]
    return {name: sorted((tuple(row) for row in raw(f"SELECT * FROM {name}")), key=repr) for name in names}


def save(store: Store, path: Path) -> backup.Summary:
    """A backup of an open store."""
    with store.database.read() as connection:
        return backup.write(connection, path, NOW)


@pytest.fixture
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Places of further empty stores, by kind."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return str(tmp_path / "other" / "jiyue.db")
        server, numbers = request.getfixturevalue("server"), request.getfixturevalue("numbers")
        return str(server.new(f"other{next(numbers)}"))

    yield make


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_there_and_back(
    store: Store, place: str, other: Callable[[str], str], tmp_path: Path, change: ChangeSet, kind: str
) -> None:
    """From each database into each: every row, and life goes on (numbers, chain, guards, quarantine)."""
    fill(store, change)
    summary = save(store, tmp_path / "one.backup")
    assert (tmp_path / "one.backup").stat().st_mode & 0o777 == 0o600
    assert summary.rows["ledger"] == 800 and summary.head == store.head()
    target = open_store(other(kind), now=store.now)
    done = restore(target.database, tmp_path / "one.backup", None, NOW)
    assert done == Restored(summary, None, 0)
    place_of_target = target.database.url.render_as_string(hide_password=False)
    assert content(place_of_target if kind == "postgresql" else str(target.database.path)) == content(place)
    target.journal(JournalEntry("run-2", "changsha", "d", "commit", "fw", "confirmed", ""))
    assert [entry.seq for entry in target.entries()] == [1, 2, 3, 4]
    with pytest.raises(GateError, match="released/k/7/1"):
        target.allocate(lambda _: [Claim("new", "3fff:7::/32", "")])
    target.allocate(lambda _: [Claim("new", "3fff:7000::/32", "")])
    assert target.verify_chain() == 801
    with pytest.raises(EnvironmentFailed, match="append-only"), target.database.write() as connection:
        connection.connection.cursor().execute("DELETE FROM ledger")
    target.database.close()


def test_replace_keeps_the_old_one(store: Store, place: str, tmp_path: Path, change: ChangeSet) -> None:
    """The old content is a backup itself; what only it held is counted."""
    fill(store, change)
    save(store, tmp_path / "one.backup")
    store.allocate(lambda _: [Claim("late/1", "3fff:7001::/32", ""), Claim("late/2", "3fff:7002::/32", "")])
    later = content(place)
    with pytest.raises(GateError, match="add --replace"):
        restore(store.database, tmp_path / "one.backup", None, NOW)
    assert content(place) == later
    done = restore(store.database, tmp_path / "one.backup", tmp_path / "kept.backup", NOW)
    assert (done.kept, done.lost) == (tmp_path / "kept.backup", 2)
    assert "late/1" not in {claim.key for claim in store.claims()}
    restore(store.database, tmp_path / "kept.backup", tmp_path / "kept2.backup", NOW)
    assert content(place) == later
    assert len(store.claims()) == 800 and store.verify_chain() == 802


def test_a_backup_is_never_overwritten(sqlite_store: Store, tmp_path: Path) -> None:
    """Neither by a second backup nor by what a restore keeps."""
    save(sqlite_store, tmp_path / "one.backup")
    before = (tmp_path / "one.backup").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        save(sqlite_store, tmp_path / "one.backup")
    sqlite_store.set_stage("changsha", Stage.PLANNED)
    with pytest.raises(InputError, match="exists already"):
        restore(sqlite_store.database, tmp_path / "one.backup", tmp_path / "one.backup", NOW)
    assert (tmp_path / "one.backup").read_bytes() == before
    assert sqlite_store.stages()
    assert [path.name for path in tmp_path.glob("*.backup*")] == ["one.backup"]


def test_same_content_same_bytes(sqlite_store: Store, tmp_path: Path, change: ChangeSet) -> None:
    """So that two backups can be compared by their hash."""
    fill(sqlite_store, change)
    for name in ("one", "two"):
        save(sqlite_store, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_backup_while_others_write(store: Store, place: str, tmp_path: Path) -> None:
    """A backup sees one moment, however long it takes, and keeps nobody waiting."""
    store.allocate(lambda _: [Claim(f"k/{n}", f"3fff:{n:x}::/32", "") for n in range(1, 500)])
    stop = threading.Event()
    written = []

    def write() -> None:
        own = open_store(place)
        number = 1
        while not stop.is_set():
            own.allocate(lambda _, n=number: [Claim(f"w/{n}", f"2001:db8:{n:x}::/48", "")])
            own.put_result("w", "n", number)
            written.append(number)
            number += 1
        own.database.close()

    writer = threading.Thread(target=write)
    writer.start()
    summaries = []
    for number in range(4):
        with store.database.read() as connection:
            before = len(written)
            summaries.append(backup.write(connection, tmp_path / str(number), NOW, lambda _: stop.wait(0.02)))
            assert len(written) > before, "the writer had to wait for the backup"
    stop.set()
    writer.join(60)
    for number, summary in enumerate(summaries):
        rows = list(Archive(tmp_path / str(number)).rows())
        noted = [json.loads(row["json"]) for table, row in rows if table == "results"]
        claims = sum(1 for table, row in rows if table == "ledger" and row["key"].startswith("w/"))
        assert claims - (noted[0] if noted else 0) in (0, 1), "two tables of different moments"
        assert summary.rows["ledger"] == claims + 499


def remade(path: Path, edit: Callable[[list[bytes]], list[bytes]], sign: bool) -> None:
    """A backup with edited lines; with `sign` its checksum is made to fit again."""
    lines = edit(gzip.decompress(path.read_bytes()).splitlines(keepends=True))
    if sign:
        end = json.loads(lines[-1])
        end["sha256"] = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
        lines[-1] = json.dumps(end, separators=(",", ":")).encode() + b"\n"
    path.write_bytes(gzip.compress(b"".join(lines)))


def _swap(old: bytes, new: bytes) -> Callable[[list[bytes]], list[bytes]]:
    def edit(lines: list[bytes]) -> list[bytes]:
        assert any(old in line for line in lines)
        return [line.replace(old, new, 1) for line in lines]

    return edit


EDITS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], bool, str]] = {
    "prefix": (_swap(b'"3fff:5::/32"', b'"3fff:9999::/32"'), False, "does not fit the chain"),
    "prefix-signed": (_swap(b'"3fff:5::/32"', b'"3fff:9999::/32"'), True, "does not fit the chain"),
    "result": (_swap(b"sites", b"sitez"), False, "checksum does not fit"),
    "row-gone": (lambda lines: [line for line in lines if b'"k/20"' not in line], True, "does not fit the chain"),
    "tail-of-ledger": (lambda lines: [line for line in lines if b'"closed"' not in line], True, "checksum"),
    "no-end": (lambda lines: lines[:-1], False, "its end is missing"),
    "two-ends": (lambda lines: [*lines, lines[-1]], False, "bytes follow its end"),
    "more-after-the-end": (lambda lines: [*lines, b"[]\n"], False, "bytes follow its end"),
    "foreign-table": (_swap(b'{"table":"stages"', b'{"table":"sqlite_master"'), True, "is not one of layout"),
    "foreign-column": (_swap(b'"platform","stage"', b'"platform","st; --"'), True, "is not one of layout"),
    "table-twice": (_swap(b'{"table":"stages"', b'{"table":"results"'), True, "is not one of layout"),
    "short-row": (_swap(b'["verify",', b"["), True, "has 3 values"),
    "float": (_swap(b'["verify",', b"[1.5,"), True, "a value cannot be read"),
    "nested": (_swap(b'["verify",', b"[[1],"), True, "a value cannot be read"),
    "bad-base64": (_swap(b'["verify",', b'[{"base64":"%"},'), True, "a value cannot be read"),
    "newer": (_swap(b'"layout":"' + migrate.newest().encode(), b'"layout":"9999'), True, "it is of layout 9999"),
    "other-schema": (_swap(b"store-backup/1", b"store-backup/2"), True, "does not begin like one"),
    "no-json": (lambda lines: [b"x" * 30 + b"\n", *lines], False, "not JSON"),
    "deep-json": (lambda lines: [b"[" * 100_000 + b"\n", *lines], False, "not JSON|does not begin"),
    "empty": (lambda lines: [], False, "does not begin like one"),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_backups(
    store: Store, place: str, tmp_path: Path, change: ChangeSet, name: str, clock: StillClock
) -> None:
    """Refused by name; the store, which is not empty, is as it was, and nothing is left lying around."""
    edit, sign, said = EDITS[name]
    fill(store, change)
    save(store, tmp_path / "one.backup")
    remade(tmp_path / "one.backup", edit, sign)
    before, files = content(place), sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises((InputError, EnvironmentFailed), match=said):
        restore(store.database, tmp_path / "one.backup", tmp_path / "kept.backup", NOW)
    assert content(place) == before
    assert sorted(path.name for path in tmp_path.rglob("*")) == files


def test_a_backup_that_changes_while_it_is_restored(
    store: Store, place: str, tmp_path: Path, change: ChangeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was whole when it was looked at; what counts is what was read inside the transaction."""
    fill(store, change)
    save(store, tmp_path / "one.backup")
    before = content(place)
    once = migrate.upgrade

    def upgrade(*arguments: object, **named: object) -> list[str]:
        remade(tmp_path / "one.backup", _swap(b"sites", b"sitez"), False)
        monkeypatch.setattr(migrate, "upgrade", once)
        return once(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(migrate, "upgrade", upgrade)
    with pytest.raises(InputError, match="checksum"):
        restore(store.database, tmp_path / "one.backup", tmp_path / "kept.backup", NOW)
    assert content(place) == before
    assert not (tmp_path / "kept.backup").exists()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a small backup."""
    folder = tmp_path_factory.mktemp("good")
    store = open_store(folder / "a.db", now=StillClock())
    store.allocate(lambda _: [Claim(f"k/{n}", f"3fff:{n:x}::/32", "") for n in range(1, 20)])
    store.put_result("verify", "changsha", {"sites": 4})
    save(store, folder / "one.backup")
    return (folder / "one.backup").read_bytes()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_damage_is_seen(good: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A byte changed, cut off or added anywhere: refused, or (in the gzip header's free fields) the same content."""
    at = data.draw(st.integers(0, len(good) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "add"]))
    flipped = bytes([good[at] ^ data.draw(st.integers(1, 255))])
    bad = {"flip": good[:at] + flipped + good[at + 1 :], "cut": good[:at], "add": good + flipped}[kind]
    path = tmp_path_factory.mktemp("bad") / "x"
    path.write_bytes(bad)
    try:
        found = list(Archive(path).rows())
    except (InputError, EnvironmentFailed):
        return
    path.write_bytes(good)
    assert found == list(Archive(path).rows())


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to very much is refused early, by line and in all."""
    monkeypatch.setattr(archive, "LONGEST_LINE", 1000)
    monkeypatch.setattr(archive, "MOST_BYTES", 5000)
    head = json.dumps({"schema": backup.SCHEMA, "layout": migrate.newest(), "at": NOW}).encode() + b"\n"
    for body in (b"x" * 10**7, b'{"table":"ledger","columns":[]}\n' * 10**5):
        (tmp_path / "bomb").write_bytes(gzip.compress(head + body))
        with pytest.raises(InputError, match=r"unpacks to more|is not one of layout"):
            Archive(tmp_path / "bomb")


@pytest.mark.parametrize("what", ["missing", "folder", "text", "nothing"])
def test_what_is_no_file(tmp_path: Path, what: str) -> None:
    """Said plainly."""
    path = tmp_path / "x"
    if what == "folder":
        path.mkdir()
    elif what != "missing":
        path.write_bytes(b"" if what == "nothing" else b"hello, this is no backup\n")
    with pytest.raises((InputError, EnvironmentFailed), match=r"no such file|cannot be read|no whole backup"):
        Archive(path)


def test_no_room_for_the_backup(sqlite_store: Store, tmp_path: Path, change: ChangeSet) -> None:
    """A folder that cannot be written: no file, no part of one."""
    fill(sqlite_store, change)
    with pytest.raises(EnvironmentFailed, match="the backup cannot be written"):
        save(sqlite_store, tmp_path / "none" / "one.backup")
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailed, match="the backup cannot be written"):
        save(sqlite_store, tmp_path / "file" / "one.backup")
    assert not list(tmp_path.rglob("*one.backup*"))

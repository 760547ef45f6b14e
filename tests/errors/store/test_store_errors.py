"""Wrong calls about the store: one line on stderr, the exit code, and nothing changed (`cases.yaml`)."""

from __future__ import annotations

import hashlib
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.cli.calls import run

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CASES: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What of a checkout a command reads."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "inventory" / "hunan", root / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", root / "stacks")
    shutil.copy(ROOT / "Pulumi.yaml", root / "Pulumi.yaml")
    for driver in (ROOT / "ipv6" / "drivers").iterdir():
        if driver.is_dir() and driver.name[0] not in "._":
            (root / "ipv6" / "drivers" / driver.name).mkdir(parents=True)
    return root


def _state(root: Path) -> dict[str, str]:
    """Every file by its hash; SQLite's own helper files may come and go."""
    files = [path for path in root.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _sql(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _text(path: Path) -> None:
    for file in path.parent.glob("jiyue.db-*"):
        file.unlink()
    path.write_bytes(b"this is no database at all\n" * 200)


def _old_copy(path: Path) -> None:
    """A copy from before the first plan."""
    path.unlink()
    from jiyue.store import open_store

    open_store(path).database.close()


def _cut_tail(path: Path) -> None:
    _sql(path, "DROP TRIGGER ledger_no_delete", "DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)")


SPOIL: dict[str, Callable[[Path], None]] = {
    "text": _text,
    "old-copy": _old_copy,
    "cut-tail": _cut_tail,
    "newer": lambda path: _sql(path, "UPDATE alembic_version SET version_num = '9999'"),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly the message, exactly the code; no secret, no traceback, nothing written."""
    case = CASES[name]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    names = {"root": str(checkout), "file": str(tmp_path / "one.backup"), "port": str(port)}
    environ = {"JIYUE_ROOT": str(checkout), "JIYUE_LANG": "en", "JIYUE_STORE": case.get("store", "").format(**names)}
    if "named" in case:
        path = checkout / "inventory" / "hunan" / "env" / "lab.yaml"
        path.write_text(path.read_text(encoding="utf-8") + f'store: "{case["named"]}"\n', encoding="utf-8")
    for words in case.get("before", []):
        done = run([word.format(**names) for word in words], monkeypatch, **environ)
        assert done.code == 0, done.err
    if "write" in case:
        (tmp_path / "one.backup").write_text(case["write"], encoding="utf-8")
    store = checkout / "var" / "lab" / "jiyue.db"
    if store.exists():
        _sql(store)  # what is in the log goes into the file, so that the file can be compared
    if "spoil" in case:
        SPOIL[case["spoil"]](store)
    before = _state(tmp_path)
    done = run([word.format(**names) for word in case["words"]], monkeypatch, **environ)
    assert done.code == case["exit"], done.err
    if "says" in case:
        wanted = re.escape(case["says"].format(**names, n="<n>")).replace("<n>", r"\d+")
        assert re.fullmatch(wanted + "\n", done.err), done.err
    else:
        assert done.err.startswith(case["starts"].format(**names)) and done.err.count("\n") == 1, done.err
    assert "sEcr3t" not in done.err + done.out
    assert _state(tmp_path) == before

"""The whole lab, once: killed in the middle of applying, run again into a fault, repaired, run to the end, looked at
from outside, taken down."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.helpers import JIYUE, ROOT, jiyue, machine

FAULT = "wrong-acl@changsha-fw"
FIRST = ("demo", "--no-real-nodes")
"""Real nodes have a test of their own (tests/lab); later commands keep the nodes that the lab has."""
STORE = ROOT / "var" / "lab" / "jiyue.db"


@dataclass
class Province:
    """What happened on the way to a finished province."""

    before: dict[str, set[str]]
    killed_at: str = ""
    faulted: subprocess.CompletedProcess[str] | None = None
    page: str = ""
    rows: list[dict[str, object]] = field(default_factory=list)
    repaired: subprocess.CompletedProcess[str] | None = None
    resumed: subprocess.CompletedProcess[str] | None = None
    left: dict[str, set[str]] = field(default_factory=dict)


def _journal_lines() -> int:
    if not STORE.is_file():
        return 0
    try:
        with sqlite3.connect(f"file:{STORE}?mode=ro", uri=True, timeout=1) as connection:
            return int(connection.execute("select count(*) from journal").fetchone()[0])
    except sqlite3.Error:
        return 0


def _kill_while_applying(seconds: float = 900) -> str:
    """Start the demo and end it and its children with SIGKILL once devices have begun to change."""
    log = ROOT / "var" / "killed-demo.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen([JIYUE, *FIRST], cwd=ROOT, stdout=stream, stderr=stream, start_new_session=True)
        end = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < end and _journal_lines() < 12:
            time.sleep(0.2)
        running = process.poll() is None
        if running:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert running, (
        f"the demo ended by itself before it could be killed:\n{Path(log).read_text(encoding='utf-8')[-3000:]}"
    )
    return f"{_journal_lines()} lines of journal"


@pytest.fixture(scope="session")
def province() -> Iterator[Province]:
    """A finished province; the lab is taken down afterwards whatever happened."""
    jiyue("lab", "down", "--purge")
    seen = Province(machine())
    try:
        seen.killed_at = _kill_while_applying()
        seen.faulted = jiyue("demo", "--fault", FAULT, "--json", "--lang", "en", check=False)
        seen.rows = json.loads(seen.faulted.stdout)["platforms"]
        seen.page = (ROOT / "var" / "report" / "index.html").read_text(encoding="utf-8")
        jiyue("lab", "fault", "clear")
        seen.repaired = jiyue("ipv6", "apply", check=False)
        seen.resumed = jiyue("demo", check=False)
        yield seen
    finally:
        jiyue("lab", "down", check=False)

"""A process is known by its start, not by its number alone."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed
from lab.process import Process, only_child, spawn, table
from lab.state import Record, locked, read_record, read_state, write_record


def test_our_own_process_lives_and_an_earlier_one_of_that_number_does_not() -> None:
    own = Process.of(os.getpid())
    assert own is not None and own.alive()
    assert not replace(own, started=own.started - 1).alive()
    assert not replace(own, boot="another boot").alive()


def test_end_kills_and_collects() -> None:
    child = subprocess.Popen(["sleep", "60"])
    process = Process.of(child.pid)
    assert process is not None and process.end()
    assert not process.alive()
    child.wait()


def test_spawn_starts_a_session_of_its_own_and_waits_for_its_line(tmp_path: Path) -> None:
    pid, go = spawn(["sh", "-c", "read line; echo got $line"], dict(os.environ), tmp_path / "log")
    assert os.getsid(pid) == pid
    assert table()[pid].parent == os.getpid()
    assert only_child(pid, table()) is None
    os.write(go, b"this\n")
    os.close(go)
    os.waitpid(pid, 0)
    assert (tmp_path / "log").read_text() == "got this\n"


def test_a_record_survives_the_disk(tmp_path: Path) -> None:
    record = Record("x", "digest", 1.5, supervisor=Process(1, 2, "boot"), server="https://127.0.0.1:1")
    write_record(tmp_path, record)
    assert record == read_record(tmp_path)


def test_a_record_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    write_record(tmp_path, record := Record("x", "digest", 1.5, supervisor=Process(1, 2, "boot")))
    written = json.loads((tmp_path / "state.json").read_text())
    del written["gate"]
    (tmp_path / "state.json").write_text(json.dumps(written))
    assert record == read_record(tmp_path)


def test_a_record_of_another_boot_counts_as_down(tmp_path: Path) -> None:
    write_record(tmp_path, Record("x", "digest", 1.5, supervisor=Process(os.getpid(), 2, "another boot")))
    assert read_state(tmp_path).phase == "down"


def test_a_damaged_record_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"name": ')
    with pytest.raises(EnvironmentFailed, match=r"state\.json: cannot be read"):
        read_record(tmp_path)


def test_a_second_command_is_told_to_wait(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(EnvironmentFailed, match="another command works on this lab"),
        locked(tmp_path),
    ):
        pass
    with locked(tmp_path):
        pass

"""A lock goes only when its holder is proven dead."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.locks import holder, own_lock, refused_by_dead, remove_dead, start_of
from inventory.errors import EnvironmentFailed


def lock(state: Path, pid: int, host: str = "", since: float | None = None, stack: str = "changsha") -> Path:
    """A lock file as the engine writes it."""
    folder = state / ".pulumi" / "locks" / "organization" / "jiyue" / stack
    folder.mkdir(parents=True, exist_ok=True)
    instant = datetime.fromtimestamp(time.time() if since is None else since, UTC)
    path = folder / "11111111.json"
    text = {"pid": pid, "hostname": host or socket.gethostname(), "timestamp": instant.isoformat()}
    path.write_text(json.dumps(text), encoding="utf-8")
    path.with_name("11111111.json.attrs").write_text("{}", encoding="utf-8")
    return path


def dead_pid() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_dead_holder_loses_its_lock(tmp_path: Path) -> None:
    """Nothing of the lock is left, and it is told."""
    path = lock(tmp_path, dead_pid())
    assert remove_dead(tmp_path, "changsha") == ("the lock of an update that was killed (11111111.json)",)
    assert list(path.parent.iterdir()) == []


def test_a_living_holder_keeps_it(tmp_path: Path) -> None:
    """We are alive."""
    path = lock(tmp_path, os.getpid())
    with pytest.raises(EnvironmentFailed, match=f"locked by process {os.getpid()}"):
        remove_dead(tmp_path, "changsha")
    assert path.exists()


def test_a_reused_number_is_not_the_holder(tmp_path: Path) -> None:
    """The lock is older than the process that has the number now."""
    started = start_of(os.getpid())
    assert started is not None
    assert holder(lock(tmp_path, os.getpid(), since=started - 3600)) == ""


@pytest.mark.parametrize("text", ["", "{}", '{"pid": "x", "hostname": "y", "timestamp": "z"}'])
def test_what_cannot_be_read_is_kept(tmp_path: Path, text: str) -> None:
    """No proof, no removal."""
    path = lock(tmp_path, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EnvironmentFailed):
        remove_dead(tmp_path, "changsha")


def test_another_host_is_not_judged(tmp_path: Path) -> None:
    """Its processes cannot be seen from here."""
    assert holder(lock(tmp_path, dead_pid(), host="elsewhere")).endswith("on elsewhere")


def test_other_stacks_are_left_alone(tmp_path: Path) -> None:
    """Only the named stack's locks."""
    path = lock(tmp_path, dead_pid(), stack="zhuzhou")
    assert remove_dead(tmp_path, "changsha") == ()
    assert path.exists()


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """The second one is told, not queued; afterwards it is free again."""
    with (
        own_lock(tmp_path, "stack changsha"),
        pytest.raises(EnvironmentFailed, match="another run"),
        own_lock(tmp_path, "stack changsha"),
    ):
        pass
    with own_lock(tmp_path, "stack changsha"):
        pass


def refusal(pid: int, host: str, since: str = "2026-11-28T04:00:00Z") -> str:
    """What the engine says when somebody holds the stack's lock."""
    return (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
        f"lock file with `pulumi cancel`.\n  postgres://db/locks/x.json: created by root@{host} (pid {pid}) at {since}"
    )


def test_a_refusal_counts_only_when_all_its_holders_are_dead_here() -> None:
    """For backends whose lock files cannot be read; the engine's own words name the holders."""
    gone = 2**22 - 3
    assert start_of(gone) is None
    here = socket.gethostname()
    now = datetime.now(UTC).isoformat()
    assert refused_by_dead(refusal(gone, here))
    assert not refused_by_dead(refusal(gone, "elsewhere"))
    assert not refused_by_dead(refusal(os.getpid(), here, now))
    assert not refused_by_dead(refusal(gone, here) + "\n" + refusal(os.getpid(), here, now).splitlines()[-1])
    assert not refused_by_dead("error: something else")

"""A stand-in for ssh that runs the command on this machine, so that the real prober measures real local servers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from jiyue.probe.runner import Runner

SSH = """#!/bin/sh
while [ "$1" != "--" ]; do shift; done
host=$2
[ "$host" = gone ] && { echo "ssh: connect to host gone port 22: No route to host" >&2; exit 255; }
[ "$host" = broken ] && { echo "no such interpreter" >&2; exit 3; }
[ "$host" = garbled ] && { cat >/dev/null; printf 'not json\\n[1]\\n{"job": 99, "samples": []}\\n'; exit 0; }
echo x >> "$SSH_CALLS"
exec sh -c "$3"
"""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """One line for each command that ran."""
    return tmp_path / "calls"


@pytest.fixture
def runner(tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "ssh"
    program.write_text(SSH)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_CALLS", str(calls))
    config = tmp_path / "ssh_config"
    config.write_text("")
    return Runner(config, tmp_path / "evidence", folder=str(tmp_path / "remote"))

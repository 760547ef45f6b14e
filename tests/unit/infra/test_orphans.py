"""Only providers of this very stack that have lost their engine are ended."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.orphans import OWNER, end_orphans


def named(folder: Path, name: str, program: str = "sleep") -> str:
    """A program under another name, which the kernel then shows."""
    found = shutil.which(program)
    assert found
    return shutil.copy(found, folder / name)


@contextmanager
def running(words: list[str], owner: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with the mark of a stack."""
    child = subprocess.Popen(words, env={OWNER: str(owner), "PATH": "/usr/bin:/bin"})
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child.pid}/comm").read_text().strip() == "python" and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def test_a_provider_without_its_engine_is_ended(tmp_path: Path) -> None:
    """Another stack's stays, and so does any other program with the same mark."""
    provider = named(tmp_path, "pulumi-resource-x")
    mine, other = tmp_path / "changsha", tmp_path / "changsha2"
    with (
        running([provider, "60"], mine) as lost,
        running([provider, "60"], other) as foreign,
        running([named(tmp_path, "tool"), "60"], mine) as tool,
    ):
        assert end_orphans(mine) == (lost.pid,)
        assert lost.wait(5) == -9
        assert (foreign.poll(), tool.poll()) == (None, None)
        assert end_orphans(mine) == ()


def test_a_provider_below_its_engine_stays(tmp_path: Path) -> None:
    """The engine runs: whoever started it holds the stack's lock elsewhere, or has just been killed."""
    provider, engine = named(tmp_path, "pulumi-resource-x"), named(tmp_path, "pulumi", "sh")
    with running([engine, "-c", f"{provider} 60 & echo $! > {tmp_path}/pid; wait"], tmp_path) as child:
        deadline = time.monotonic() + 10
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        pid = int((tmp_path / "pid").read_text())
        assert end_orphans(tmp_path) == ()
        child.kill()
        child.wait()
        assert end_orphans(tmp_path) == (pid,)

"""Installing: once, all or nothing, one at a time, and after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jiyue.engines import EngineError, install, resolve, status
from jiyue.engines.build import GoBuild
from jiyue.engines.cache import entry_of
from jiyue.engines.model import BuildContext

from .fakes import Fail, OutOfSpace, WaitFor, Write, engine, script, setting

ROOT = Path(__file__).resolve().parents[3]


def temporary(tools: Path) -> list[Path]:
    return list(tools.glob(".tmp-*"))


def until(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.01)


def test_second_install_runs_no_step_and_says_ready(tmp_path: Path) -> None:
    log: list[str] = []
    where = setting(tmp_path, engine(Write("bin/tool", "x", log)))
    heard: list[tuple[str, str, float | None]] = []
    install(lambda name, stage, fraction, _: heard.append((name, stage, fraction)), setting=where)
    assert ("tool", "write", 0.5) in heard
    assert heard[-1] == ("tool", "ready", 1.0)
    heard.clear()
    install(lambda name, stage, fraction, _: heard.append((name, stage, fraction)), setting=where)
    assert heard == [("tool", "ready", 1.0)]
    assert log == ["bin/tool"]
    assert status(where)[0].route == "build"


def test_only_installs_what_is_named_and_refuses_strangers(tmp_path: Path) -> None:
    table = (engine(Write("bin/one", "x"), name="one"), engine(Write("bin/two", "x"), name="two"))
    where = setting(tmp_path, *table)
    assert install(only=["two"], setting=where).missing == ("one",)
    with pytest.raises(EngineError, match="no such engine; known: one, two"):
        install(only=["three"], setting=where)


@pytest.mark.parametrize("step", [Fail(), OutOfSpace()])
def test_failing_step_leaves_nothing(tmp_path: Path, step: Fail | OutOfSpace) -> None:
    where = setting(tmp_path, engine(Write("bin/tool", "half"), step))
    with pytest.raises(EngineError):
        install(setting=where)
    assert temporary(where.tools) == []
    assert resolve(where).missing == ("tool",)
    assert status(where)[0].state == "missing"


def test_recipe_that_makes_no_file_is_a_defect_not_an_entry(tmp_path: Path) -> None:
    where = setting(tmp_path, engine(Write("bin/other", "x")))
    with pytest.raises(EngineError, match=r"made no tool \(bin/tool\)"):
        install(setting=where)
    assert status(where)[0].state == "missing"


KILLED = """
import sys
from pathlib import Path
from tests.unit.engines.fakes import WaitFor, Write, engine, setting
from jiyue.engines import install
folder = Path(sys.argv[1])
install(setting=setting(folder, engine(Write("bin/tool", "x"), WaitFor(str(folder / "gate"), str(folder / "half")))))
"""


def test_killed_install_counts_as_nothing_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT)
    try:
        until(tmp_path / "half")
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    made = engine(Write("bin/tool", "x"), WaitFor(str(tmp_path / "gate"), str(tmp_path / "half")))
    where = setting(tmp_path, made)
    left = temporary(where.tools)
    assert len(left) == 1
    assert (left[0] / "entry/bin/tool").read_text() == "x"
    assert status(where)[0].state == "missing"
    (tmp_path / "gate").touch()
    assert install(setting=where).missing == ()
    assert temporary(where.tools) == []
    assert entry_of(made, where.tools, where.toolchain).file("tool").read_text() == "x"


def test_second_installer_waits_and_then_finds_the_work_done(tmp_path: Path) -> None:
    log: list[str] = []
    made = engine(Write("bin/tool", "x", log), WaitFor(str(tmp_path / "gate"), str(tmp_path / "half")))
    where = setting(tmp_path, made)
    heard: list[tuple[str, str]] = []
    first = threading.Thread(target=lambda: install(setting=where))
    second = threading.Thread(
        target=lambda: install(lambda name, stage, _, text: heard.append((stage, text)), setting=where)
    )
    first.start()
    until(tmp_path / "half")
    second.start()
    deadline = time.monotonic() + 30
    while not heard and time.monotonic() < deadline:
        time.sleep(0.01)
    (tmp_path / "gate").touch()
    first.join()
    second.join()
    assert heard[0] == ("wait", f"another install is running (process {os.getpid()})")
    assert heard[-1][0] == "ready"
    assert log == ["bin/tool"]


COMPILER = """
import sys, os
from pathlib import Path
from jiyue.engines.build import go
from jiyue.engines.model import BuildContext
folder = Path(sys.argv[1])
env = {"PATH": f"{folder / 'path'}:/usr/bin:/bin"}
go(BuildContext("tool", folder, folder, env, lambda *_: None), ["build"], "build", total=2)
"""


def test_killed_installer_takes_its_compiler_along(tmp_path: Path) -> None:
    (tmp_path / "path").mkdir()
    script(tmp_path / "path/go", f"echo $$ > {tmp_path}/new && mv {tmp_path}/new {tmp_path}/pid\nexec sleep 60")
    child = subprocess.Popen([sys.executable, "-c", COMPILER, str(tmp_path)], cwd=ROOT)
    try:
        until(tmp_path / "pid")
        compiler = int((tmp_path / "pid").read_text())
        assert Path(f"/proc/{compiler}").exists()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    deadline = time.monotonic() + 30
    while alive(compiler):
        assert time.monotonic() < deadline, "the compiler outlived its installer"
        time.sleep(0.01)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


FAKE_GO = """
case "$1 $2" in
"list -deps") printf 'a\\nb\\nc\\nd\\n' ;;
"build "*) echo "go: downloading x v1" >&2; echo a >&2; echo b >&2
  while [ "$1" != -o ]; do shift; done; echo made > "$2" ;;
esac
"""


def test_go_build_reports_packages_as_a_fraction(tmp_path: Path) -> None:
    script(tmp_path / "go", FAKE_GO)
    heard: list[tuple[str, float | None, str]] = []
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    context = BuildContext("tool", tmp_path, tmp_path / "out", env, lambda *said: heard.append(said))
    GoBuild("tool", "example.org/tool").run(context)
    assert (tmp_path / "out/bin/tool").read_text() == "made\n"
    build = [said for said in heard if said[0] == "build tool"]
    assert build == [
        ("build tool", 0.0, ""),
        ("build tool", 0.0, "downloading x v1"),
        ("build tool", 0.25, "a"),
        ("build tool", 0.5, "b"),
    ]


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("verifying x@v1: checksum mismatch", "do not use this GOPROXY"),
        ("dial tcp: lookup proxy: no such host", "set GOPROXY"),
        ("write /x: no space left on device", "free 16 GiB"),
        ("go: go.mod requires go >= 1.26.0 (running go 1.22; GOTOOLCHAIN=local)", "install Go 1.26"),
    ],
)
def test_words_of_go_become_advice(tmp_path: Path, words: str, advice: str) -> None:
    script(tmp_path / "go", f"echo '{words}' >&2; exit 1")
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    context = BuildContext("tool", tmp_path, tmp_path, env, lambda *_: None)
    with pytest.raises(EngineError) as caught:
        GoBuild("tool", "example.org/tool").run(context)
    assert words in caught.value.cause
    assert advice in caught.value.fix

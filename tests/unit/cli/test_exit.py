"""How a call ends: exit codes, interruptions, closed pipes, defects, and words on one line."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import NoReturn

import pytest
import typer
from rich.console import Console

from inventory.errors import (
    ORDER,
    EnvironmentFailed,
    GateError,
    InputError,
    JiyueError,
    NothingChecked,
    Problems,
    worst,
)
from jiyue.cli.output import Session, guarded, one_line
from tests.unit.cli.calls import run

ROOT = Path(__file__).resolve().parents[3]


def _raise(error: BaseException) -> NoReturn:
    raise error


def test_precedence() -> None:
    """Of any codes that apply, the first of 70, 4, 3, 2, 5, 1 wins; none means 0."""
    assert ORDER == (70, 4, 3, 2, 5, 1)
    assert worst([]) == worst([0]) == 0
    for size in range(1, len(ORDER) + 1):
        for codes in combinations(ORDER, size):
            assert worst([*reversed(codes), 0]) == codes[0]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("a", "b"), 2),
        (GateError("a", "b"), 3),
        (EnvironmentFailed("a", "b"), 4),
        (NothingChecked("a", "b"), 5),
        (JiyueError("a", "b"), 70),
    ],
)
def test_errors_of_the_tree(error: JiyueError, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind has its code, and its line is on stderr."""
    assert guarded(lambda: _raise(error), debug=False) == code
    assert capsys.readouterr() == ("", "a: b\n")


def test_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Several problems are several lines, in Chinese with the fix after a full-width semicolon."""
    problems = Problems([InputError("f.yaml:3", "is not a platform", "write a text"), InputError("g", "no answer")])
    assert guarded(lambda: _raise(problems), debug=False) == 2
    assert capsys.readouterr().err.splitlines() == ["f.yaml:3: 不是平台；写成文本", "g: 没有应答"]


def test_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    """Control-C is 130 with what to do next, and no traceback."""
    assert guarded(lambda: _raise(KeyboardInterrupt()), debug=False) == 130
    assert capsys.readouterr().err == "已中断；重新执行同一命令即可继续\n"


def test_interrupted_through_the_whole_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """130 is the exit code of the process too, though it stands outside the precedence."""
    monkeypatch.setattr("jiyue.cli.inventory.source.check", lambda *_a, **_k: _raise(KeyboardInterrupt()))
    monkeypatch.setattr("jiyue.cli.inventory.source.examine", lambda *_a, **_k: _raise(KeyboardInterrupt()))
    done = run(["inventory", "check"], monkeypatch, JIYUE_ROOT=str(ROOT))
    assert (done.code, done.out) == (130, "")


def test_a_defect_is_said_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of ours is 70 and one line; the traceback only on demand."""
    assert guarded(lambda: _raise(ZeroDivisionError("by zero")), debug=False) == 70
    plain = capsys.readouterr().err
    assert plain == "内部错误：by zero；设置 JIYUE_DEBUG=1 可查看详情\n"
    assert guarded(lambda: _raise(ZeroDivisionError("by zero")), debug=True) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_defect_through_the_whole_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """JIYUE_DEBUG is what asks for the details."""
    monkeypatch.setattr("jiyue.cli.inventory.source.check", lambda *_a, **_k: _raise(RuntimeError("odd")))
    monkeypatch.setattr("jiyue.cli.inventory.source.examine", lambda *_a, **_k: _raise(RuntimeError("odd")))
    quiet = run(["inventory", "check"], monkeypatch, JIYUE_ROOT=str(ROOT))
    loud = run(["inventory", "check"], monkeypatch, JIYUE_ROOT=str(ROOT), JIYUE_DEBUG="1")
    assert (quiet.code, loud.code) == (70, 70)
    assert "Traceback" not in quiet.err
    assert "Traceback" in loud.err


def test_words_about_arguments_are_the_callers(capsys: pytest.CaptureFixture[str]) -> None:
    """What a verb says about its arguments is no defect of ours: it is told by `main`, with 2."""
    with pytest.raises(typer.BadParameter):
        guarded(lambda: _raise(typer.BadParameter("name platforms")), debug=False)
    assert capsys.readouterr().err == ""


def test_broken_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """A reader that has seen enough is no error."""
    assert guarded(lambda: _raise(BrokenPipeError()), debug=False) == 0
    assert capsys.readouterr() == ("", "")


def test_a_closed_pipe_ends_quietly() -> None:
    """`jiyue site list | head -1`, with a reader that is gone before the first byte."""
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "JIYUE_ROOT": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", "from jiyue.cli.app import main; main()", "site", "list", "--json"]
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_json_goes_to_stdout_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json` stdout is one document, and text for people goes to stderr."""
    session = Session(as_json=True)
    session.emit("x", {"name": "集约"}, lambda console: console.print("never"))
    session.console.print("progress")
    seen = capsys.readouterr()
    assert seen.out == '{\n  "schema": "jiyue/x/1",\n  "name": "集约"\n}\n'
    assert seen.err == "progress\n"


def test_data_is_never_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """Square brackets in a name stay what they are."""

    def text(console: Console) -> None:
        console.print("[bold]site[/bold] [/nothing] [3fff::1]:443")

    Session().emit("x", {}, text)
    assert capsys.readouterr().out == "[bold]site[/bold] [/nothing] [3fff::1]:443\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 集约\u3000文字", "plain 集约 文字"),
        ("two\nlines", "two lines"),
        ("red \x1b[31m", "red ?[31m"),
        ("back \u202ewards", "back ?wards"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    """A problem is one line and cannot steer the terminal."""
    assert one_line(text) == shown


def test_the_codes_are_documented() -> None:
    """The reference lists exactly the codes that can come out."""
    from jiyue.docs_gen import exit_codes

    assert [code for code, _meaning in exit_codes()] == [0, 1, 2, 3, 4, 5, 70, 130]
    assert set(ORDER) == {code for code, _meaning in exit_codes()} - {0, 130}

"""The alert command: run without a shell, told by JSON on standard input, and nothing it does ends the watch."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from inventory.errors import InputError
from ipv6.verify.regression import Event
from jiyue.monitor.alert import MOST, command, message, tell

EVENT = Event("regression", "changsha", "www.a.cn", "tcp-ports", "network", ("443 refused; $(touch x) `id`",))


def test_the_words_reach_the_program_as_they_are_and_no_shell_sees_them(tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = f"import sys; open({str(out)!r}, 'w').write(repr(sys.argv[1:]) + sys.stdin.read())"
    words = command(f"{sys.executable} -c \"{program}\" '$HOME; touch {tmp_path}/x' '*'")
    assert tell(words, message("lab", "2026-01-31T08:00:00Z", [EVENT])) == ""
    argv, _, said = out.read_text().partition("]")
    assert argv == f"['$HOME; touch {tmp_path}/x', '*'"
    document = json.loads(said)
    assert document["schema"] == "jiyue/alert/1" and document["environment"] == "lab" and document["total"] == 1
    assert document["events"] == [EVENT.data()]
    assert not (tmp_path / "x").exists()


def test_a_message_stays_small_and_says_how_many_there_were() -> None:
    document = json.loads(message("lab", "now", [EVENT] * 5000))
    assert (len(document["events"]), document["total"]) == (MOST, 5000)


@pytest.mark.parametrize("text", ["", "   ", "'open", "/no/such/program --x"])
def test_what_cannot_be_run_is_refused_before_the_watch_begins(text: str) -> None:
    with pytest.raises(InputError, match="--alert-cmd"):
        command(text)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; sys.exit('no mail today')", "ended with 1: no mail today"),
        ("import time; time.sleep(60)", "did not end within"),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9: no reason"),
    ],
)
def test_a_command_that_fails_is_told(code: str, says: str) -> None:
    assert says in tell((sys.executable, "-c", code), b"{}\n", patience=0.5)


def test_a_program_that_went_away_is_told() -> None:
    assert "cannot be started" in tell(("/no/such/program",), b"")

"""Programs that wait for their next request, here without SSH before them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed
from jiyue.moving import hands as told
from jiyue.moving.hands import Hands
from jiyue.moving.sessions import Sessions

HERE = [sys.executable, "-I", "-c", told._BOOT]


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    config = tmp_path / "ssh_config"
    config.write_text("")
    with Sessions(lambda host: HERE if host == "here" else ["sh", "-c", host]) as sessions:
        yield Hands(config, sessions)


def size(hands: Hands, file: Path, host: str = "here") -> int:
    return int(hands.ask(host, "log-size", log=str(file))["size"])


def processes(hands: Hands) -> list[int]:
    assert hands.sessions is not None
    return [one.pid for one in hands.sessions._all]


def test_one_program_answers_many_requests_and_errors_between_them(hands: Hands, tmp_path: Path) -> None:
    file = tmp_path / "log"
    for count in range(1, 5):
        file.write_text("x" * count)
        assert size(hands, file) == count
        with pytest.raises(EnvironmentFailed, match="No such file"):
            hands.ask("here", "scan", root=str(tmp_path / "none"))
    assert len(processes(hands)) == 1


def test_side_by_side_there_are_as_many_as_are_asked(hands: Hands, tmp_path: Path) -> None:
    files = [tmp_path / str(count) for count in range(12)]
    for count, file in enumerate(files):
        file.write_text("x" * count)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda file: size(hands, file), files)) == list(range(12))
    assert 1 <= len(processes(hands)) <= 4


def test_one_that_died_while_it_waited_is_replaced(hands: Hands, tmp_path: Path) -> None:
    size(hands, tmp_path)
    (first,) = processes(hands)
    os.kill(first, signal.SIGKILL)
    size(hands, tmp_path)
    assert len(processes(hands)) == 2


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("echo refused >&2; exit 255", "unreachable over SSH: refused"),
        ("cat >/dev/null", "no answer within 1 s"),
        ("read line; echo broken >&2; exit 1", "broken"),
    ],
)
def test_what_does_not_answer_is_told(hands: Hands, host: str, why: str) -> None:
    with pytest.raises(EnvironmentFailed, match=why):
        hands.ask(host, "log-size", patience=1.0, log="/x")


def test_nothing_is_left_running(hands: Hands, tmp_path: Path) -> None:
    size(hands, tmp_path)
    (pid,) = processes(hands)
    assert hands.sessions is not None
    hands.sessions.__exit__(None, None, None)
    assert not Path(f"/proc/{pid}").exists()

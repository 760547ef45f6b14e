"""A run that was broken off goes on with what it had, and only then: other or old questions do not mix."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipv6.verify.model import Probe
from jiyue.probe.journal import Journal
from jiyue.probe.progress import Progress, State
from jiyue.probe.runner import Runner


class Counting:
    """Answers HTTP on ::1 after `delay` seconds and counts requests by path."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay, self.paths = delay, Counter[str]()
        self.sock = socket.create_server(("::1", 0), family=socket.AF_INET6, backlog=128)
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            head = peer.recv(4096).decode()
            if head:
                path = head.split(" ")[1]
                time.sleep(self.delay)
                self.paths[path] += 1
                peer.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(path)}\r\n\r\n{path}".encode())

    def probes(self, count: int, host: str = "here") -> list[Probe]:
        """So many pages of this server."""
        return [Probe(host, "http", 6, "::1", self.port, "www.test", path=f"/{number}") for number in range(count)]


@pytest.fixture
def server() -> Iterator[Counting]:
    found = Counting()
    yield found
    found.sock.close()


def texts(runner: Runner, probes: list[Probe]) -> list[object]:
    return [answer.samples[0]["text"] for answer in runner.run_all(probes).values()]


def broken_off(journal: Journal, runner: Runner, probes: list[Probe]) -> None:
    """A run whose answers all came in and which was killed before its end."""
    with pytest.raises(ZeroDivisionError), journal:
        texts(runner.during(journal), probes)
        raise ZeroDivisionError


def test_nothing_is_asked_twice(runner: Runner, server: Counting, tmp_path: Path, calls: Path) -> None:
    probes = server.probes(5)
    broken_off(Journal(tmp_path / "run", "same", 60), runner, probes)
    before = calls.read_text()
    progress = Progress(lambda state: None)
    with Journal(tmp_path / "run", "same", 60) as journal:
        assert texts(runner.during(journal, progress), probes) == [probe.path for probe in probes]
    assert set(server.paths.values()) == {1} and calls.read_text() == before
    assert progress.kept == 5
    assert list((tmp_path / "run").iterdir()) == [tmp_path / "run" / "lock"]  # an ended run leaves nothing


@pytest.mark.parametrize(
    "change",
    [
        lambda folder, probes, now: (Journal(folder, "other", 60, now), probes),
        lambda folder, probes, now: (Journal(folder, "same", 60, lambda: now() + 61), probes),
        lambda folder, probes, now: (Journal(folder, "same", 60, lambda: now() - 5), probes),  # the clock went back
        lambda folder, probes, now: (Journal(folder, "same", 60, now), probes[:-1]),
    ],
    ids=["another-state", "too-old", "from-the-future", "other-questions"],
)
def test_what_may_not_be_mixed_is_asked_anew(
    runner: Runner, server: Counting, tmp_path: Path, change: Callable[..., tuple[Journal, list[Probe]]]
) -> None:
    now = lambda: 1_000_000.0  # noqa: E731
    probes = server.probes(4)
    broken_off(Journal(tmp_path / "run", "same", 60, now), runner, probes)
    journal, asked = change(tmp_path / "run", probes, now)
    with journal:
        texts(runner.during(journal), asked)
    assert [server.paths[probe.path] for probe in asked] == [2] * len(asked)


def test_what_is_red_is_asked_again_within_one_run(runner: Runner, server: Counting, tmp_path: Path) -> None:
    probes = server.probes(2)
    with Journal(tmp_path / "run", "same", 60) as journal:
        for _ in range(3):
            texts(runner.during(journal), probes)
    assert set(server.paths.values()) == {3}


def test_a_repeated_round_goes_on_as_a_repeated_round(runner: Runner, server: Counting, tmp_path: Path) -> None:
    probes = server.probes(2)
    with pytest.raises(ZeroDivisionError), Journal(tmp_path / "run", "same", 60) as journal:
        for _ in range(2):
            texts(runner.during(journal), probes)
        raise ZeroDivisionError
    with Journal(tmp_path / "run", "same", 60) as journal:
        for _ in range(3):
            texts(runner.during(journal), probes)
    assert set(server.paths.values()) == {3}


def test_two_runs_at_once_do_not_share(runner: Runner, server: Counting, tmp_path: Path) -> None:
    probes = server.probes(2)
    with Journal(tmp_path / "run", "same", 60) as first:
        texts(runner.during(first), probes)
        with Journal(tmp_path / "run", "same", 60) as second:
            texts(runner.during(second), probes)
        assert set(server.paths.values()) == {2}
        assert [one.name for one in (tmp_path / "run").iterdir() if one.is_dir()]  # the second took nothing away


def test_forget_starts_anew(runner: Runner, server: Counting, tmp_path: Path) -> None:
    probes = server.probes(2)
    broken_off(Journal(tmp_path / "run", "same", 60), runner, probes)
    with Journal(tmp_path / "run", "same", 60) as journal:
        journal.forget()
        texts(runner.during(journal), probes)
    assert set(server.paths.values()) == {2}


@pytest.mark.parametrize("torn", [b'{"job":1,"sam', b"\x00\xff\n", b"[]\n", b'{"job": "x", "samples": []}\n'])
def test_a_torn_or_strange_line_costs_one_question(
    runner: Runner, server: Counting, tmp_path: Path, torn: bytes
) -> None:
    probes = server.probes(3)
    broken_off(Journal(tmp_path / "run", "same", 60), runner, probes)
    (kept,) = [path for path in (tmp_path / "run").rglob("*-1") if path.is_file()]
    lines = kept.read_bytes().splitlines(keepends=True)
    last = [line for line in lines if line.startswith(b'{"job":') and not line.startswith(b'{"job":2')]
    blobs = [line for line in lines if line.startswith(b'{"blob":')]
    kept.write_bytes(lines[0] + b"".join(blobs + last) + torn)
    with Journal(tmp_path / "run", "same", 60) as journal:
        assert texts(runner.during(journal), probes) == ["/0", "/1", "/2"]
    assert [server.paths[f"/{number}"] for number in range(3)] == [1, 1, 2]


def test_a_journal_of_another_kind_is_no_journal(runner: Runner, server: Counting, tmp_path: Path) -> None:
    probes = server.probes(2)
    broken_off(Journal(tmp_path / "run", "same", 60), runner, probes)
    for path in (tmp_path / "run").rglob("*-1"):
        path.write_bytes(b'{"schema": "something/else", "begun": 0}\n')
    with Journal(tmp_path / "run", "same", 60) as journal:
        assert texts(runner.during(journal), probes) == ["/0", "/1"]


PROGRAM = """
import sys
from pathlib import Path
from ipv6.verify.model import Probe
from jiyue.probe.journal import Journal
from jiyue.probe.runner import Runner
folder, port = Path(sys.argv[1]), int(sys.argv[2])
probes = [Probe("here", "http", 6, "::1", port, "www.test", path=f"/{number}") for number in range(60)]
with Journal(folder / "run", "same", 60) as journal:
    Runner(folder / "ssh_config", folder=str(folder / "remote")).during(journal).run_all(probes)
"""


def test_a_killed_controller_goes_on_with_what_it_had(runner: Runner, server: Counting, tmp_path: Path) -> None:
    """A real process, killed by the kernel in the middle; its prober ends too, and only the rest is asked."""
    server.delay = 0.1
    root = Path(__file__).parents[3]
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(server.port)], cwd=root, env=dict(os.environ)
    )
    deadline = time.monotonic() + 20
    while sum(server.paths.values()) < 24 and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    time.sleep(0.8)  # what was under way ends: nobody asks for nobody
    asked = sum(server.paths.values())
    assert 24 <= asked < 50
    server.delay = 0.0
    states: list[State] = []
    progress = Progress(states.append)
    with Journal(tmp_path / "run", "same", 60) as journal:
        assert texts(runner.during(journal, progress), server.probes(60)) == [f"/{number}" for number in range(60)]
    assert 12 <= progress.kept <= asked
    assert sum(server.paths.values()) == asked + 60 - progress.kept


def test_end_breaks_off_at_once_and_keeps(runner: Runner, server: Counting, tmp_path: Path) -> None:
    server.delay = 0.2
    probes = server.probes(100)
    started = time.monotonic()
    threading.Timer(0.9, runner.end).start()
    with pytest.raises(KeyboardInterrupt), Journal(tmp_path / "run", "same", 60) as journal:
        runner.during(journal).run_all(probes)
    assert time.monotonic() - started < 4  # of the 5 s that all of it takes
    assert any(path.is_file() for path in (tmp_path / "run").rglob("*-1"))


def test_progress_counts_by_host_and_knows_what_is_left() -> None:
    time_, states = [0.0], list[State]()
    progress = Progress(states.append, lambda: time_[0])
    progress.judged(0, 100)
    progress.asked("v6", 40, kept=10)
    progress.asked("v4", 10)
    for _ in range(20):
        time_[0] += 0.1
        progress.heard("v6")
    assert len(states) in (3, 4)  # twice a second, not twenty times
    state = states[-1]
    assert (state.kept, state.asked, state.rate) == (10, 50, pytest.approx(10))
    assert state.hosts[0] == ("v6", state.answered, 40) and state.left is None
    assert progress.kept == 10
    progress.judged(50, 100)  # half of the subjects took 30 answers, so 60 are expected
    time_[0] += 1.0
    progress.heard("v4")
    assert states[-1].left == pytest.approx((60 - 31) / states[-1].rate)
    assert states[-1].subjects == 50

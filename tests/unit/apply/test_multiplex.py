"""Many commands at once: each is told of exactly once, whatever becomes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ipv6.apply import events
from ipv6.apply.multiplex import Command, Ended, run


def shell(script: str, given: Path = Path(os.devnull)) -> Command:
    return Command(("sh", "-c", script), given)


def collect(commands: dict[str, Command], width: int = 4, limit: float = 30.0) -> dict[str, Ended]:
    found: dict[str, Ended] = {}

    def done(host: str, ended: Ended) -> None:
        assert host not in found
        found[host] = ended

    run(commands.items(), width, limit, done)
    return found


def test_each_has_its_own_input_and_its_own_answer(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("x" * 200_000)
    scripts = {f"h{n}": shell(f"wc -c; echo {n} >&2; exit {n}", tmp_path / "in") for n in range(9)}
    assert collect(scripts) == {f"h{n}": Ended(n, "200000\n", f"{n}\n") for n in range(9)}


def test_never_more_at_once_than_allowed(tmp_path: Path) -> None:
    script = f"touch {tmp_path}/$$; ls {tmp_path} | wc -l; sleep 0.1; rm {tmp_path}/$$"
    found = collect({f"h{n}": shell(script) for n in range(7)}, width=2)
    assert max(int(ended.out) for ended in found.values()) <= 2


def test_at_the_limit_the_others_answers_stay_and_nothing_runs_on(tmp_path: Path) -> None:
    hung = f"exec sleep 31.{os.getpid()}"
    found = collect({"quick": shell("echo here"), "hung": shell(hung), "late": shell("echo never")}, width=1, limit=0.6)
    assert found == {"quick": Ended(0, "here\n", ""), "hung": Ended(None, "", ""), "late": Ended(None, "", "")}
    assert hung not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_a_child_left_behind_holds_nothing_up() -> None:
    """ssh leaves a master of the shared connection behind, which keeps standard error open."""
    pid = int(collect({"a": shell("sleep 600 & echo $!")})["a"].out)
    os.kill(pid, signal.SIGKILL)  # it still lived


@pytest.mark.parametrize(("script", "tries"), [("exit 255", 2), ("echo answered; exit 255", 1), ("exit 1", 1)])
def test_only_what_did_not_get_through_is_tried_again(tmp_path: Path, script: str, tries: int) -> None:
    collect({"a": shell(f"echo x >> {tmp_path}/tries; {script}")})
    assert (tmp_path / "tries").read_text() == "x\n" * tries


def test_told_to_stop_it_ends_what_it_started(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from ipv6.apply.multiplex import Command, run
script = "echo $$ > {tmp_path}/pid.new; mv {tmp_path}/pid.new {tmp_path}/pid; exec sleep 60"
run([("a", Command(("sh", "-c", script), Path("/dev/null")))], 1, 60, lambda *_: None)
"""
    process = subprocess.Popen([sys.executable, "-c", program])
    while not (tmp_path / "pid").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def test_events_cut_short_by_a_kill_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "events"
    assert list(events.read(file)) == []
    sink = events.Sink(str(file))
    sink.add("runner_on_ok", "a", {"stdout": "长沙\n"})
    sink.add("runner_on_failed", "b", {"rc": 1})
    sink.close()
    whole = file.read_bytes()
    hosts = [
        [event["event_data"]["host"] for event in _cut(file, whole, size)] for size in (len(whole), len(whole) - 1)
    ]
    assert hosts == [["a", "b"], ["a"]]
    assert next(iter(_cut(file, whole, len(whole))))["event_data"]["res"] == {"stdout": "长沙\n"}


def _cut(file: Path, whole: bytes, size: int) -> list[dict[str, dict[str, object]]]:
    file.write_bytes(whole[:size])
    return [dict(event) for event in events.read(file)]

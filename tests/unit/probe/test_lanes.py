"""The prober's second process: what it says arrives whole, and neither process outlives the other's loss."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

from tests.unit.probe.processes import alive

HEAD = """
import os, signal, sys, threading, time
from jiyue.probe.agent.lanes import beside
from jiyue.probe.agent.output import Output
output = Output()
def work():
    with output.tended():
        output.emit({"lane": os.getpid()})
        output.flush()
"""
TAIL = """
passing = beside(work, output)
passing.start()
output.emit({"first": os.getpid()})
passing.join()
output.emit({"done": 2})
output.flush()
"""


def started(more: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-c", HEAD + more + TAIL]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_both_say_what_they_have_to_say_in_whole_lines() -> None:
    with started("        for number in range(5000): output.emit({'number': number, 'text': 'x' * 100})") as process:
        out, err = process.communicate(timeout=60)
    said = [json.loads(line) for line in out.splitlines()]
    assert (process.returncode, err) == (0, b"")
    assert [one["number"] for one in said if "number" in one] == list(range(5000))
    assert said[-1] == {"done": 2} and sum("first" in one or "lane" in one for one in said) == 2


def test_a_killed_lane_costs_its_own_answers_and_half_a_line_is_none() -> None:
    more = "        sys.stdout.write('{\"half'); sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    with started(more) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [next(iter(json.loads(line))) for line in sorted(out.splitlines())] == ["done", "first", "lane"]


def test_a_lane_that_stumbles_says_so() -> None:
    with started("        raise ValueError('no such day')") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and b"no such day" in err and out.splitlines()[-1] == b'{"done":2}'


def test_a_lane_ends_with_its_prober() -> None:
    with started("        time.sleep(120)") as process:
        assert process.stdout
        lines = [json.loads(process.stdout.readline()), json.loads(process.stdout.readline())]
        lane = next(one["lane"] for one in lines if "lane" in one)
        os.kill(process.pid, signal.SIGKILL)
        end = time.monotonic() + 30
        while alive(lane) and time.monotonic() < end:
            time.sleep(0.05)
        assert not alive(lane)

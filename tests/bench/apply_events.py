"""The way of an event from Ansible to us: ansible-runner's own files beside our appended lines, for the same answers.

Both write what 120 devices answer to a confirm, many times over, and read it back: the runner with the functions of its
callback and of `Runner.event_callback`, which write, rename, read, remove and write again one file per event.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ipv6.apply import events
from tests.bench.record import Record, median_and_spread

EVENTS = 6000
ROUNDS = 5
_TOTAL = re.compile(r"^100\.00\s+\S+\s+\S*\s+(\d+)\s+(?:\d+\s+)?total$", re.MULTILINE)


def answers(count: int) -> list[dict[str, Any]]:
    """Results as a device gives them to a confirm."""
    sections = [{"driver": name, "object": "running", "hash": "ab" * 32} for name in ("nftables", "linux", "nginx")]
    found = []
    for number in range(count):
        said = {"device": f"site-{number % 120:03d}", "change": "cd" * 32, "state": "confirmed", "sections": sections}
        found.append({"stdout": json.dumps(said), "stderr": "", "rc": 0})
    return found


def runner(folder: Path, results: list[dict[str, Any]]) -> list[str]:
    """ansible-runner's way, with its own functions; its handler keeps the host, so the event file is written too."""
    from ansible_runner.display_callback.callback.awx_display import IsolatedFileWrite
    from ansible_runner.runner import Runner

    os.environ["AWX_ISOLATED_DATA_DIR"] = str(folder)
    seen: list[str] = []

    def handler(event: dict[str, Any]) -> bool:
        seen.append(event["event_data"]["host"])
        return True

    config = SimpleNamespace(artifact_dir=str(folder), ident="bench", check_job_event_data=True)
    receiver, sender = Runner(config, event_handler=handler), IsolatedFileWrite()
    for counter, result in enumerate(results):
        host = f"site-{counter % 120:03d}"
        event = {"event": "runner_on_ok", "event_data": {"host": host, "res": result}}
        sender.set(f":1:ev-{counter:032x}", event)
        receiver.event_callback({"uuid": f"{counter:032x}", "counter": counter})
    return seen


def ours(folder: Path, results: list[dict[str, Any]]) -> list[str]:
    """One line each, read when all are there."""
    file = folder / "events"
    sink = events.Sink(str(file))
    for counter, result in enumerate(results):
        sink.add("runner_on_ok", f"site-{counter % 120:03d}", result)
    sink.close()
    return [event["event_data"]["host"] for event in events.read(file)]


WAYS = {"runner": runner, "ours": ours}


def once(way: str, count: int) -> float:
    """Seconds for `count` events."""
    results = answers(count)
    with tempfile.TemporaryDirectory(prefix="jiyue-events-") as folder:
        WAYS[way](Path(folder), [])  # loads what has to be loaded
        started = time.perf_counter()
        seen = WAYS[way](Path(folder), results)
        seconds = time.perf_counter() - started
    if seen != [f"site-{number % 120:03d}" for number in range(count)]:
        raise SystemExit(f"{way}: not every event arrived")
    return seconds


def calls(way: str, count: int) -> int:
    """System calls of a process that carries `count` events, by strace(1)."""
    argv = ["strace", "-f", "-c", sys.executable, "-m", "tests.bench.apply_events", way, str(count)]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stderr
    match = _TOTAL.search(said)
    if match is None:
        raise SystemExit(f"strace said no total:\n{said[-500:]}")
    return int(match[1])


def measure(rounds: int) -> list[Record]:
    """In turns; the system calls once, as the difference between many events and none."""
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(max(rounds, ROUNDS)):
        for way, found in rates.items():
            found.append(EVENTS / once(way, EVENTS))
    each = {way: round((calls(way, 1000) - calls(way, 0)) / 1000, 2) for way in WAYS}
    theirs, _ = median_and_spread(rates["runner"])
    mine, spread = median_and_spread(rates["ours"])
    ratio, fewer = round(mine / theirs, 2), round(each["runner"] / each["ours"], 2)
    work = f"{EVENTS} answers of devices written by Ansible's side and read by ours"
    peer = "ansible-runner: job_events by its callback and event_callback"
    number = len(rates["ours"])
    return [
        Record("apply-events", work, peer, theirs, mine, "events/s", ratio, ">= 10x", ratio >= 10, number, spread),
        Record(
            "apply-events-calls",
            f"{work}: system calls per event",
            peer,
            each["runner"],
            each["ours"],
            "calls",
            fewer,
            "<= 1.5",
            each["ours"] <= 1.5,
            1,
            (each["ours"], each["ours"]),
        ),
    ]


if __name__ == "__main__":
    once(sys.argv[1], int(sys.argv[2]))

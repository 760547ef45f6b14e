"""5,000 names x 6 types at one server: dnspython, aiodns and a bare loop beside the prober, as whole processes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ipv6.verify.model import Probe
from jiyue.probe.package import package
from tests.bench.names.server import names, serving
from tests.bench.record import Record, median_and_spread

TYPES = ("A", "AAAA", "NS", "DS", "DNSKEY", "CAA")
CARES = ("A", "AAAA", "NS", "CAA")
"""What aiodns can ask for."""
WAYS = (("dnspython", TYPES), ("aiodns", CARES), ("raw", TYPES), ("ours", TYPES), ("ours", CARES))
Found = dict[str, list[str]]


def peer(way: str, port: int, types: tuple[str, ...]) -> tuple[float, Found]:
    """Seconds and answers of one way."""
    command = [sys.executable, "-m", "tests.bench.names.ask", way, str(port), *types]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started, json.loads(done.stdout)


def ours(prober: Path, port: int, types: tuple[str, ...]) -> tuple[float, Found]:
    """The packed prober as a vantage host runs it: jobs in, lines out. The server counts as the own resolver."""
    jobs = [Probe("here", "dns", 4, port=port, name=name, qtype=qtype).data() for name in names() for qtype in types]
    request = json.dumps({"ca": "", "jobs": jobs}).encode()
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-I", str(prober)], input=request, capture_output=True, check=True)
    seconds = time.perf_counter() - started
    found: Found = {}
    for line in map(json.loads, done.stdout.splitlines()):
        if "samples" in line:
            job, (sample,) = jobs[line["job"]], line["samples"]
            found[f"{job['name']} {job['qtype']}"] = sample["rdata"] if sample["state"] == "answer" else [str(sample)]
    return seconds, found


def measure(rounds: int) -> list[Record]:
    """Interleaved; every way that reads answers must give the same."""
    seconds: dict[tuple[str, int], list[float]] = {(way, len(types)): [] for way, types in WAYS}
    with tempfile.TemporaryDirectory(prefix="jiyue-names-") as text:
        folder = Path(text)
        prober = folder / "prober.pyz"
        prober.write_bytes(package().content)
        (folder / "zone").mkdir()
        with serving(folder / "zone") as port:
            for _ in range(rounds):
                answers: dict[int, list[Found]] = {4: [], 6: []}
                for way, types in WAYS:
                    took, found = ours(prober, port, types) if way == "ours" else peer(way, port, types)
                    seconds[way, len(types)].append(took)
                    if way != "raw":
                        answers[len(types)].append(found)
                for several in answers.values():
                    if any(one != several[0] for one in several) or not several[0]:
                        raise SystemExit("the ways of asking do not agree, nothing is recorded")
    return [
        _record("names-dnspython", "dnspython, asynchronous, a socket per worker", "dnspython", 6, seconds, 5.0),
        _record("names-aiodns", "aiodns (c-ares), the four types that it knows", "aiodns", 4, seconds, 1.0),
        _record("names-raw", "a bare loop that reads no answer: the ceiling, no goal", "raw", 6, seconds, 0.0),
    ]


def _record(
    identity: str, peer_words: str, way: str, types: int, seconds: dict[tuple[str, int], list[float]], goal: float
) -> Record:
    theirs, _ = median_and_spread(seconds[way, types])
    mine, spread = median_and_spread(seconds["ours", types])
    ratio = round(theirs / mine, 2)
    work = f"{len(names())} names x {types} types at one server on loopback, whole process"
    words = f">= {goal:g}x" if goal else "none"
    return Record(
        identity, work, peer_words, theirs, mine, "s", ratio, words, ratio >= goal, len(seconds["ours", types]), spread
    )

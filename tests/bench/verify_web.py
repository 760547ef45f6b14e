"""5,000 sites over both families: an httpx checker and a bare aiohttp loop beside the prober, as whole processes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ipv6.verify.model import Probe
from jiyue.probe.package import package
from tests.bench.record import Record, median_and_spread
from tests.bench.web.server import ADDRESSES, names, serving

Found = dict[str, list[object]]


def peer(way: str, port: int, ca: Path, sites: int) -> tuple[float, Found]:
    """Seconds and answers of one way."""
    command = [sys.executable, "-m", "tests.bench.web.fetch", way, str(port), str(ca), str(sites)]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - started, json.loads(done.stdout)


def ours(prober: Path, port: int, ca: Path, sites: int) -> tuple[float, Found]:
    """The packed prober as a vantage host runs it, without courtesy to the one host that is all sites here."""
    jobs = [
        Probe("here", "http", family, ADDRESSES[family], port, name, tls=True).data()
        for name in names()[:sites]
        for family in (6, 4)
    ]
    request = json.dumps(
        {"ca": ca.read_text(encoding="ascii"), "jobs": jobs, "courtesy": {"each": 96, "gap": 0}}
    ).encode()
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-I", str(prober)], input=request, capture_output=True, check=True)
    seconds = time.perf_counter() - started
    found: Found = {}
    for line in map(json.loads, done.stdout.splitlines()):
        if "samples" in line:
            job, (sample,) = jobs[line["job"]], line["samples"]
            found[f"{job['name']} {job['family']}"] = [sample.get("status", str(sample)), sample.get("sha256")]
    return seconds, found


def measure(rounds: int, sites: int = 5_000) -> list[Record]:
    """Interleaved; all three must have seen the same pages."""
    seconds: dict[str, list[float]] = {"httpx": [], "aiohttp": [], "ours": []}
    with tempfile.TemporaryDirectory(prefix="jiyue-web-") as text:
        folder = Path(text)
        prober = folder / "prober.pyz"
        prober.write_bytes(package().content)
        with serving(folder) as (port, ca):
            for _ in range(rounds):
                answers = []
                for way, taken in seconds.items():
                    took, found = ours(prober, port, ca, sites) if way == "ours" else peer(way, port, ca, sites)
                    taken.append(took)
                    answers.append(found)
                if any(one != answers[0] for one in answers) or len(answers[0]) != 2 * sites:
                    raise SystemExit("the ways of fetching do not agree, nothing is recorded")
    mine, spread = median_and_spread(seconds["ours"])
    records = []
    for way, words, goal in (
        ("httpx", "an httpx checker of the same scope", 3.0),
        ("aiohttp", "a bare aiohttp loop of the same requests", 0.9),
    ):
        theirs, _ = median_and_spread(seconds[way])
        ratio = round(theirs / mine, 2)
        work = f"home pages of {sites} sites over both families, TLS, whole process"
        words_ = f">= {goal:g}x"
        records.append(
            Record(f"web-{way}", work, words, theirs, mine, "s", ratio, words_, ratio >= goal, rounds, spread)
        )
    return records

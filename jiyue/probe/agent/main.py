"""Entry of the prober: a request as JSON on standard input, answers as JSON lines on standard output.

Request: `{"ca": PEM text, "jobs": [probe, ...], "courtesy": {...}, "skip": [place, ...]}`; `skip` names jobs that were
answered by an earlier call. Answers, as they come: `{"job": place, "samples": [...]}` or `{"job": place, "problem":
why}`; bodies once as `{"blob": sha256, "size": n, "zlib": base64}`; last `{"done": count}`.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from .baseline import baseline
from .facts import facts
from .lanes import beside, lanes
from .mtu import mtu
from .output import Output
from .path import path
from .ports import ports
from .race import race
from .resolve import questions
from .sampler import sample
from .scan import scan
from .sockets import ping, tcp, udp
from .state import state
from .timing import timing
from .tls import tls
from .visit import visit
from .walk import walk
from .web import http, trace
from .work import Courtesy, Job, Limits, Run, Sample

# `dns` is not among them: questions are asked in bulk.
KINDS: dict[str, Callable[[Job, Run], Awaitable[Sample]]] = {
    "walk": walk,
    "tcp": tcp,
    "udp": udp,
    "ping": ping,
    "tls": tls,
    "http": http,
    "path": path,
    "state": state,
    "visit": visit,
    "timing": timing,
    "race": race,
    "mtu": mtu,
    "facts": facts,
    "ports": ports,
    "trace": trace,
    "scan": scan,
    "baseline": baseline,
}
GOOD = frozenset({"open", "answer", "reply", "ok", "done"})
BY_ADDRESS = frozenset({"tcp", "udp", "ping", "tls", "path", "mtu", "ports", "trace"})
ALONE = frozenset({"timing", "race"})
"""Kinds that measure time: they run after the others, a few at once, so that the prober's own queue is not measured."""
HEAVY = frozenset({"scan"})
"""Kinds that keep a processor busy for a minute each: after everything else, and no more at once than there are
processors, or each would take longer than it may."""
SCANS = 4
TIMERS = 10
STALLED = 2
PATIENT = 7.0
"""Seconds of silence that decide a probe: by then TCP has asked four times (RFC 6298 doubles its first second)."""
CLONE_NEWNET = 0x40000000
GARBAGE = 20_000
"""New objects after which cycles among them are looked for; thousands of waiting jobs are none and are no longer walked
at every few hundred."""


async def measure(job: Job, run: Run, limits: Limits) -> list[Sample]:
    """Samples of one job, no more than needed to decide `need` of `samples`; all of them when `need` is 0.

    Where nothing answers, waiting for the rest says nothing new: one long silence decides a probe that has a need (what
    is red is asked again in a round of its own), several timeouts in a row one that counts.
    """
    taken: list[Sample] = []
    good = 0
    for _ in range(job.samples):
        sample: Sample = await limits.run(job.address or job.name, lambda: KINDS[job.kind](job, run))
        taken.append(sample)
        good += sample["state"] in GOOD
        if job.need and (good >= job.need or len(taken) - good > job.samples - job.need):
            break
        if job.need and sample["state"] == "timeout" and job.timeout >= PATIENT:
            break
        if not job.need and len(taken) >= STALLED and all(one["state"] == "timeout" for one in taken[-STALLED:]):
            break
    return taken


async def batch(jobs: list[Job], run: Run, other: Callable[[], None] | None = None) -> None:
    """All jobs of one lane at once, within the limits; `other` waits for the lane beside it, before anything that wants
    to be alone."""
    limits = Limits(run.courtesy)

    async def one(job: Job) -> None:
        if job.kind not in KINDS:
            run.emit({"job": job.id, "problem": f"this prober does not know {job.kind!r}"})
        elif job.kind in BY_ADDRESS and not job.address:
            run.emit({"job": job.id, "problem": "no address to try"})
        else:
            run.emit({"job": job.id, "samples": await measure(job, run, limits)})

    asked = [job for job in jobs if job.kind == "dns"]
    last = [job for job in jobs if job.kind in ALONE or (job.alone and job.kind not in ("dns", *HEAVY))]
    heavy = [job for job in jobs if job.kind in HEAVY]
    held = {job.id for job in (*last, *heavy)}
    others = [job for job in jobs if job.kind != "dns" and job.id not in held]

    async def some(these: list[Job], most: int) -> None:
        few = asyncio.Semaphore(most)

        async def turn(job: Job) -> None:
            async with few:
                await one(job)

        await asyncio.gather(*(turn(job) for job in these))

    try:
        waiting = [asyncio.to_thread(other)] if other else []
        await asyncio.gather(questions(asked, run), *(one(job) for job in others), *waiting)
        await some(last, TIMERS)
        await some(heavy, min(SCANS, os.cpu_count() or 1))
    finally:
        run.close()


def enter(netns: str) -> None:
    """Move this thread into a named network namespace; OSError when there is none."""
    if not netns:
        return
    handle = os.open(f"/run/netns/{netns}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(handle, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter the namespace {netns}")
    finally:
        os.close(handle)


def main() -> int:
    """Run the request; 0 when every job was answered, 2 when the request is none."""
    output = Output()
    emit = output.emit

    def tell(line: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        sys.stdout.flush()

    try:
        request = json.load(sys.stdin)
        if "sample" in request:
            sample(request, tell)
            return 0
        skip = frozenset(map(int, request.get("skip", ())))
        jobs = [Job.read(place, data) for place, data in enumerate(request["jobs"]) if place not in skip]
        courtesy = Courtesy.read(request.get("courtesy", {}))
    except (ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"prober: not a request: {error}\n")
        return 2
    ca, blobs = str(request.get("ca", "")), set[str]()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)

    def serve(netns: str, mine: list[Job], share: Courtesy, other: Callable[[], None] | None = None) -> None:
        try:
            enter(netns)
        except OSError as error:
            for job in mine:
                emit({"job": job.id, "problem": f"namespace {netns}: {error.strerror}"})
            return
        asyncio.run(batch(mine, Run(ca, emit, blobs, share), other))

    def lane(netns: str, mine: list[Job], share: Courtesy) -> None:
        with output.tended():
            serve(netns, mine, share)

    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.netns, []).append(job)
    threads = []
    for netns, mine in groups.items():
        first, second = lanes(mine)
        if not second:
            threads.append(threading.Thread(target=serve, args=(netns, mine, courtesy)))
            continue
        half = replace(courtesy, all=max(1, courtesy.all // 2))
        passing = beside(partial(lane, netns, second, half), output)
        threads += [passing, threading.Thread(target=serve, args=(netns, first, half, passing.join))]
    with output.tended():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    emit({"done": len(jobs)})
    output.flush()
    return 0

"""What a dual-stack client does (RFC 8305): IPv6 first, IPv4 when that fails or is late, the first connection wins.

The attempt over IPv6 runs to its own end, so that what the race hides is told as well. As long as it stands in time
nobody is asked over IPv4: no client would.
"""

from __future__ import annotations

import asyncio
import time

from .guard import barred
from .resolve import dns_failure, lookup
from .sockets import tcp
from .work import Job, Run, Sample, elapsed

HEAD_START = 0.25
"""Seconds between the attempts (RFC 8305, section 8)."""


async def race(job: Job, run: Run) -> Sample:
    """`winner` is 6, 4 or 0; `six` and `four` are the attempts, `ms` when the winner was connected."""
    started = time.monotonic()
    try:
        six, four = await asyncio.gather(*(lookup(job.name, family, run, job.timeout) for family in (6, 4)))
    except Exception as error:
        return dns_failure(error, started)
    ahead = asyncio.ensure_future(_try(job, run, 6, six, started))
    await asyncio.wait((ahead,), timeout=HEAD_START)
    if ahead.done() and ahead.result()["state"] == "open":
        second: Sample = {"family": 4, "state": "not-needed", "at": elapsed(started)}
    else:
        second = await _try(job, run, 4, four, started)
    first = await ahead
    open_ = [one for one in (first, second) if one["state"] == "open"]
    winner = min(open_, key=lambda one: float(one["at"])) if open_ else None
    return {
        "state": "ok" if winner else "error",
        "winner": winner["family"] if winner else 0,
        "ms": winner["at"] if winner else elapsed(started),
        "six": first,
        "four": second,
    }


async def _try(job: Job, run: Run, family: int, addresses: list[str], started: float) -> Sample:
    if not addresses:
        return {"family": family, "state": "no-address", "at": elapsed(started)}
    if inner := barred(addresses[0]):
        return {"family": family, "state": "guarded", "error": inner, "at": elapsed(started)}
    one = Job(**{**job.__dict__, "kind": "tcp", "family": family, "address": addresses[0]})
    sample = await tcp(one, run)
    return {"family": family, "address": addresses[0], "at": elapsed(started), **sample}

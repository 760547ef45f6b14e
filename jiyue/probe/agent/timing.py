"""How long each step of a page takes: name, connection, TLS, first byte, whole page; nothing is remembered between."""

from __future__ import annotations

import asyncio
import time

from .guard import barred
from .line import Line
from .resolve import dns_failure, lookup
from .web import HEAD_LIMIT, TRANSFER_LIMIT, head, request
from .work import Job, Run, Sample, elapsed, failure


async def timing(job: Job, run: Run) -> Sample:
    """One GET by name: `dns`, `tcp`, `tls`, `first`, `ms` in milliseconds, `size` in bytes and `status`."""
    started = time.monotonic()
    seen: Sample = {}
    try:
        async with asyncio.timeout(job.timeout):
            addresses = await lookup(job.name, job.family, run, job.timeout, fresh=True)
            seen["dns"] = elapsed(started)
            if not addresses:
                kind = "AAAA" if job.family == 6 else "A"
                return {"state": "no-address", "ms": elapsed(started), "error": f"no {kind} record"}
            if inner := barred(addresses[0]):
                return {"state": "guarded", "ms": elapsed(started), "error": inner}
            seen["address"] = addresses[0]
            return {"state": "ok", **seen, **await _get(job, run, addresses[0])}
    except (TimeoutError, OSError, EOFError, ValueError) as error:
        return {**seen, **failure(error, started)}
    except Exception as error:
        return {**seen, **dns_failure(error, started)}


async def _get(job: Job, run: Run, address: str) -> Sample:
    begun = time.monotonic()
    context = run.trust() if job.tls else None
    line = await Line.open(address, job.port, job.family, context, job.name if job.tls else None)
    try:
        tcp = _between(begun, line.connected)
        tls = elapsed(line.connected)
        asked = time.monotonic()
        await line.send(request(job, "close"))
        status, _ = head((await line.until(b"\r\n\r\n", HEAD_LIMIT)).decode("latin-1"))
        first = elapsed(asked)
        size = len(line.take(len(line.buffer)))
        while size < TRANSFER_LIMIT and await line.more():
            size += len(line.take(len(line.buffer)))
        return {"status": status, "tcp": tcp, "tls": tls, "first": first, "size": size,
                "ms": elapsed(begun), "body": round(max(elapsed(asked) - first, 0.0), 1)}  # fmt: skip
    finally:
        line.close()


def _between(start: float, end: float) -> float:
    return round((end - start) * 1000, 1)

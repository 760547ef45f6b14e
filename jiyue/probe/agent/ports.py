"""Many TCP ports of one address at once: what is open from here, in about the time of one connection."""

from __future__ import annotations

import asyncio
import socket
import time

from .work import Job, Run, Sample, elapsed, failure

MOST = 256
"""Ports that one job may name."""
GAP = 0.002
"""Seconds between two connections to one address."""


async def ports(job: Job, run: Run) -> Sample:
    """`path` names the ports, with commas; `states` says of each `open`, `refused`, `timeout`, ..., within `timeout`.

    A port that stayed silent is asked once more: a lost packet is no closed door.
    """
    started = time.monotonic()
    try:
        wanted = sorted({int(word) for word in job.path.split(",")})
    except ValueError:
        return {"state": "error", "ms": elapsed(started), "error": f"no ports: {job.path[:60]!r}"}
    if not wanted or len(wanted) > MOST or wanted[0] < 1 or wanted[-1] > 65_535:
        return {"state": "error", "ms": elapsed(started), "error": f"{len(wanted)} ports, or none that there are"}
    states: dict[str, str] = {}
    for _ in range(2):
        asked = [port for port in wanted if states.get(str(port), "timeout") == "timeout"]
        found = await asyncio.gather(*(_one(job, port, at * GAP) for at, port in enumerate(asked)))
        states |= {str(port): state for port, state in zip(asked, found, strict=True)}
        if "open" not in states.values():  # nobody is there: asking again would only take its time once more
            break
    return {"state": "done", "ms": elapsed(started), "states": states}


async def _one(job: Job, port: int, wait: float) -> str:
    await asyncio.sleep(wait)
    started = time.monotonic()
    family = socket.AF_INET6 if job.family == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, (job.address, port)), job.timeout)
        except (TimeoutError, OSError) as error:
            return str(failure(error, started)["state"])
        return "open"

"""A page as a browser gets it: redirects are followed, but never to another host; that is for the controller to say."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urljoin, urlsplit

from .web import fetch, to_url, url_of
from .work import Job, Run, Sample

HOPS = 8
MOVED = (301, 302, 303, 307, 308)
KEPT = ("content-type", "content-encoding", "location", "content-length")


async def visit(job: Job, run: Run) -> Sample:
    """GET with redirects inside the host. `hops` lists them; `elsewhere` is where the last one leads outside.

    State is that of the last request, or `loop` when a redirect comes back or there are more than HOPS. Visits of one
    host take turns on its one connection, which spares both the handshakes; once it does not answer they no longer do.
    """
    known: dict[tuple[str, str], asyncio.Semaphore] = run.memory.setdefault("visits", {})
    turns = known.setdefault((job.name, job.address), asyncio.Semaphore())
    async with turns:
        sample = await _visit(job, run)
    if sample["state"] == "timeout":
        turns.release()
    return sample


async def _visit(job: Job, run: Run) -> Sample:
    hops: list[dict[str, Any]] = []
    seen = {url_of(job)}
    while True:
        sample, _ = await fetch(job, run, keep=True)
        headers = sample.get("headers", {})
        sample["headers"] = {key: headers[key][:300] for key in KEPT if key in headers}
        location = headers.get("location", "")
        told = {"url": url_of(job), "hops": hops}
        if sample.get("state") != "ok" or sample.get("status") not in MOVED or not location:
            return {**sample, **told}
        try:
            url = urljoin(url_of(job), location[:2000])
            host = (urlsplit(url).hostname or "").lower()
        except ValueError as error:
            return {**sample, **told, "state": "bad-url", "error": str(error)[:100]}
        hops.append({"url": url_of(job), "status": sample["status"], "location": url[:500]})
        if host != job.name.lower() or urlsplit(url).scheme not in ("http", "https"):
            return {**sample, **told, "elsewhere": url[:500]}
        if url in seen or len(hops) >= HOPS:
            return {**sample, **told, "state": "loop", "error": f"{len(hops)} redirects"}
        seen.add(url)
        job = to_url(job, url)

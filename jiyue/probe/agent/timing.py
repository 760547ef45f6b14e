"""How long each step of a page takes: name, connection, TLS, first byte, whole page; nothing is remembered between."""

from __future__ import annotations

import asyncio
import socket
import time

from .guard import barred
from .resolve import LOCAL, dns_failure, query, rdata
from .web import TRANSFER_LIMIT, Garbled
from .work import Job, Run, Sample, elapsed, failure

HEAD = 65_536


async def timing(job: Job, run: Run) -> Sample:
    """One GET by name: `dns`, `tcp`, `tls`, `first`, `ms` in milliseconds, `size` in bytes and `status`."""
    started = time.monotonic()
    seen: Sample = {}
    try:
        async with asyncio.timeout(job.timeout):
            qtype = "AAAA" if job.family == 6 else "A"
            reply = await query(job.name, qtype, LOCAL[job.family], recurse=True, timeout=job.timeout)
            addresses = rdata(reply, qtype)[0]
            seen["dns"] = elapsed(started)
            if not addresses:
                return {"state": "no-address", "ms": elapsed(started), "error": f"no {qtype} record"}
            if inner := barred(addresses[0]):
                return {"state": "guarded", "ms": elapsed(started), "error": inner}
            seen["address"] = addresses[0]
            return {"state": "ok", **seen, **await _get(job, run, addresses[0])}
    except (TimeoutError, OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
        return {**seen, **failure(error, started)}
    except Exception as error:
        return {**seen, **dns_failure(error, started)}


async def _get(job: Job, run: Run, address: str) -> Sample:
    family = socket.AF_INET6 if job.family == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    begun = time.monotonic()
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, job.port))
        tcp = elapsed(begun)
        context = run.trust() if job.tls else None
        name = job.name if job.tls else None
        reader, writer = await asyncio.open_connection(sock=sock, ssl=context, server_hostname=name, limit=HEAD)
    except BaseException:
        sock.close()
        raise
    try:
        tls = elapsed(begun) - tcp
        asked = time.monotonic()
        writer.write(f"GET {job.path} HTTP/1.1\r\nHost: {job.name}\r\nUser-Agent: jiyue-prober\r\nAccept: */*\r\n"
                     "Accept-Encoding: identity\r\nConnection: close\r\n\r\n".encode("ascii", "replace"))  # fmt: skip
        head = await reader.readuntil(b"\r\n\r\n")
        first = elapsed(asked)
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
            raise Garbled("not HTTP")
        size = 0
        while size < TRANSFER_LIMIT and (chunk := await reader.read(65_536)):
            size += len(chunk)
        return {"status": int(words[1]), "tcp": tcp, "tls": round(tls, 1), "first": first, "size": size,
                "ms": elapsed(begun), "body": round(max(elapsed(asked) - first, 0.0), 1)}  # fmt: skip
    finally:
        writer.transport.abort()

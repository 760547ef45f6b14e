"""One HTTP/1.1 GET at an address with Host and SNI; bodies are kept by their hash."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from dataclasses import replace
from urllib.parse import urlsplit

from .guard import barred
from .resolve import dns_failure, lookup
from .work import Job, Run, Sample, elapsed, failure

HEAD_LIMIT = 65_536
TRANSFER_LIMIT = 4_000_000


class Garbled(OSError):
    """The peer does not speak HTTP/1.1."""


async def http(job: Job, run: Run) -> Sample:
    """Fetch once, redirects not followed (the first answer counts)."""
    sample, _ = await fetch(job, run)
    return sample


async def fetch(job: Job, run: Run) -> tuple[Sample, bytes]:
    """The sample (status, size, sha256, headers, address) and the body."""
    started = time.monotonic()
    address = job.address
    try:
        async with asyncio.timeout(job.timeout):
            if not address:
                found = await lookup(job.name, job.family, run, job.timeout)
                if not found:
                    kind = "AAAA" if job.family == 6 else "A"
                    return {"state": "no-address", "ms": elapsed(started), "error": f"no {kind} record"}, b""
                address = found[0]
                if inner := barred(address):
                    return {"state": "guarded", "ms": elapsed(started), "error": inner, "address": address}, b""
            status, headers, body = await _exchange(job, run, address)
    except (TimeoutError, OSError, EOFError, asyncio.LimitOverrunError) as error:
        return {**failure(error, started), "address": address}, b""
    except Exception as error:
        return {**dns_failure(error, started), "address": address}, b""
    return {
        "state": "ok",
        "ms": elapsed(started),
        "address": address,
        "status": status,
        "size": len(body),
        "cut": len(body) >= TRANSFER_LIMIT,
        "sha256": run.keep(body),
        "headers": headers,
    }, body


async def _exchange(job: Job, run: Run, address: str) -> tuple[int, dict[str, str], bytes]:
    family = socket.AF_INET6 if job.family == 6 else socket.AF_INET
    context = run.trust() if job.tls else None
    reader, writer = await asyncio.open_connection(
        address, job.port, family=family, ssl=context, server_hostname=job.name if job.tls else None, limit=HEAD_LIMIT
    )
    try:
        default = 443 if job.tls else 80
        host = job.name if job.port == default else f"{job.name}:{job.port}"
        lines = (
            f"GET {job.path} HTTP/1.1",
            f"Host: {host}",
            "User-Agent: jiyue-prober",
            "Accept: */*",
            "Accept-Encoding: identity",
            "Connection: close",
        )
        writer.write("\r\n".join((*lines, "", "")).encode("ascii", "replace"))
        await writer.drain()
        status, headers = _head((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
        return status, headers, await _body(reader, headers)
    finally:
        writer.transport.abort()


def _head(text: str) -> tuple[int, dict[str, str]]:
    first, _, rest = text.partition("\r\n")
    parts = first.split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
        raise Garbled(f"not HTTP: {first[:40]!r}")
    pairs = (line.split(":", 1) for line in rest.split("\r\n") if ":" in line)
    return int(parts[1]), {key.strip().lower(): value.strip() for key, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        found = bytearray()
        while (size := int((await reader.readline()).split(b";")[0].strip() or b"0", 16)) and size <= TRANSFER_LIMIT:
            found += await reader.readexactly(size)
            await reader.readline()
            if len(found) > TRANSFER_LIMIT:
                break
        return bytes(found)
    if headers.get("content-length", "").isdigit():
        return await reader.readexactly(min(int(headers["content-length"]), TRANSFER_LIMIT))
    found = bytearray()
    while chunk := await reader.read(65_536):
        found += chunk
        if len(found) > TRANSFER_LIMIT:
            break
    return bytes(found)


def url_of(job: Job) -> str:
    """The job as a URL."""
    port = "" if job.port == (443 if job.tls else 80) else f":{job.port}"
    return f"{'https' if job.tls else 'http'}://{job.name}{port}{job.path}"


def to_url(job: Job, url: str) -> Job:
    """The same job at another URL; an address given by the caller only holds for the same name."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    try:
        literal = str(ipaddress.ip_address(name))
    except ValueError:
        literal = ""
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    address = literal or (job.address if name == job.name else "")
    return replace(job, name=name, address=address, port=parts.port or (443 if secure else 80), tls=secure, path=path)

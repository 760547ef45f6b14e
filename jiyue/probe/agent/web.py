"""One HTTP/1.1 GET at an address with Host and SNI; bodies are kept by their hash."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from dataclasses import replace
from urllib.parse import urlsplit

from .guard import barred
from .line import Line
from .resolve import dns_failure, lookup
from .tls import anybody
from .work import Job, Run, Sample, elapsed, failure

HEAD_LIMIT = 65_536
TRANSFER_LIMIT = 4_000_000


class Garbled(OSError):
    """The peer does not speak HTTP/1.1."""


async def http(job: Job, run: Run) -> Sample:
    """Fetch once, redirects not followed (the first answer counts)."""
    sample, _ = await fetch(job, run)
    return sample


async def trace(job: Job, run: Run) -> Sample:
    """What the server says to TRACE (RFC 9110 section 9.3.8), which gives a request's headers back to a script."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(job.timeout):
            context = _context(job, run)
            line = await Line.open(job.address, job.port, job.family, context, job.name if job.tls else None)
            try:
                await line.send(request(job, "close").replace(b"GET ", b"TRACE ", 1))
                status, _ = head((await line.until(b"\r\n\r\n", HEAD_LIMIT)).decode("latin-1"))
            finally:
                line.close()
    except (TimeoutError, OSError, EOFError, ValueError) as error:
        return failure(error, started)
    return {"state": "ok", "ms": elapsed(started), "status": status, "size": 0}


async def fetch(job: Job, run: Run, keep: bool = False) -> tuple[Sample, bytes]:
    """The sample (status, size, sha256, headers, address) and the body; `keep` lets requests share connections."""
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
            status, headers, body = await _exchange(job, run, address, keep)
    except (TimeoutError, OSError, EOFError, ValueError) as error:
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


def _context(job: Job, run: Run) -> ssl.SSLContext | None:
    """None without TLS; the version `any` trusts anybody and speaks whatever is spoken: what is served is looked at,
    whether it may be trusted is the business of another probe."""
    if not job.tls:
        return None
    if job.version != "any":
        return run.trust()
    if "any" not in run.memory:
        run.memory["any"] = anybody()
    found: ssl.SSLContext = run.memory["any"]
    return found


class _Stale(Exception):
    """A kept connection that ended before an answer began."""


async def _exchange(job: Job, run: Run, address: str, keep: bool) -> tuple[int, dict[str, str], bytes]:
    """One exchange. With `keep` the connection serves the next request for the same origin, as a browser's does; a kept
    one that ends before an answer began says nothing (RFC 9112 section 9.3.1): it is done again on a new one."""
    where = (address, job.port, job.name, job.tls, job.version) if keep else None
    line = run.idle().take(where) if where else None
    if line is not None:
        try:
            return await _ask(job, run, line, where, again=True)
        except _Stale:
            pass
    context = _context(job, run)
    line = await Line.open(address, job.port, job.family, context, job.name if job.tls else None)
    return await _ask(job, run, line, where)


async def _ask(
    job: Job, run: Run, line: Line, where: tuple[object, ...] | None, again: bool = False
) -> tuple[int, dict[str, str], bytes]:
    kept = False
    try:
        try:
            await line.send(request(job, "keep-alive" if where else "close"))
            began = await line.more()
        except OSError as error:
            if again:
                raise _Stale from error
            raise
        if not began:
            raise _Stale if again else EOFError("the stream ended too early")
        status, headers = head((await line.until(b"\r\n\r\n", HEAD_LIMIT)).decode("latin-1"))
        body, whole = await _body(line, status, headers)
        kept = where is not None and whole and "close" not in headers.get("connection", "").lower()
        if where is not None and kept:
            run.idle().put(where, line)
        return status, headers, body
    finally:
        if not kept:
            line.close()


def request(job: Job, connection: str) -> bytes:
    """The request as it goes out."""
    host = job.name if job.port == (443 if job.tls else 80) else f"{job.name}:{job.port}"
    return (
        f"GET {job.path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: jiyue-prober\r\nAccept: */*\r\n"
        f"Accept-Encoding: identity\r\nConnection: {connection}\r\n\r\n"
    ).encode("ascii", "replace")


def head(text: str) -> tuple[int, dict[str, str]]:
    """Status and headers (names in small letters); Garbled when it is no HTTP/1.x."""
    first, _, rest = text.partition("\r\n")
    parts = first.split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
        raise Garbled(f"not HTTP: {first[:40]!r}")
    headers: dict[str, str] = {}
    for line in rest.split("\r\n"):
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if colon:  # cookies alone are told one by one (RFC 9110 section 5.3)
            again = key == "set-cookie" and key in headers
            headers[key] = f"{headers[key]}\n{value.strip()}" if again else value.strip()
    return int(parts[1]), headers


async def _body(line: Line, status: int, headers: dict[str, str]) -> tuple[bytes, bool]:
    """The body, no longer than the limit or little more, and whether the connection stands at the end of the answer."""
    if status in (204, 304):
        return b"", True
    if headers.get("transfer-encoding", "").lower() == "chunked":
        found = bytearray()
        while size := int((await line.until(b"\n", HEAD_LIMIT)).split(b";")[0].strip() or b"0", 16):
            if not 0 < size <= TRANSFER_LIMIT:
                return bytes(found), False
            found += await line.exactly(size)
            await line.until(b"\n", HEAD_LIMIT)
            if len(found) > TRANSFER_LIMIT:
                return bytes(found), False
        while (await line.until(b"\n", HEAD_LIMIT)).strip():
            pass  # trailers say nothing that is judged
        return bytes(found), True
    if headers.get("content-length", "").isdigit():
        size = int(headers["content-length"])
        return await line.exactly(min(size, TRANSFER_LIMIT)), size <= TRANSFER_LIMIT
    while await line.more():
        if len(line.buffer) > TRANSFER_LIMIT:
            break
    return line.take(len(line.buffer)), False


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

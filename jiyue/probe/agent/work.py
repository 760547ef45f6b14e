"""What every kind of job shares: the job itself, the run it belongs to, and how errors become states."""

from __future__ import annotations

import asyncio
import base64
import errno
import hashlib
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .asker import Asker
from .line import Idle

BODY_LIMIT = 500_000
"""Bytes of a body that are kept as evidence and compared."""

Sample = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One probe as the controller sent it; `id` is its place in the request."""

    id: int
    kind: str
    family: int
    address: str
    port: int
    name: str
    netns: str
    qtype: str
    path: str
    tls: bool
    version: str
    timeout: float
    samples: int
    need: int
    size: int = 0
    alone: bool = False

    @staticmethod
    def read(id: int, data: dict[str, Any]) -> Job:
        """A job from JSON; ValueError for a family that is none."""
        if data["family"] not in (4, 6):
            raise ValueError(f"family {data['family']!r} is neither 4 nor 6")
        keys = [key for key in Job.__dataclass_fields__ if key not in ("id", "size", "alone")]
        return Job(
            id, **{key: data[key] for key in keys}, size=int(data.get("size", 0)), alone=data.get("alone") is True
        )


@dataclass(frozen=True)
class Courtesy:
    """What the measured are spared: `all` jobs at once in all, `each` per address, `gap` seconds between two starts
    for one address; `resolver` questions at once to the vantage's own resolver, which serves nobody else."""

    all: int = 96
    each: int = 4
    gap: float = 0.005
    resolver: int = 256

    @staticmethod
    def read(data: dict[str, Any]) -> Courtesy:
        """From JSON; TypeError for what it does not know, ValueError for numbers that would stop everything."""
        found = Courtesy(**data)
        if min(found.all, found.each, found.resolver) < 1 or not 0 <= found.gap <= 60:
            raise ValueError(f"courtesy {data!r} allows nothing")
        return found


class Limits:
    """Lets a job start when it is its target's turn."""

    def __init__(self, courtesy: Courtesy) -> None:
        self._courtesy = courtesy
        self._all = asyncio.Semaphore(courtesy.all)
        self._each: dict[str, asyncio.Semaphore] = {}
        self._next: dict[str, float] = {}

    async def run(self, target: str, work: Callable[[], Any]) -> Any:
        """Run `work` (returns an awaitable) when it is the target's turn."""
        async with self._each.setdefault(target, asyncio.Semaphore(self._courtesy.each)), self._all:
            now = time.monotonic()
            start = max(now, self._next.get(target, now))
            self._next[target] = start + self._courtesy.gap
            if start > now:
                await asyncio.sleep(start - now)
            return await work()


@dataclass
class Run:
    """One batch in one network namespace: what its jobs share."""

    ca: str
    emit: Callable[[dict[str, Any]], None]
    blobs: set[str]
    courtesy: Courtesy = field(default_factory=Courtesy)
    memory: dict[str, Any] = field(default_factory=dict)

    def trust(self) -> ssl.SSLContext:
        """The verifying TLS context (RFC 9325: 1.2 or later), made once."""
        if "trust" not in self.memory:
            self.memory["trust"] = ssl.create_default_context(cadata=self.ca or None)
        context: ssl.SSLContext = self.memory["trust"]
        return context

    def asker(self) -> Asker:
        """The batch's way to ask name servers, made once."""
        if "asker" not in self.memory:
            kind = self.courtesy
            self.memory["asker"] = Asker(kind.each, kind.gap, kind.resolver)
        found: Asker = self.memory["asker"]
        return found

    def idle(self) -> Idle:
        """Connections that may serve another request of the batch, made once."""
        found: Idle = self.memory.setdefault("idle", Idle())
        return found

    def close(self) -> None:
        """Give back what the batch shared."""
        if "asker" in self.memory:
            self.asker().close()
        if "idle" in self.memory:
            self.idle().close()

    def keep(self, body: bytes) -> str:
        """Send a body to the controller once; its sha256 (hex) over the whole body."""
        name = hashlib.sha256(body).hexdigest()
        if name not in self.blobs:
            self.blobs.add(name)
            packed = base64.b64encode(zlib.compress(body[:BODY_LIMIT], 1)).decode()
            self.emit({"blob": name, "size": len(body), "zlib": packed})
        return name


_UNREACHABLE = {
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.EACCES,
    errno.EPERM,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.EPROTO,
    errno.ENOPROTOOPT,
}


def failure(error: BaseException, started: float) -> Sample:
    """The sample of a measurement that ended in an exception."""
    ms = elapsed(started)
    if isinstance(error, asyncio.TimeoutError | TimeoutError):
        return {"state": "timeout", "ms": ms}
    if isinstance(error, ssl.SSLCertVerificationError):
        return {"state": "bad", "ms": ms, "error": f"certificate: {error.verify_message}"}
    if isinstance(error, ssl.SSLError):
        return {"state": "bad", "ms": ms, "error": f"TLS: {error.reason or error}"}
    if isinstance(error, ConnectionRefusedError):
        return {"state": "refused", "ms": ms}
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return {"state": "reset", "ms": ms}
    if isinstance(error, OSError):
        name = errno.errorcode.get(error.errno or 0, str(error))
        return {"state": "unreachable" if error.errno in _UNREACHABLE else "error", "ms": ms, "error": name}
    return {"state": "error", "ms": ms, "error": f"{type(error).__name__}: {error}"[:300]}


def elapsed(started: float) -> float:
    """Milliseconds since `started` (monotonic), to a tenth."""
    return round((time.monotonic() - started) * 1000, 1)

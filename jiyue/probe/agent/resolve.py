"""DNS questions over one family: to the vantage's own resolver, or to a server by address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from . import wire
from .work import Job, Run, Sample, elapsed, failure

LOCAL = {6: "::1", 4: "127.0.0.1"}


async def query(name: str, qtype: str, server: str, run: Run, *, recurse: bool, timeout: float) -> Any:
    """One exchange through the batch's asker (EDNS with DO, TCP when truncated); the whole message as dnspython has it.

    Raises TimeoutError, OSError, EOFError or ValueError. A server by address is asked with the batch's courtesy.
    """
    import dns.message

    heard = _future()
    run.asker().put(wire.question(name, qtype, recurse), server, 53, recurse, timeout, _settling(heard))
    return dns.message.from_wire(await heard)


def _future() -> asyncio.Future[bytes]:
    return asyncio.get_running_loop().create_future()


def _settling(heard: asyncio.Future[bytes]) -> Callable[[bytes | BaseException], None]:
    def settle(answer: bytes | BaseException) -> None:
        if heard.done():
            return  # whoever asked has gone
        if isinstance(answer, BaseException):
            heard.set_exception(answer)
        else:
            heard.set_result(answer)

    return settle


def rdata(reply: Any, qtype: str) -> tuple[list[str], int]:
    """The texts of that type in the answer section, sorted, and the smallest TTL (0 without any)."""
    import dns.rdatatype

    wanted = dns.rdatatype.from_text(qtype)
    sets = [one for one in reply.answer if one.rdtype == wanted]
    return sorted({item.to_text() for one in sets for item in one}), min((one.ttl for one in sets), default=0)


async def questions(jobs: list[Job], run: Run) -> None:
    """Every `dns` job of a batch: each `name`/`qtype` until its samples decide; emits as the answers come."""
    left = asyncio.Event()
    open_jobs = len(jobs)

    def done() -> None:
        nonlocal open_jobs
        open_jobs -= 1
        if not open_jobs:
            left.set()

    for job in jobs:
        _Asked(job, run, done).start()
    if jobs:
        await left.wait()


class _Asked:
    """One job and the samples it has so far."""

    __slots__ = ("_done", "_good", "_job", "_query", "_run", "_server", "_started", "_taken")

    def __init__(self, job: Job, run: Run, done: Callable[[], None]) -> None:
        self._job, self._run, self._done = job, run, done
        self._server = job.address or LOCAL[job.family]
        self._taken: list[Sample] = []
        self._good = 0

    def start(self) -> None:
        """Make the question and ask it; a name that is none is answered at once."""
        try:
            self._query = wire.question(self._job.name, self._job.qtype, recurse=not self._job.address)
        except (ValueError, UnicodeError) as error:
            self._run.emit({"job": self._job.id, "problem": str(error)})
            self._done()
            return
        self._ask()

    def _ask(self) -> None:
        job = self._job
        self._started = time.monotonic()
        self._run.asker().put(self._query, self._server, job.port or 53, not job.address, job.timeout, self._heard)

    def _heard(self, answer: bytes | BaseException) -> None:
        sample = sampled(answer, self._query, self._job.qtype, self._server, self._started)
        self._taken.append(sample)
        self._good += sample["state"] == "answer"
        job = self._job
        if self._good >= job.need or len(self._taken) - self._good > job.samples - job.need:
            self._run.emit({"job": job.id, "samples": self._taken})
            self._done()
        else:
            self._ask()


def sampled(answer: bytes | BaseException, query: bytes, qtype: str, server: str, started: float) -> Sample:
    """An answer (or why there is none) as a sample: rcode, AD, AA, TTL and the data."""
    if isinstance(answer, BaseException):
        return failure(answer, started)
    ms = elapsed(started)
    try:
        reply = wire.read(answer, wire.asked(query), qtype)
    except wire.Malformed as error:
        return {"state": "bad", "ms": ms, "server": server, "error": str(error)}
    return {
        "state": "answer",
        "ms": ms,
        "server": server,
        "rcode": reply.rcode,
        "ad": reply.ad,
        "aa": reply.aa,
        "ttl": reply.ttl,
        "rdata": reply.rdata,
    }


def dns_failure(error: BaseException, started: float) -> Sample:
    """A failed exchange as a sample; dnspython's own timeout is none of Python's."""
    import dns.exception

    if isinstance(error, dns.exception.Timeout):
        return {"state": "timeout", "ms": elapsed(started)}
    return failure(error, started)


async def lookup(name: str, family: int, run: Run, timeout: float, fresh: bool = False) -> list[str]:
    """Addresses of a name by the vantage's own resolver, one family, remembered for the batch; `fresh` asks anew."""
    known: dict[tuple[str, int], list[str]] = run.memory.setdefault("names", {})
    if fresh or (name, family) not in known:
        qtype = "AAAA" if family == 6 else "A"
        query_ = wire.question(name, qtype, recurse=True)
        heard = _future()
        run.asker().put(query_, LOCAL[family], 53, True, timeout, _settling(heard))
        known[name, family] = wire.read(await heard, wire.asked(query_), qtype).rdata
    return known[name, family]

"""DNS questions over one family: to the vantage's own resolver, or to a server by address."""

from __future__ import annotations

import time
from typing import Any

from .work import Job, Run, Sample, elapsed, failure

LOCAL = {6: "::1", 4: "127.0.0.1"}


async def query(name: str, qtype: str, server: str, *, recurse: bool, timeout: float, port: int = 53) -> Any:
    """One exchange (UDP, TCP when truncated, EDNS with DO); the parsed message. Raises as dnspython does."""
    import dns.asyncquery
    import dns.flags
    import dns.message

    message = dns.message.make_query(name, qtype, use_edns=True, want_dnssec=True, payload=1232)
    message.flags |= dns.flags.AD
    if not recurse:
        message.flags &= ~dns.flags.RD
    reply, _ = await dns.asyncquery.udp_with_fallback(message, server, timeout=timeout, port=port)
    return reply


def rdata(reply: Any, qtype: str) -> tuple[list[str], int]:
    """The texts of that type in the answer section, sorted, and the smallest TTL (0 without any)."""
    import dns.rdatatype

    wanted = dns.rdatatype.from_text(qtype)
    sets = [one for one in reply.answer if one.rdtype == wanted]
    return sorted({item.to_text() for one in sets for item in one}), min((one.ttl for one in sets), default=0)


async def ask(job: Job, run: Run) -> Sample:
    """Ask `name`/`qtype`: rcode, AD, AA, TTL and the data."""
    import dns.flags
    import dns.rcode

    started = time.monotonic()
    server = job.address or LOCAL[job.family]
    try:
        reply = await query(
            job.name, job.qtype, server, recurse=not job.address, timeout=job.timeout, port=job.port or 53
        )
    except Exception as error:
        return dns_failure(error, started)
    found, ttl = rdata(reply, job.qtype)
    return {
        "state": "answer",
        "ms": elapsed(started),
        "server": server,
        "rcode": dns.rcode.to_text(reply.rcode()),
        "ad": bool(reply.flags & dns.flags.AD),
        "aa": bool(reply.flags & dns.flags.AA),
        "ttl": ttl,
        "rdata": found,
    }


def dns_failure(error: BaseException, started: float) -> Sample:
    """A failed exchange as a sample; dnspython's own timeout is none of Python's."""
    import dns.exception

    if isinstance(error, dns.exception.Timeout):
        return {"state": "timeout", "ms": elapsed(started)}
    return failure(error, started)


async def lookup(name: str, family: int, run: Run, timeout: float) -> list[str]:
    """Addresses of a name by the vantage's own resolver, one family, remembered for the batch."""
    known: dict[tuple[str, int], list[str]] = run.memory.setdefault("names", {})
    if (name, family) not in known:
        qtype = "AAAA" if family == 6 else "A"
        reply = await query(name, qtype, LOCAL[family], recurse=True, timeout=timeout)
        known[name, family] = rdata(reply, qtype)[0]
    return known[name, family]

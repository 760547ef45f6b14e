"""The walk from the root to a name over one family: every zone cut, its servers, and which of them answer."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from zlib import crc32

from .resolve import LOCAL, dns_failure, query, rdata
from .work import Job, Run, Sample, elapsed

STEP_SECONDS = 2.0
DEPTH = 12


class Broken(Exception):
    """The walk cannot go on; the text says where."""


class Walker:
    """One batch's walks; cuts are remembered, so a province's sites cost little more than one."""

    def __init__(self, family: int, run: Run) -> None:
        self.family, self.run = family, run
        self.qtype = "AAAA" if family == 6 else "A"
        self._cuts: dict[str, asyncio.Task[list[Sample]]] = {}

    async def path(self, name: str, trail: tuple[str, ...] = ()) -> list[Sample]:
        """The cuts from the root down to the zone that holds `name`."""
        if len(trail) > DEPTH or name in trail:
            raise Broken(f"the servers' names lead in a circle at {name}")
        if name not in self._cuts:
            self._cuts[name] = asyncio.create_task(self._find(name, (*trail, name)))
        return await asyncio.shield(self._cuts[name])

    async def _find(self, name: str, trail: tuple[str, ...]) -> list[Sample]:
        if name == ".":
            return [await self._root()]
        above = name.split(".", 1)[1] or "."
        cuts = await self.path(above, trail)
        reply = await self._ask(cuts[-1], name, "NS")
        servers, extra = _delegation(reply, name)
        if not servers:
            return cuts
        listed = await asyncio.gather(*(self._server(server, name, extra, trail) for server in servers))
        return [*cuts, await self._try(name, list(listed))]

    async def _root(self) -> Sample:
        local = LOCAL[self.family]
        reply = await query(".", "NS", local, self.run, recurse=True, timeout=STEP_SECONDS)
        listed = []
        for server in rdata(reply, "NS")[0]:
            answer = await query(server, self.qtype, local, self.run, recurse=True, timeout=STEP_SECONDS)
            listed.append({"name": server, "addresses": rdata(answer, self.qtype)[0], "glue": False})
        if not listed:
            raise Broken("the resolver names no root server")
        return await self._try(".", listed)

    async def _server(self, server: str, zone: str, extra: dict[str, list[str]], trail: tuple[str, ...]) -> Sample:
        addresses = [one for one in extra.get(server, []) if (":" in one) == (self.family == 6)]
        if addresses:
            return {"name": server, "addresses": addresses, "glue": True}
        if server == zone or server.endswith(f".{zone}"):
            return {"name": server, "addresses": [], "glue": False, "error": "no glue of this family in the parent"}
        try:
            cuts = await self.path(server.split(".", 1)[1] or ".", trail)
            reply = await self._ask(cuts[-1], server, self.qtype)
            return {"name": server, "addresses": rdata(reply, self.qtype)[0], "glue": False}
        except Broken as error:
            return {"name": server, "addresses": [], "glue": False, "error": str(error)}

    async def _try(self, zone: str, servers: list[Sample]) -> Sample:
        """Ask every address of every server for the zone's SOA and note which answer with authority."""
        import dns.flags

        async def one(server: Sample, address: str) -> None:
            started = time.monotonic()
            try:
                reply = await query(zone, "SOA", address, self.run, recurse=False, timeout=STEP_SECONDS)
            except Exception as error:
                server["error"] = str(dns_failure(error, started)["state"])
                return
            if reply.flags & dns.flags.AA and rdata(reply, "SOA")[0]:
                server["answered"].append(address)
            else:
                server["error"] = "no authority"

        for server in servers:
            server["answered"] = []
        await asyncio.gather(*(one(server, address) for server in servers for address in server["addresses"]))
        return {"zone": zone, "ns": servers}

    async def _ask(self, cut: Sample, name: str, qtype: str) -> Any:
        addresses = [address for server in cut["ns"] for address in server["answered"]]
        first = crc32(name.encode()) % len(addresses) if addresses else 0  # a province's names by turns, not all at one
        for address in (*addresses[first:], *addresses[:first]):
            try:
                return await query(name, qtype, address, self.run, recurse=False, timeout=STEP_SECONDS)
            except Exception:
                continue
        raise Broken(f"no server of {cut['zone']} answers over IPv{self.family}")


def _delegation(reply: Any, zone: str) -> tuple[list[str], dict[str, list[str]]]:
    """Server names of `zone` in a referral or an answer, and the addresses that came along, by server name."""
    import dns.rdatatype

    servers: set[str] = set()
    extra: dict[str, list[str]] = {}
    for found in (*reply.answer, *reply.authority):
        if found.rdtype == dns.rdatatype.NS and found.name.to_text().lower() == zone:
            servers |= {item.target.to_text().lower() for item in found}
    for found in reply.additional:
        if found.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            extra.setdefault(found.name.to_text().lower(), []).extend(item.to_text() for item in found)
    return sorted(servers), extra


async def walk(job: Job, run: Run) -> Sample:
    """Walk to `name` and ask for its address there: the cuts, the server that answered, the data."""
    started = time.monotonic()
    walker: Walker = run.memory.setdefault(f"walker{job.family}", Walker(job.family, run))
    name = job.name.lower().rstrip(".") + "."
    cuts: list[Sample] = []
    try:
        async with asyncio.timeout(job.timeout):
            cuts = await walker.path(name)
            reply = await walker._ask(cuts[-1], name, walker.qtype)
    except Broken as error:
        return {"state": "broken", "ms": elapsed(started), "error": str(error), "cuts": await _known(walker, name)}
    except Exception as error:
        return {**dns_failure(error, started), "cuts": await _known(walker, name)}
    found, ttl = rdata(reply, walker.qtype)
    return {"state": "done", "ms": elapsed(started), "cuts": cuts, "rdata": found, "ttl": ttl}


async def _known(walker: Walker, name: str) -> list[Sample]:
    """The cuts walked before it broke."""
    while name:
        task = walker._cuts.get(name)
        if task is not None and task.done() and not task.cancelled() and task.exception() is None:
            return task.result()
        name = "." if name.count(".") == 1 and name != "." else name.split(".", 1)[1]
    return []

"""What IPv4 is on one device: routes, OSPF and BGP neighbours, the size of each link and of the way to each neighbour.

One read: three calls of iproute2, one of vtysh where FRR runs, and one echo per neighbour.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import shutil
import time
from collections.abc import Iterator
from typing import Any

from .path import largest
from .work import Job, Run, Sample, elapsed

MANAGEMENT = frozenset({"lo", "mgmt0"})
VTYSH = ("vtysh", "-c", "show ip ospf neighbor json", "-c", "show bgp ipv4 unicast summary json")
PEERS = 64
"""Neighbours whose way is measured; a core with more is judged by its links and its routes."""


class Unreadable(Exception):
    """A program that did not answer; the text says which."""


async def state(job: Job, run: Run) -> Sample:
    """`ok` with routes, ospf, bgp, mtu and paths as flat tables of text; `error` when one of them cannot be read."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(job.timeout):
            links, addresses, routes, daemons = await asyncio.gather(
                _json("ip", "-j", "link", "show"),
                _json("ip", "-j", "-4", "addr", "show"),
                _json("ip", "-j", "-4", "route", "show", "table", "main"),
                _daemons(),
            )
            ospf, bgp = dict(_ospf(daemons)), dict(_bgp(daemons))
            peers = sorted({*_beside(addresses), *(key.partition(" ")[0] for key in ospf)})[:PEERS]
            sizes = await asyncio.gather(*(_largest(peer) for peer in peers))
    except (Unreadable, TimeoutError, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        return {"state": "error", "ms": elapsed(started), "error": str(error) or type(error).__name__}
    return {
        "state": "ok",
        "ms": elapsed(started),
        "routes": dict(_routes(routes)),
        "ospf": ospf,
        "bgp": bgp,
        "mtu": {str(one["ifname"]): int(one["mtu"]) for one in links if one["ifname"] not in MANAGEMENT},
        "paths": dict(zip(peers, sizes, strict=True)),
    }


async def _run(*argv: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode("utf-8", "replace")


async def _json(*argv: str) -> list[dict[str, Any]]:
    code, out = await _run(*argv)
    if code:
        raise Unreadable(f"{' '.join(argv)}: exit status {code}")
    return [one for one in json.loads(out or "[]") if isinstance(one, dict) and one]


async def _daemons() -> list[dict[str, Any]]:
    """The answers of FRR's daemons, none where there is no FRR; a daemon that does not run answers nothing."""
    if shutil.which("vtysh") is None:
        return []
    _, out = await _run(*VTYSH)
    found, decoder = [], json.JSONDecoder()
    while (at := out.find("{")) >= 0:
        value, end = decoder.raw_decode(out, at)
        found.append(value)
        out = out[end:]
    return found


def _ospf(daemons: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """(address and interface, state) of each neighbour; FRR 8 says `state`, later ones `nbrState`."""
    for answer in daemons:
        for entries in answer.get("neighbors", {}).values():
            for one in entries if isinstance(entries, list) else ():
                said = str(one.get("nbrState") or one.get("state") or "")
                address = one.get("ifaceAddress") or one.get("address") or ""
                yield f"{address} on {str(one.get('ifaceName', '')).partition(':')[0]}", said.partition("/")[0]


def _bgp(daemons: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for answer in daemons:
        for address, one in answer.get("peers", {}).items():
            yield str(address), str(one.get("state", ""))


def _routes(routes: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in routes:
        if one.get("dev") in MANAGEMENT:
            continue
        hops = [
            f"via {hop['gateway']}" if hop.get("gateway") else f"on {hop.get('dev', '?')}"
            for hop in one.get("nexthops") or [one]
        ]
        kind = str(one.get("type", "unicast"))
        prefix = "0.0.0.0/0" if one["dst"] == "default" else str(one["dst"])
        yield prefix, " ".join(sorted(hops)) if kind == "unicast" else kind


def _beside(addresses: list[dict[str, Any]]) -> Iterator[str]:
    """The other end of each point-to-point link (/30, or /31 after RFC 3021)."""
    for link in addresses:
        for info in link.get("addr_info", ()) if link["ifname"] not in MANAGEMENT else ():
            if info.get("prefixlen") in (30, 31):
                own = ipaddress.ip_interface(f"{info['local']}/{info['prefixlen']}")
                hosts = [host for host in own.network.hosts() if host != own.ip]
                yield from (str(host) for host in hosts)


async def _largest(peer: str) -> int:
    try:
        return await largest(peer)
    except OSError:
        return 0

"""`python -m tests.bench.web.fetch WAY PORT CA SITES`: the home page of every site over both families, printed as JSON.

Ways: `httpx` (a checker: one client, connections not kept, status and body's hash), `aiohttp` (a bare loop of the same
requests that reads the body and keeps nothing but the hash). Both reach the address itself, with the site's name as SNI
and Host, verify the certificate and keep the same number of requests in flight.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import sys

from tests.bench.web.server import ADDRESSES, names

FLIGHT = 96
Found = dict[str, list[object]]


async def httpx(port: int, trust: ssl.SSLContext, sites: list[str]) -> Found:
    """Workers that share a list."""
    import httpx as library

    found: Found = {}
    todo = [(name, family) for name in sites for family in (6, 4)]
    limits = library.Limits(max_connections=FLIGHT, max_keepalive_connections=0)

    async def work(client: library.AsyncClient) -> None:
        while todo:
            name, family = todo.pop()
            host = f"[{ADDRESSES[family]}]" if family == 6 else ADDRESSES[family]
            reply = await client.get(
                f"https://{host}:{port}/",
                headers={"Host": f"{name}:{port}", "Accept-Encoding": "identity"},
                extensions={"sni_hostname": name},
            )
            found[f"{name} {family}"] = [reply.status_code, hashlib.sha256(reply.content).hexdigest()]

    async with library.AsyncClient(verify=trust, limits=limits, timeout=4, trust_env=False) as client:
        await asyncio.gather(*(work(client) for _ in range(FLIGHT)))
    return found


async def aiohttp(port: int, trust: ssl.SSLContext, sites: list[str]) -> Found:
    """The same."""
    import aiohttp as library

    found: Found = {}
    todo = [(name, family) for name in sites for family in (6, 4)]
    connector = library.TCPConnector(limit=FLIGHT, force_close=True, ssl=trust)

    async def work(session: library.ClientSession) -> None:
        while todo:
            name, family = todo.pop()
            host = f"[{ADDRESSES[family]}]" if family == 6 else ADDRESSES[family]
            headers = {"Host": f"{name}:{port}", "Accept-Encoding": "identity"}
            async with session.get(f"https://{host}:{port}/", headers=headers, server_hostname=name) as reply:
                found[f"{name} {family}"] = [reply.status, hashlib.sha256(await reply.read()).hexdigest()]

    timeout = library.ClientTimeout(total=4)
    async with library.ClientSession(connector=connector, timeout=timeout) as session:
        await asyncio.gather(*(work(session) for _ in range(FLIGHT)))
    return found


def main() -> None:
    """Fetch and print."""
    way, port, ca, count = sys.argv[1:]
    trust = ssl.create_default_context(cafile=ca)
    ways = {"httpx": httpx, "aiohttp": aiohttp}
    json.dump(asyncio.run(ways[way](int(port), trust, names()[: int(count)])), sys.stdout)


if __name__ == "__main__":
    main()

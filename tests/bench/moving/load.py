"""Visitors of a site over both families, each with a connection of its own, at a steady pace until standard input ends.

Runs on a lab host, standard library only: `load.py SITE RATE EDGE6 PATHS`. Over IPv4 the name is resolved for every
request. Over IPv6 it is too; as long as it has no AAAA there is nobody to ask by name, so the edge is asked by address.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import sys
import time
from collections import Counter

PATIENCE = 10.0


async def visit(site: str, family: int, path: str, edge: str, context: ssl.SSLContext, seen: Counter[str]) -> None:
    """One request; how it went is counted as `4 new`, `6 address`, `4 failed: why`."""
    loop = asyncio.get_running_loop()
    kind = socket.AF_INET6 if family == 6 else socket.AF_INET
    try:
        async with asyncio.timeout(PATIENCE):
            try:
                found = await loop.getaddrinfo(site, 443, family=kind, type=socket.SOCK_STREAM)
                address, way = str(found[0][4][0]), "name"
            except socket.gaierror:
                if family == 4:
                    raise
                address, way = edge, "address"
            reader, writer = await asyncio.open_connection(address, 443, ssl=context, server_hostname=site)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {site}\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
        status = answer.split(b" ", 2)[1:2]
        if status != [b"200"] or b"</html>" not in answer:
            raise OSError(0, f"status {status}")
        seen[f"{family} {way} {address}"] += 1
    except (OSError, TimeoutError) as error:
        seen[f"{family} failed: {type(error).__name__} {error}"] += 1


async def main(site: str, rate: float, edge: str, paths: int) -> None:
    """Until standard input ends; then the counts as JSON."""
    context, seen, tasks = ssl.create_default_context(), Counter[str](), set[asyncio.Task[None]]()
    loop = asyncio.get_running_loop()
    over = loop.run_in_executor(None, os.read, 0, 1)
    started, sent = time.monotonic(), 0
    while not over.done():
        for family in (4, 6):
            task = loop.create_task(visit(site, family, f"/c/{sent % paths}.html", edge, context, seen))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        sent += 1
        await asyncio.sleep(max(0.0, started + sent / rate - time.monotonic()))
    seconds = time.monotonic() - started
    await asyncio.gather(*tasks)
    print(json.dumps({"sent": sent, "seconds": seconds, "seen": seen}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), sys.argv[3], int(sys.argv[4])))

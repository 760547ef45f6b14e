"""`python -m tests.bench.names.ask WAY PORT TYPE...`: ask every name for every type, print what came as JSON.

Ways: `dnspython` (its asynchronous exchange, a socket per worker, the fastest we could write), `aiodns`
(c-ares; it has no DS and no DNSKEY), `raw` (a bare loop over one socket with packed queries that looks at nothing but
the id: the ceiling). All keep the same number of questions in flight.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys

from tests.bench.names.server import names

FLIGHT = 256
Found = dict[str, list[str]]


async def dnspython(port: int, types: list[str]) -> Found:
    """Workers that share a list of questions, each with a socket of its own."""
    import dns.asyncbackend
    import dns.asyncquery
    import dns.message

    found: Found = {}
    todo = [(name, qtype) for name in names() for qtype in types]
    backend = dns.asyncbackend.get_default_backend()

    async def work() -> None:
        async with await backend.make_socket(socket.AF_INET, socket.SOCK_DGRAM, 0, None, ("127.0.0.1", port)) as sock:
            while todo:
                name, qtype = todo.pop()
                query = dns.message.make_query(name, qtype, use_edns=True, want_dnssec=True, payload=1232)
                reply = await dns.asyncquery.udp(query, "127.0.0.1", timeout=4, port=port, sock=sock)
                found[f"{name} {qtype}"] = sorted(item.to_text() for one in reply.answer for item in one)

    await asyncio.gather(*(work() for _ in range(FLIGHT)))
    return found


async def aiodns(port: int, types: list[str]) -> Found:
    """c-ares behind asyncio; an answer without data is an error there."""
    import aiodns as library

    found: Found = {}
    todo = [(name, qtype) for name in names() for qtype in types]
    resolver = library.DNSResolver(
        ["127.0.0.1"], timeout=2, tries=4, udp_port=port, socket_receive_buffer_size=4_000_000
    )

    async def work() -> None:
        while todo:
            name, qtype = todo.pop()
            try:
                result = await resolver.query_dns(name, qtype)
                found[f"{name} {qtype}"] = sorted(_text(one.data) for one in result.answer)
            except library.error.DNSError as error:
                if error.args[0] != library.error.ARES_ENODATA:
                    raise
                found[f"{name} {qtype}"] = []

    await asyncio.gather(*(work() for _ in range(FLIGHT)))
    return found


def _text(data: object) -> str:
    if hasattr(data, "addr"):
        return str(data.addr)
    value = data.value.decode() if isinstance(data.value, bytes) else data.value  # type: ignore[attr-defined]
    tag = data.tag.decode() if isinstance(data.tag, bytes) else data.tag  # type: ignore[attr-defined]
    return f'{data.critical} {tag} "{value}"'  # type: ignore[attr-defined]


async def raw(port: int, types: list[str]) -> Found:
    """Answers are counted, not read."""
    import select

    from jiyue.probe.agent.wire import question

    queries = [question(name, qtype, recurse=True) for name in names() for qtype in types]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
    sock.connect(("127.0.0.1", port))
    waiting, flying, heard = list(range(len(queries))), set[int](), 0
    while waiting or flying:
        while waiting and len(flying) < FLIGHT:
            number = waiting.pop()
            flying.add(number)
            sock.send((number & 0xFFFF).to_bytes(2, "big") + queries[number])
        if not select.select([sock], [], [], 0.5)[0]:  # lost on the way: once more
            waiting, flying = [*waiting, *flying], set()
            continue
        try:
            while True:
                number = int.from_bytes(sock.recv(4096)[:2], "big")
                flying.discard(number)  # fewer than 65,536 questions: the id names one
                heard += 1
        except BlockingIOError:
            pass
    return {"answers": [str(heard)]}


def main() -> None:
    """Ask and print."""
    way, port, *types = sys.argv[1:]
    ways = {"dnspython": dnspython, "aiodns": aiodns, "raw": raw}
    json.dump(asyncio.run(ways[way](int(port), types)), sys.stdout)


if __name__ == "__main__":
    main()

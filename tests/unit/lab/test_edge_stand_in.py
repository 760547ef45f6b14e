"""The stand-in for a cluster's edge: whose connection goes where, and that nothing in it is touched."""

from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path

import pytest

from lab.edge_stand_in import asked, hand, host_of, origin

SITES = {"sites": {"jyj.example": ["127.0.0.1", "::1"]}, "other": ["127.0.0.9", ""]}

REQUEST = b"GET / HTTP/1.1\r\nHost: jyj.example\r\n\r\n"


def hello(name: str | None) -> bytes:
    """What a TLS client says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname = False
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def named(said: list[bytes], secure: bool) -> tuple[str, bytes]:
    async def ask() -> tuple[str, bytes]:
        reader = asyncio.StreamReader()
        for one in said:
            reader.feed_data(one)
        reader.feed_eof()
        return await asked(reader, secure)

    return asyncio.run(ask())


@pytest.mark.parametrize("at", [1, 6, 90])
def test_the_name_in_a_greeting_is_read_however_it_is_cut(at: int) -> None:
    whole = hello("JYJ.example")
    assert named([whole[:at], whole[at:]], True) == ("jyj.example", whole)


def test_who_says_no_name_is_handed_on_all_the_same() -> None:
    whole = hello(None)
    assert named([whole], True) == ("", whole)
    plain = b"GET / HTTP/1.0\r\n\r\n"
    assert named([plain], True) == ("", plain)
    assert named([plain], False) == ("", plain)
    assert named([], True) == ("", b"")


def test_the_host_of_a_request_is_read_once_its_head_is_whole() -> None:
    assert host_of(b"GET / HTTP/1.1\r\nHost: jyj.exa") is None
    assert host_of(b"GET / HTTP/1.1\r\nhost: jyj.example:80\r\n\r\n") == "jyj.example"


def test_a_site_is_handed_on_in_its_own_family(tmp_path: Path) -> None:
    path = tmp_path / "origins.json"
    path.write_text(json.dumps(SITES))
    assert [origin(path, "jyj.example", six) for six in (False, True)] == ["127.0.0.1", "::1"]
    assert [origin(path, "moved.example", six) for six in (False, True)] == ["127.0.0.9", ""]


def test_what_both_sides_say_arrives_as_it_was(tmp_path: Path) -> None:
    """A request to another port than 443, so the name is in its head; the host answers with what it got."""
    path = tmp_path / "origins.json"
    path.write_text(json.dumps(SITES))

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"got " + await reader.read())
        writer.close()
        await writer.wait_closed()

    async def run() -> bytes:
        async with await asyncio.start_server(served, "127.0.0.1", 0) as host:
            port = host.sockets[0].getsockname()[1]
            # A connection is handed on to the port at which it came in: here at another address of it.
            async with await asyncio.start_server(lambda r, w: hand(path, r, w), "127.0.0.2", port):
                reader, writer = await asyncio.open_connection("127.0.0.2", port)
                writer.write(REQUEST)
                writer.write_eof()
                said = await asyncio.wait_for(reader.read(), 5)
                writer.close()
                await writer.wait_closed()
                return said

    assert asyncio.run(run()) == b"got " + REQUEST

"""The end of a handshake goes out with the request; where the far end answers to it first, nothing is held back."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiyue.probe.agent import line
from lab.ca import SiteCa

NAME = "www.held.test"
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.fixture(params=VERSIONS, ids=lambda version: version.name)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Port and CA of a server of one TLS version that answers once, and what it was asked."""
    authority = SiteCa(tmp_path / "ca")
    issued = authority.server(NAME, [NAME])
    (tmp_path / "pem").write_text(issued.certificate + issued.key, encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = request.param
    context.load_cert_chain(tmp_path / "pem")
    heard: list[str] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with context.wrap_socket(peer, server_side=True) as secure:
                heard.append(secure.recv(100).decode())
                secure.sendall(b"fine\n")

    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1]), authority.certificate, heard


def test_the_request_takes_the_handshake_along(
    served: tuple[int, str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handshake's end is held for the request, and nothing is held while an answer is awaited."""
    port, authority, heard = served
    context = ssl.create_default_context(cadata=authority)
    ready, corked = line._ready, list[int]()

    async def watched(number: int, writing: bool = False) -> None:
        with socket.socket(fileno=os.dup(number)) as same:
            corked.append(same.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK))
        await ready(number, writing)

    async def ask() -> bytes:
        one = await line.Line.open("::1", port, 6, context, NAME)
        assert one.held
        await one.send(b"hello")
        assert not one.held
        answer = await one.until(b"\n", 100)
        one.close()
        return answer

    monkeypatch.setattr(line, "_ready", watched)
    assert asyncio.run(ask()) == b"fine\n"
    assert heard == ["hello"]
    assert corked and not any(corked)

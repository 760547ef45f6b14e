"""Who listens where: what the kernel says when asked is what /proc has, and /proc is the fall-back."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ipv6.agent import sockets

PLACES = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET6, "::"))


@pytest.fixture
def bound() -> Iterator[dict[str, set[tuple[str, int]]]]:
    """Sockets of this process, by protocol; a connection that listens on nothing is among them."""
    found: dict[str, set[tuple[str, int]]] = {"tcp": set(), "udp": set()}
    with ExitStack() as stack:
        for kind, protocol in ((socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")):
            for family, address in PLACES:
                one = stack.enter_context(socket.socket(family, kind))
                one.bind((address, 0))
                if protocol == "tcp":
                    one.listen()
                found[protocol].add(one.getsockname()[:2])
        near = stack.enter_context(socket.create_connection(sorted(found["tcp"])[0]))
        assert near.getsockname()[:2] not in found["tcp"]
        yield found


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_the_kernel_and_proc_agree(bound: dict[str, set[tuple[str, int]]], protocol: str) -> None:
    """Both ways give our sockets, and nothing that only talks."""
    assert sockets.listening(protocol, str(os.getpid())) == bound[protocol]
    mine = {port for _, port in bound[protocol]}
    asked = {one for one in sockets._asked(protocol) if one[2] in mine}
    assert asked == {one for one in sockets._written(protocol) if one[2] in mine}


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_proc_is_read_where_the_kernel_does_not_answer(
    bound: dict[str, set[tuple[str, int]]], protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel without sock_diag refuses the request, or the family."""
    monkeypatch.setattr(sockets, "_BY_FAMILY", 250)
    with pytest.raises(OSError, match=r"Invalid argument|No such file"):
        list(sockets._asked(protocol))
    assert sockets.listening(protocol, str(os.getpid())) == bound[protocol]

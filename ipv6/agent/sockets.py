"""Which local addresses a program really listens on: asked of the kernel (sock_diag(7)), else read from /proc."""

from __future__ import annotations

import _socket  # `socket` takes longer to load than the kernel to answer
import ipaddress
import os
import re
import struct
import sys
from collections.abc import Iterator

from ipv6.agent.host import exists, listed, read

_LISTEN, _UNCONNECTED = 10, 7
_PROTOCOL = {"tcp": (_socket.IPPROTO_TCP, _LISTEN), "udp": (_socket.IPPROTO_UDP, _UNCONNECTED)}
"""Number of the protocol, and of the state its listeners are in."""
_SOCK_DIAG, _BY_FAMILY, _DUMP, _DONE, _ERROR = 4, 20, 0x301, 3, 2
_HEADER, _REQUEST, _LOCAL = struct.Struct("=IHHII"), struct.Struct("=BBBxI48x"), struct.Struct("!4xH2x16s")
_ANSWER, _SECONDS = 72, 5.0
_SOCKET = re.compile(r"socket:\[(\d+)\]")


def running(pid_file: str) -> str:
    """The process id that the file names, empty when no such process lives."""
    pid = (read(pid_file) or "").strip()
    return pid if pid.isdigit() and exists(f"/proc/{pid}") else ""


def listening(protocol: str, pid: str) -> frozenset[tuple[str, int]]:
    """Every (address, port) that the process is bound to and listens on, `protocol` being tcp or udp."""
    inodes = _inodes(pid)
    try:
        every = list(_asked(protocol))
    except OSError:  # a kernel without this way of asking
        every = list(_written(protocol))
    return frozenset((address, port) for inode, address, port in every if inode in inodes)


def _asked(protocol: str) -> Iterator[tuple[str, str, int]]:
    """Inode, address and port of every listener. Only listeners are walked: /proc walks all connections of the machine,
    those of other namespaces too."""
    number, state = _PROTOCOL[protocol]
    for family in (_socket.AF_INET, _socket.AF_INET6):
        request = _REQUEST.pack(family, number, 0, 1 << state)
        asking = _socket.socket(_socket.AF_NETLINK, _socket.SOCK_RAW | _socket.SOCK_CLOEXEC, _SOCK_DIAG)
        try:
            asking.settimeout(_SECONDS)
            asking.send(_HEADER.pack(_HEADER.size + len(request), _BY_FAMILY, _DUMP, 1, 0) + request)
            more = True
            while more:
                data, more = asking.recv(1 << 16), False
                for kind, body in _messages(data):
                    if kind == _ERROR:
                        code = -int.from_bytes(body[:4], sys.byteorder, signed=True)
                        raise OSError(code, os.strerror(code))
                    more = kind != _DONE
                    if more:
                        port, raw = _LOCAL.unpack_from(body)
                        inode = int.from_bytes(body[_ANSWER - 4 : _ANSWER], sys.byteorder)
                        size = 4 if family == _socket.AF_INET else 16
                        yield str(inode), str(ipaddress.ip_address(raw[:size])), port
        finally:
            asking.close()


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of every netlink message."""
    at = 0
    while at + _HEADER.size <= len(data):
        size, kind, _, _, _ = _HEADER.unpack_from(data, at)
        yield kind, data[at + _HEADER.size : at + size]
        at += max(size + 3 & ~3, _HEADER.size)


def _written(protocol: str) -> Iterator[tuple[str, str, int]]:
    """The same from /proc."""
    state = f"{_PROTOCOL[protocol][1]:02X}"
    for table in (protocol, f"{protocol}6"):
        for line in (read(f"/proc/net/{table}") or "").splitlines()[1:]:
            words = line.split()
            if words[3] == state:
                address, port = words[1].split(":")
                yield words[9], decode(address), int(port, 16)


def _inodes(pid: str) -> frozenset[str]:
    """The sockets a process holds."""
    found = set()
    for name in listed(f"/proc/{pid}/fd") if pid else ():
        try:
            match = _SOCKET.fullmatch(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:  # closed meanwhile
            continue
        if match:
            found.add(match[1])
    return frozenset(found)


def decode(text: str) -> str:
    """An address as /proc/net writes it: 32-bit words in the machine's byte order."""
    raw = bytes.fromhex(text)
    words = [raw[at : at + 4] for at in range(0, len(raw), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return str(ipaddress.ip_address(b"".join(words)))


def missing(wanted: tuple[tuple[str, int], ...], protocol: str, pid: str) -> tuple[tuple[str, int], ...]:
    """The wanted sockets that the process does not listen on; a wildcard of the same family counts."""
    have = listening(protocol, pid) if wanted else frozenset()
    return tuple(
        (address, port)
        for address, port in wanted
        if (address, port) not in have and ("::" if ":" in address else "0.0.0.0", port) not in have
    )


def silent(wanted: tuple[tuple[str, int], ...], protocol: str, pid: str) -> str:
    """One remark a wanted socket that nobody listens on, in the form that a reading of its file gets."""
    return "".join(f"# it does not listen on {label(*one)}\n" for one in missing(wanted, protocol, pid))


def taken(path: str) -> bool:
    """Whether a program takes connections at a Unix socket."""
    asking = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC)
    try:
        asking.settimeout(_SECONDS)
        asking.connect(path)
    except OSError:
        return False
    else:
        return True
    finally:
        asking.close()


def label(address: str, port: int) -> str:
    """`address:port` as a person writes it."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

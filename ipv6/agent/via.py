"""Over which of its addresses this device is being asked: the proof that the controller's path is out of band."""

from __future__ import annotations

import os

_SIOCGIFADDR = 0x8915


def via() -> dict[str, str]:
    """The server's side of the SSH connection as sshd tells it, and the port with that address; empty when unknown."""
    words = os.environ.get("SSH_CONNECTION", "").split()
    if len(words) != 4:
        return {}
    return {"address": words[2], "port": _port(words[2])}


def _port(address: str) -> str:
    """The interface whose first IPv4 address it is, as ioctl(2) SIOCGIFADDR says."""
    import fcntl  # only a question needs them, and every start of the agent would pay
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                found = fcntl.ioctl(asked, _SIOCGIFADDR, struct.pack("256s", name.encode()))
            except OSError:  # it has no IPv4 address
                continue
            if socket.inet_ntoa(found[20:24]) == address:
                return name
    return ""

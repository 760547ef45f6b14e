"""What sshd starts for a log-in: joins the terminal to the device's socket; the standard library only."""

from __future__ import annotations

import os
import select
import socket
import sys
import tty


def main(path: str) -> int:
    """Until either side ends."""
    if os.isatty(0):
        tty.setraw(0)
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(path)
        # The device knows who is connected to which of its addresses; here only sshd does.
        wire.sendall(f"\0{os.environ.get('SSH_CONNECTION', '')}\n".encode())
        while True:
            ready, _, _ = select.select([0, wire.fileno()], [], [])
            for source in ready:
                data = wire.recv(65536) if source == wire.fileno() else os.read(0, 4096)
                if not data:
                    return 0
                if source == wire.fileno():
                    while data:
                        data = data[os.write(1, data) :]
                else:
                    wire.sendall(data)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))

"""One connection to a web server, TLS or plain, without the layers of asyncio's streams, which cost more than TLS.

The socket is non-blocking; whatever has to wait waits until it is readable or writable. Nothing here falls back to the
other family.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import time

READ = 65_536


class Line:
    """An open connection; `close` gives it back. `connected` is when it stood (monotonic seconds), before TLS.

    `buffer` is what came and was not taken yet.
    """

    __slots__ = ("buffer", "connected", "ended", "sock")

    def __init__(self, sock: socket.socket, connected: float) -> None:
        self.sock = sock
        self.connected = connected
        self.buffer = bytearray()
        self.ended = False

    @staticmethod
    async def open(
        address: str, port: int, family: int, context: ssl.SSLContext | None = None, name: str | None = None
    ) -> Line:
        """Connect and, with a context, shake hands for `name`; OSError (ssl.SSLError among them) when it fails."""
        sock = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            code = sock.connect_ex((address, port))
            if code == errno.EINPROGRESS:
                await _ready(sock.fileno(), writing=True)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            connected = time.monotonic()
            if context is not None:
                sock = secure = context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
                while True:
                    try:
                        secure.do_handshake()
                        break
                    except ssl.SSLWantReadError:
                        await _ready(sock.fileno())
                    except ssl.SSLWantWriteError:
                        await _ready(sock.fileno(), writing=True)
            return Line(sock, connected)
        except BaseException:
            sock.close()
            raise

    async def send(self, data: bytes) -> None:
        """Write all of it."""
        left = memoryview(data)
        while left:
            try:
                left = left[self.sock.send(left) :]
            except ssl.SSLWantReadError:
                await _ready(self.sock.fileno())
            except (ssl.SSLWantWriteError, BlockingIOError):
                await _ready(self.sock.fileno(), writing=True)

    async def more(self) -> bool:
        """Wait for further bytes and put them into the buffer; False at the end of the stream."""
        while not self.ended:
            try:
                found = self.sock.recv(READ)
            except (ssl.SSLWantReadError, BlockingIOError):
                await _ready(self.sock.fileno())
            except ssl.SSLWantWriteError:
                await _ready(self.sock.fileno(), writing=True)
            else:
                self.buffer += found
                self.ended = not found
                break
        return not self.ended

    async def until(self, mark: bytes, limit: int) -> bytes:
        """Everything up to and with `mark`; EOFError when the stream ends before, ValueError after `limit` bytes."""
        start = 0
        while (at := self.buffer.find(mark, start)) < 0:
            start = max(0, len(self.buffer) - len(mark) + 1)
            if len(self.buffer) > limit:
                raise ValueError(f"no end of a line within {limit} bytes")
            if not await self.more():
                raise EOFError("the stream ended too early")
        return self.take(at + len(mark))

    async def exactly(self, size: int) -> bytes:
        """So many bytes; EOFError when the stream ends before."""
        while len(self.buffer) < size:
            if not await self.more():
                raise EOFError("the stream ended too early")
        return self.take(size)

    def take(self, size: int) -> bytes:
        """Bytes that are there already."""
        found = bytes(self.buffer[:size])
        del self.buffer[:size]
        return found

    def fresh(self) -> bool:
        """Whether it can serve once more: nothing unasked came, and the far end did not hang up."""
        if self.buffer or self.ended:
            return False
        try:
            self.sock.recv(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Give the socket back without a word to the far end."""
        self.sock.close()


async def _ready(number: int, writing: bool = False) -> None:
    """Until the descriptor can be read from or written to; it is nobody else's meanwhile."""
    loop = asyncio.get_running_loop()
    woken = loop.create_future()
    add, remove = (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)

    def wake() -> None:
        remove(number)
        if not woken.done():
            woken.set_result(None)

    add(number, wake)
    try:
        await woken
    finally:
        if woken.cancelled() or not woken.done():
            remove(number)


class Idle:
    """Connections that may serve once more, by where they lead; the longest idle one is closed when there are many."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._lines: dict[tuple[object, ...], list[Line]] = {}
        self._count = 0

    def take(self, where: tuple[object, ...]) -> Line | None:
        """One that still stands, None when there is none."""
        held = self._lines.get(where, [])
        while held:
            line = held.pop()
            self._count -= 1
            if not held:
                del self._lines[where]
            if line.fresh():
                return line
            line.close()
        return None

    def put(self, where: tuple[object, ...], line: Line) -> None:
        """Keep one for later."""
        while self._count >= self._most:
            oldest = next(iter(self._lines))
            self._lines[oldest].pop(0).close()
            self._count -= 1
            if not self._lines[oldest]:
                del self._lines[oldest]
        self._lines.setdefault(where, []).append(line)
        self._count += 1

    def close(self) -> None:
        """Close all of them."""
        for held in self._lines.values():
            for line in held:
                line.close()
        self._lines.clear()
        self._count = 0

"""The way from the operator to a stand-in: a relay that holds every byte back while the way is closed, as TCP would."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable

_TICK = 0.02


class Gateway:
    """Listens on loopback and forwards to `port`; `passable` is asked again and again whether the device lets it in.

    Closed, it neither forwards nor refuses: both ends wait, and go on when the way is open again. `cut` is somebody
    else's doing and lasts until `join`; `reset` ends what is connected.
    """

    def __init__(self, port: int, passable: Callable[[], bool]) -> None:
        self._target, self._passable = port, passable
        self._cut, self._ended = threading.Event(), threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_TICK)
        self.port = int(self._listener.getsockname()[1])
        self.closed_by_device = False
        self.opened = 0
        """How often a connection came through."""
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Gateway:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.close()
        self.reset()
        for thread in self._threads:
            thread.join()

    def cut(self) -> None:
        """From now on nothing passes."""
        self._cut.set()

    def join(self) -> None:
        """The link is whole again."""
        self._cut.clear()

    def reset(self) -> None:
        """End every connection at both ends."""
        for pair in self._pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def open(self) -> bool:
        """Whether the operator gets in now."""
        if not self._passable():
            self.closed_by_device = True
            return False
        return not self._cut.is_set()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # the device is just restarting
                near.close()
                continue
            self._pairs.append((near, far))
            self._threads.append(threading.Thread(target=self._relay, args=(near, far), daemon=True))
            self._threads[-1].start()

    def _relay(self, near: socket.socket, far: socket.socket) -> None:
        other = {near: far, far: near}
        counted = False
        with near, far:
            while not self._ended.is_set():
                if not self.open():
                    time.sleep(_TICK)
                    continue
                ready, _, _ = select.select([near, far], [], [], _TICK)
                for end in ready:
                    # What came between two looks has to wait too: the device closes the way in the middle of a burst.
                    while not self.open() and not self._ended.is_set():
                        time.sleep(_TICK)
                    try:
                        data = end.recv(65536)
                        if not data:
                            return
                        other[end].sendall(data)
                    except OSError:
                        return
                    if not counted:
                        self.opened, counted = self.opened + 1, True

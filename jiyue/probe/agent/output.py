"""What the prober says: lines on standard output."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FLUSH = 0.25
"""Seconds that an answer may wait for others before it is sent."""
GONE = 141
"""Exit status when nobody listens any more, as a shell tells SIGPIPE."""


class Output:
    """Lines on standard output from any thread; what was said is on its way within FLUSH seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flushed = time.monotonic()

    def emit(self, line: dict[str, Any]) -> None:
        """One line; ends the process when the controller is gone: nobody may be asked for nobody."""
        self._say(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n", FLUSH)

    def pass_on(self, lines: bytes) -> None:
        """Whole lines that another process of ours has said."""
        self._say(lines.decode(), 0)

    def flush(self) -> None:
        """Send what is waiting."""
        self._say("", 0)

    def _say(self, text: str, wait: float) -> None:
        """Write it, and send all that is written when nothing was sent for `wait` seconds."""
        with self._lock:
            try:
                sys.stdout.write(text)
                if time.monotonic() - self._flushed >= wait:
                    sys.stdout.flush()
                    self._flushed = time.monotonic()
            except BrokenPipeError:
                os._exit(GONE)

    @contextmanager
    def tended(self) -> Iterator[None]:
        """Flush again and again meanwhile: the last answers may be long in coming."""
        over = threading.Event()

        def tend() -> None:
            while not over.wait(FLUSH):
                self.flush()

        tending = threading.Thread(target=tend)
        tending.start()
        try:
            yield
        finally:
            over.set()
            tending.join()
            self.flush()

"""The clock: what time it is here, whether the kernel says it is disciplined, and by which program."""

from __future__ import annotations

import ctypes
import time
from typing import Any

from ._host import commands

DAEMONS = ("chronyd", "ntpd", "systemd-timesyncd", "ptp4l", "openntpd")
_TIME_ERROR = 5


def read() -> dict[str, Any]:
    """`now` (epoch seconds), `disciplined` (ntp_adjtime(3)), `daemon` (empty when none runs)."""
    words = (line.split()[0].rpartition("/")[2] for _, line in commands() if line.split())
    daemon = next((word for word in words if word in DAEMONS), "")
    libc = ctypes.CDLL(None, use_errno=True)
    asked = ctypes.create_string_buffer(512)  # struct timex with `modes` 0: nothing is changed
    return {"now": time.time(), "disciplined": libc.adjtimex(asked) not in (-1, _TIME_ERROR), "daemon": daemon}

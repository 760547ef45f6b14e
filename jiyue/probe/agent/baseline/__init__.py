"""What a host says of its own safety: one module per reading, `read()` gives JSON-able data and changes nothing.

A reading's name is its module's; adding one is adding a file here. Nothing that comes from the controller is ever part
of a command.
"""

from __future__ import annotations

import subprocess
import time
from importlib import import_module
from pkgutil import iter_modules

from ..work import Job, Run, Sample, elapsed, failure

SECONDS = 15.0
"""What one program of a reading may take."""


def names() -> tuple[str, ...]:
    """The readings there are."""
    return tuple(sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("_")))


async def baseline(job: Job, run: Run) -> Sample:
    """One reading, by its name: its data are `value`."""
    started = time.monotonic()
    if job.name not in names():
        return {"state": "error", "ms": elapsed(started), "error": f"no reading {job.name[:40]!r}"}
    try:
        value = import_module(f"{__name__}.{job.name}").read()
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return {**failure(error, started), "state": "error", "error": f"{type(error).__name__}: {error}"[:300]}
    return {"state": "ok", "ms": elapsed(started), "value": value}

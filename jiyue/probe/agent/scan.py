"""Packaged scanners, by a fixed list: each runs in a process group of its own and is ended with it after its time."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from .work import Job, Run, Sample, elapsed

LIMIT = 2_000_000
"""Bytes of a scanner's report that are read."""
PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Command = Callable[[Job, Path], list[str]]


def _ssh_audit(job: Job, folder: Path) -> list[str]:
    return ["ssh-audit", "-b", "-n", "-t", "10", "-p", str(job.port or 22), str(ip_address(job.address or _own()))]


def _testssl(job: Job, folder: Path) -> list[str]:
    host = f"[{job.address}]" if ":" in job.address else job.address
    quiet = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--openssl-timeout", "5"]
    what = ["-p", "-s", "-U", "--ip", host, "--jsonfile", str(folder / "report")]
    return ["testssl", *quiet, *what, f"{job.name}:{job.port or 443}"]


def _lynis(job: Job, folder: Path) -> list[str]:
    files = ["--logfile", "/dev/null", "--report-file", str(folder / "report")]
    return ["lynis", "audit", "system", "--quick", "--quiet", "--no-colors", "--nolog", *files]


SCANNERS: dict[str, Command] = {"ssh-audit": _ssh_audit, "testssl": _testssl, "lynis": _lynis}


def _own() -> str:
    """The address at which this host was reached over SSH."""
    words = os.environ.get("SSH_CONNECTION", "").split()
    return words[2] if len(words) == 4 else "127.0.0.1"


async def scan(job: Job, run: Run) -> Sample:
    """`qtype` names the scanner. States: `done` (its `text`), `missing`, `timeout` (it was ended), `error`."""
    started = time.monotonic()
    command = SCANNERS.get(job.qtype)
    if command is None or (job.name and not job.name.replace("-", "").replace(".", "").isalnum()):
        return {
            "state": "error",
            "ms": elapsed(started),
            "error": f"no scanner {job.qtype[:40]!r} for {job.name[:80]!r}",
        }
    with tempfile.TemporaryDirectory(prefix="jiyue-scan-") as text:
        folder = Path(text)
        try:
            argv = command(job, folder)
        except ValueError as error:
            return {"state": "error", "ms": elapsed(started), "error": str(error)[:200]}
        path = shutil.which(argv[0], path=PLACES)
        if path is None:
            return {"state": "missing", "ms": elapsed(started), "error": f"{argv[0]} is not installed"}
        code = await _within(job.timeout, [path, *argv[1:]], folder)
        if code is None:
            return {"state": "timeout", "ms": elapsed(started), "error": f"{argv[0]} did not end and was ended"}
        found = folder / "report" if (folder / "report").is_file() else folder / "out"
        with found.open("rb") as stream:
            said = stream.read(LIMIT).decode("utf-8", "replace")
        return {"state": "done", "ms": elapsed(started), "code": code, "text": said, "cut": len(said) >= LIMIT}


async def _within(limit: float, argv: list[str], folder: Path) -> int | None:
    """The exit status; None when it took too long. Nothing of its process group is left in either case."""
    environment = {"PATH": PLACES, "LC_ALL": "C.UTF-8", "HOME": str(folder), "TERM": "dumb"}
    with (folder / "out").open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, cwd=folder, env=environment,
            start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(limit):
                return await process.wait()
        except TimeoutError:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

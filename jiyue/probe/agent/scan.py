"""Packaged scanners, by a fixed list: each runs in a process group of its own, yields to what the host is there for,
and is ended with all it started after its time, or once it does nothing any more."""

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
STILL = 60.0
"""Seconds without any use of the processor after which a scanner counts as hanging. A busy machine makes it slow, but
not idle, so its whole time may be generous; the longest wait that one of them has is a name server's 15 s."""
LOOK = 1.0
COURTESY = 5
"""How far it steps back (`nice`): the host serves visitors meanwhile."""
PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Command = Callable[[Job, Path], list[str]]


def _ssh_audit(job: Job, folder: Path) -> list[str]:
    return ["ssh-audit", "-b", "-n", "-t", "10", "-p", str(job.port or 22), str(ip_address(job.address or _own()))]


def _testssl(job: Job, folder: Path) -> list[str]:
    host = f"[{job.address}]" if ":" in job.address else job.address
    quiet = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "none"]
    times = ["--openssl-timeout", "5", "--connect-timeout", "5"]
    what = [*times, "-p", "-s", "-U", "--ip", host, "--jsonfile", str(folder / "report")]
    return ["testssl", *quiet, *what, f"{job.name}:{job.port or 443}"]


LYNIS = """\
machine-role=server
# What it looks at stays as it is: no lists of packages are fetched, no name of its maker is asked.
refresh-repositories=no
skip-upgrade-test=yes
# Debian's plugin only suggests packages, and what it suggests is not read.
skip-plugins=yes
# Its shell starts a dozen programs for each line of nginx's files and each certificate, minutes where there are many
# sites; both are looked at by checks of our own, and neither test warns.
skip-test=HTTP-6706
skip-test=HTTP-6708
skip-test=CRYP-7902
"""


def _lynis(job: Job, folder: Path) -> list[str]:
    profile = folder / "profile"
    profile.write_text(LYNIS, encoding="utf-8")
    files = ["--profile", str(profile), "--logfile", "/dev/null", "--report-file", str(folder / "report")]
    return ["lynis", "audit", "system", "--quick", "--quiet", "--no-colors", "--nolog", *files]


SCANNERS: dict[str, Command] = {"ssh-audit": _ssh_audit, "testssl": _testssl, "lynis": _lynis}


def _own() -> str:
    """The address at which this host was reached over SSH."""
    words = os.environ.get("SSH_CONNECTION", "").split()
    return words[2] if len(words) == 4 else "127.0.0.1"


async def scan(job: Job, run: Run) -> Sample:
    """`qtype` names the scanner. States: `done` (its `text`), `missing`, `error`; `timeout`, `hung`: it was ended."""
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
        if isinstance(code, str):
            return {"state": code, "ms": elapsed(started), "error": f"{argv[0]} did not end and was ended"}
        found = folder / "report" if (folder / "report").is_file() else folder / "out"
        with found.open("rb") as stream:
            said = stream.read(LIMIT).decode("utf-8", "replace")
        return {"state": "done", "ms": elapsed(started), "code": code, "text": said, "cut": len(said) >= LIMIT}


async def _within(limit: float, argv: list[str], folder: Path) -> int | str:
    """The exit status; `timeout` when it took too long, `hung` when it did nothing for STILL. Nothing of its process
    group is left in any case."""
    environment = {"PATH": PLACES, "LC_ALL": "C.UTF-8", "HOME": str(folder), "TERM": "dumb"}
    with (folder / "out").open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/nice", "-n", str(COURTESY), *argv, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
            cwd=folder, env=environment, start_new_session=True,
        )  # fmt: skip
        try:
            return await _ended(process, limit)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _ended(process: asyncio.subprocess.Process, limit: float) -> int | str:
    end = time.monotonic() + limit
    worked, still = -1, time.monotonic() + STILL
    while (now := time.monotonic()) < end:
        if (used := _used(process.pid)) != worked:
            worked, still = used, now + STILL
        elif now >= still:
            return "hung"
        with suppress(TimeoutError):
            async with asyncio.timeout(min(LOOK, end - now)):
                return await process.wait()
    return "timeout"


def _used(session: int) -> int:
    """Processor time (clock ticks) of all processes of a session, with those that they have waited for (proc(5))."""
    found = 0
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            words = Path(entry.path, "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if len(words) > 14 and words[3] == str(session):
            found += sum(map(int, words[11:15]))
    return found

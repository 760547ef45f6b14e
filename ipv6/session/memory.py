"""What this machine remembers of a device that cannot remember it itself: changes and its serial number, durable."""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ipv6.agent.changes import boot_id
from ipv6.agent.host import Failed, Refused, read, write

PENDING = ("armed", "committed", "confirming", "undoing")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LOCK_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Change:
    """Where a change stands. `deadline` is on this machine's monotonic clock (seconds) in the boot named by `boot`."""

    change: str
    state: str
    reason: str = ""
    deadline: float = 0.0
    boot: str = ""
    at: str = ""
    serial: str = ""
    payload: dict[str, Any] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Whether the device may still take it back by itself."""
        return self.state in PENDING

    @property
    def label(self) -> str:
        """Its name on the device."""
        return f"jiyue{self.change[:16]}"

    def remaining(self) -> float:
        """Seconds until the device takes it back, by this machine's clock; 0 when that is over or not known."""
        return max(0.0, self.deadline - time.monotonic()) if self.boot == boot_id() else 0.0


def checked(digest: object) -> str:
    """The digest when it is one; it becomes a file's name."""
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise Refused(f"{digest!r} is not a change set's digest")
    return digest


@dataclass(frozen=True, slots=True)
class Memory:
    """The files of one device under `folder`."""

    folder: Path

    def load(self, digest: str) -> Change | None:
        """The change as last saved, None when this machine never made it."""
        text = read(str(self.folder / f"{checked(digest)}.json"))
        return Change(**json.loads(text)) if text is not None else None

    def save(self, change: Change) -> Change:
        """Make it durable, with the wall-clock time for people."""
        saved = replace(change, at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        write(str(self.folder / f"{checked(change.change)}.json"), json.dumps(asdict(saved), sort_keys=True), 0o600)
        return saved

    def pending(self) -> Iterator[Change]:
        """Every change that is not settled."""
        for path in sorted(self.folder.glob("*.json")):
            if _DIGEST.fullmatch(path.stem) and (found := self.load(path.stem)) and found.pending:
                yield found

    def recognise(self, serial: str) -> None:
        """Refused when another machine answers than the first time; the first serial number is kept."""
        path = self.folder / "serial"
        known = (read(str(path)) or "").strip()
        if not known:
            write(str(path), f"{serial}\n", 0o600)
        elif known != serial:
            raise Refused(
                f"another device answers: its serial number is {serial}, {known} was here before; if it was replaced, "
                f"remove {path}"
            )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One operation at a time on a device; Failed after a minute of waiting."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + _LOCK_WAIT
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Failed(f"another command has held this device for {_LOCK_WAIT:g} s") from None
                time.sleep(0.05)
            yield
        finally:
            os.close(handle)

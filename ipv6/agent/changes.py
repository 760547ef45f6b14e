"""The changes a device has seen: a directory each under /var/lib/jiyue/changes, durable before anything is touched."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType

from ipv6.agent.host import Failed, Refused, listed, read, write
from ipv6.agent.shapes import Any, NamedTuple

HOME = "/var/lib/jiyue"
PENDING = ("armed", "applying", "committed", "confirming", "undoing")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LOCK_WAIT = 60.0
_RESERVE = 16 * 1024


class Change(NamedTuple):
    """Where one change stands. `deadline` is on the monotonic clock (seconds) of the boot named by `boot`."""

    change: str
    state: str
    reason: str = ""
    deadline: float = 0.0
    boot: str = ""
    at: str = ""
    timers: tuple[tuple[int, str], ...] = ()
    payload: Mapping[str, Any] = MappingProxyType({})

    @property
    def pending(self) -> bool:
        """Whether it still has to be confirmed or undone."""
        return self.state in PENDING

    def remaining(self) -> float:
        """Seconds until silence undoes it; 0 when that time is over or was in another boot."""
        return max(0.0, self.deadline - time.monotonic()) if self.boot == boot_id() else 0.0


def boot_id() -> str:
    """The kernel's name for this boot."""
    return (read("/proc/sys/kernel/random/boot_id") or "").strip()


def checked(digest: object) -> str:
    """The digest when it is one; it becomes a directory name."""
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise Refused(f"{digest!r} is not a change set's digest")
    return digest


def directory(digest: str) -> str:
    """Where that change is kept."""
    return f"{HOME}/changes/{checked(digest)}"


def load(digest: str) -> Change | None:
    """The change as last saved, None when this device never saw it."""
    state = read(f"{directory(digest)}/state.json")
    if state is None:
        return None
    payload = read(f"{directory(digest)}/payload.json")
    try:
        raw = json.loads(state)
        raw["timers"] = tuple((int(pid), str(start)) for pid, start in raw["timers"])
        return Change(**raw, payload=json.loads(payload or "{}"))
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(f"{directory(digest)} is damaged; look at the device and remove it") from error


def unconfirmed(digest: str) -> Change | None:
    """The change for its own timer, which would not run any more had it been confirmed: a damaged state is no state."""
    try:
        return load(digest)
    except Refused:
        payload = read(f"{directory(digest)}/payload.json")
        try:
            return Change(digest, "applying", "its state was damaged", payload=json.loads(payload or ""))
        except ValueError as error:
            raise Failed(f"{directory(digest)} is damaged; it cannot be taken back") from error


def save(change: Change, *, with_payload: bool = False) -> Change:
    """Make the state durable, with the wall-clock time for people; gives what was saved."""
    where = directory(change.change)
    saved = change._replace(at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    if with_payload:
        write(f"{where}/payload.json", json.dumps(dict(change.payload), sort_keys=True, ensure_ascii=False), 0o600)
    raw = saved._asdict()
    del raw["payload"]
    write(f"{where}/state.json", json.dumps(raw, sort_keys=True), 0o600)
    return saved


def try_save(change: Change) -> Change:
    """`save` where the change itself matters more: a full disk must not keep a device from going back."""
    with suppress(OSError):
        return save(change)
    return change


def reserve(digest: str) -> None:
    """Take the room now that the way back needs to be written down; OSError when there is none."""
    handle = os.open(f"{directory(digest)}/reserve", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, bytes(_RESERVE))
        os.fsync(handle)
    finally:
        os.close(handle)


def use_reserve(digest: str) -> None:
    """Give that room to whoever writes next."""
    with suppress(OSError):
        os.unlink(f"{directory(digest)}/reserve")


def forget(digest: str) -> None:
    """Remove a change that has touched nothing."""
    where = directory(digest)
    with suppress(OSError):
        for name in listed(where):
            os.unlink(f"{where}/{name}")
        os.rmdir(where)


def digests() -> tuple[str, ...]:
    """The digests of every change this device has seen, sorted."""
    return tuple(name for name in listed(f"{HOME}/changes") if _DIGEST.fullmatch(name))


def every() -> Iterator[Change]:
    """Every change this device has seen, oldest name first; Refused for one that is damaged."""
    for digest in digests():
        if (found := load(digest)) is not None:
            yield found


@contextmanager
def lock(wait: float = _LOCK_WAIT, *, force: bool = False) -> Iterator[None]:
    """One change at a time on this device; with `force` a holder that hangs for `wait` seconds is ended."""
    os.makedirs(HOME, mode=0o700, exist_ok=True)
    handle = os.open(f"{HOME}/lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    if not force:
                        raise Failed(f"another command has held this device's lock for {wait:g} s") from None
                    _end_holder(handle)
                    deadline += wait
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _end_holder(handle: int) -> None:
    pid = os.pread(handle, 20, 0)
    if pid.isdigit() and int(pid) > 1:
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)

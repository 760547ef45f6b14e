"""What the device side does to its host: run a program, read and replace files."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from ipv6.agent.shapes import Any, NamedTuple

TIMEOUT = 30.0
SETTLES = 20.0
"""Seconds that a daemon may take to do what it was told."""
_SYSTEMD = "/run/systemd/system"
_SHA256 = ("_sha2", "_sha256", "hashlib")
"""Where sha256 is, since Python 3.12, before it, and everywhere: the last loads all of OpenSSL for the same bytes."""


class Failed(Exception):
    """Something on the device did not work; the text is the reason the controller shows."""


class Refused(Exception):
    """The device will not do it and has changed nothing; the text is the reason."""


class Done(NamedTuple):
    """How a program ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line it said, for a reason."""
        lines = [line.strip() for line in (self.err or self.out).splitlines() if line.strip()]
        return lines[-1][:300] if lines else f"exit status {self.code}"


def run(argv: list[str], stdin: str = "", timeout: float = TIMEOUT) -> Done:
    """Run a program to its end, `timeout` seconds at most; Failed when it is missing or too slow.

    Its input and output are files in memory: it is never held up by us, and we wake up once, when it has ended.
    """
    with _memory(stdin) as given, _memory() as out, _memory() as err:
        code = _wait(argv[0], spawn(argv, given, out, err), timeout)
        return Done(code, _said(out), _said(err))


def spawn(argv: list[str], given: int, out: int, err: int, *, session: bool = False) -> int:
    """Start a program on three descriptors, with a clean environment; `subprocess` takes long to load."""
    actions = [(os.POSIX_SPAWN_DUP2, handle, number) for number, handle in enumerate((given, out, err))]
    environment, defaults = _environment(), [signal.SIGPIPE, signal.SIGXFSZ]
    try:
        path = _path(argv[0], environment["PATH"])
        return os.posix_spawn(path, argv, environment, file_actions=actions, setsid=session, setsigdef=defaults)
    except FileNotFoundError as error:
        raise Failed(f"{argv[0]} is not installed") from error


def _path(name: str, places: str) -> str:
    """Where the program is; its bare name, which nobody finds, when it is nowhere."""
    found = (f"{place}/{name}" for place in places.split(":"))
    return name if "/" in name else next((path for path in found if os.access(path, os.X_OK)), f"/{name}")


def _wait(name: str, pid: int, timeout: float) -> int:
    """The exit status (negative: the signal) of our child; Failed, and the child ended, when it takes too long."""
    handle = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        ended = bool(poll.poll(timeout * 1000))
        if not ended:
            os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        os.close(handle)
    if not ended:
        raise Failed(f"{name} did not end within {timeout:g} s")
    return code


@contextlib.contextmanager
def _memory(text: str = "") -> Iterator[int]:
    handle = os.memfd_create("jiyue", os.MFD_CLOEXEC)
    try:
        given = text.encode()
        while given:
            given = given[os.write(handle, given) :]
        os.lseek(handle, 0, os.SEEK_SET)
        yield handle
    finally:
        os.close(handle)


def _said(handle: int) -> str:
    return os.pread(handle, os.fstat(handle).st_size, 0).decode("utf-8", "replace").replace("\r\n", "\n")


def must(argv: list[str], stdin: str = "", timeout: float = TIMEOUT) -> str:
    """Like `run`, but a non-zero end is Failed with the program's last words; gives its output."""
    done = run(argv, stdin, timeout)
    if done.code:
        raise Failed(f"{' '.join(argv[:3])}: {done.last}")
    return done.out


def start(argv: list[str], timeout: float = TIMEOUT) -> None:
    """Start a daemon that detaches itself; what it inherits is the null device, which keeps no caller waiting."""
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        code = _wait(argv[0], spawn(argv, nothing, nothing, nothing), timeout)
    finally:
        os.close(nothing)
    if code:
        raise Failed(f"{' '.join(argv[:3])} did not start: exit status {code}")


def until(condition: Callable[[], bool], otherwise: str, seconds: float = SETTLES) -> None:
    """Wait for the condition; Failed with `otherwise` when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"{otherwise} within {seconds:g} s")
        time.sleep(0.05)


def systemd() -> bool:
    """Whether this host's services are systemd's to start and stop."""
    return os.path.exists(_SYSTEMD)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/root"}


def read(path: str) -> str | None:
    """The text of a file, None when there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def exists(path: str) -> bool:
    """Whether there is anything of that name."""
    return os.path.exists(path)


def listed(path: str) -> list[str]:
    """The names in a folder, sorted; none when there is no such folder."""
    try:
        return sorted(os.listdir(path))
    except (FileNotFoundError, NotADirectoryError):
        return []


def write(path: str, text: str, mode: int = 0o644) -> None:
    """Replace a file as a whole and durably; an existing one keeps its owner and mode."""
    folder, last = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, f".{last}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            with contextlib.suppress(FileNotFoundError):
                old = os.stat(path)
                os.fchown(file.fileno(), old.st_uid, old.st_gid)
                os.fchmod(file.fileno(), old.st_mode & 0o7777)
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    sync_directory(folder)


@contextlib.contextmanager
def scratch() -> Iterator[str]:
    """A private directory for the files of one check, removed afterwards; `tempfile` takes long to load."""
    directory = f"/tmp/jiyue-{os.getpid()}-{os.urandom(8).hex()}"
    os.mkdir(directory, 0o700)
    try:
        yield directory
    finally:
        for name in listed(directory):
            os.unlink(os.path.join(directory, name))
        os.rmdir(directory)


def sync_directory(path: str) -> None:
    """Make a rename or a new file in `path` durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def text_hash(text: str) -> str:
    """sha256 in hex, as the change set has it."""
    return str(_sha256()(text.encode()).hexdigest())


@cache
def _sha256() -> Callable[[bytes], Any]:
    for name in _SHA256[:-1]:
        with contextlib.suppress(ImportError):
            found: Callable[[bytes], Any] = import_module(name).sha256
            return found
    return import_module(_SHA256[-1]).sha256  # type: ignore[no-any-return]

"""What hardening works on: a host as it was looked at, what is to be written there, what is left and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError, with_config

from inventory.errors import EnvironmentFailed

Service: TypeAlias = Literal["nginx", "sshd", "journald"]


@with_config(extra="ignore")
@dataclass(frozen=True, slots=True)
class Web:
    """What nginx says of itself: whether it is there, why it does not tell its configuration, its files."""

    present: bool
    error: str
    files: tuple[str, ...]


@with_config(extra="ignore")
@dataclass(frozen=True, slots=True)
class Daemon:
    """One sshd: its file, what `sshd -T` ended with and said, and whether some account has a key for it."""

    file: str
    code: int
    text: str
    keys: bool


@with_config(extra="ignore")
@dataclass(frozen=True, slots=True)
class Wide:
    """A file with rights that are too wide; `was` is mode, uid, gid; `keeps`: its group is one for keys."""

    kind: Literal["keys", "config", "pages"]
    path: str
    was: tuple[int, int, int]
    keeps: bool = False


@with_config(extra="ignore")
@dataclass(frozen=True, slots=True)
class Look:
    """A host as it is. `leave` are findings that somebody answers for; `hsts` whether its sites' certificates hold.

    `worker` are uid and gid of the web server's workers (-1: none); `pending` says that a run there was interrupted.
    """

    texts: Mapping[str, str]
    unread: Mapping[str, str]
    nginx: Web
    sshd: tuple[Daemon, ...]
    journal: Mapping[str, str]
    journald: bool
    clock: bool
    rights: tuple[Wide, ...]
    worker: tuple[int, int]
    pending: bool
    leave: frozenset[str] = frozenset()
    hsts: bool = True


_LOOK = TypeAdapter(Look)


def looked(host: str, answer: Mapping[str, Any], leave: frozenset[str], hsts: bool) -> Look:
    """The host's answer as a value; EnvironmentFailed when it cannot be read."""
    try:
        return _LOOK.validate_python({**answer, "leave": leave, "hsts": hsts})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(word) for word in first["loc"])
        raise EnvironmentFailed(
            host, f"its answer cannot be read: {where}: {first['msg']}", "look at the host"
        ) from None


@dataclass(frozen=True, slots=True)
class Change:
    """One file: what stands there (None: nothing), what is to, which finding that mends, who has to read it again."""

    path: str
    before: str | None
    after: str
    mends: frozenset[str]
    reload: tuple[Service, ...] = ()
    mode: int = 0o644

    def data(self) -> dict[str, Any]:
        """As the host is told."""
        before = None if self.before is None else hashlib.sha256(self.before.encode()).hexdigest()
        return {
            "path": self.path, "text": self.after, "before": before, "mode": self.mode, "reload": list(self.reload)
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Right:
    """Mode, uid and gid of a file, before and after."""

    path: str
    was: tuple[int, int, int]
    now: tuple[int, int, int]
    mends: frozenset[str]

    def data(self) -> dict[str, Any]:
        """As the host is told."""
        return {"path": self.path, "was": list(self.was), "now": list(self.now)}


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that is not mended, and why."""

    finding: str
    why: str


Step: TypeAlias = Change | Right | Left


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything for one host."""

    host: str
    changes: tuple[Change, ...] = ()
    rights: tuple[Right, ...] = ()
    left: tuple[Left, ...] = ()
    pending: bool = False

    @property
    def empty(self) -> bool:
        """Nothing is to be done there."""
        return not (self.changes or self.rights or self.pending)

    @property
    def mends(self) -> frozenset[str]:
        """The findings that go."""
        return frozenset[str]().union(*(one.mends for one in self.changes), *(one.mends for one in self.rights))

    def words(self) -> dict[str, Any]:
        """The request for the host; after an interruption everything is read again."""
        every = ["nginx", "sshd", "journald"] if self.pending else []
        reload = sorted({*every, *(name for one in self.changes for name in one.reload)})
        return {
            "wanted": [one.data() for one in self.changes], "rights": [one.data() for one in self.rights],
            "reload": reload,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one host came out. `state`: planned, hardened, undone, refused, unreachable, failed."""

    host: str
    state: str
    changed: bool = False
    reason: str = ""
    skipped: tuple[str, ...] = ()
    plan: Plan = field(default=Plan(""))

    @property
    def code(self) -> int:
        """Its exit code: 3 refused, 4 unreachable or failed; 1 for a plan that waits."""
        return {"refused": 3, "unreachable": 4, "failed": 4, "planned": 0 if self.plan.empty else 1}.get(self.state, 0)

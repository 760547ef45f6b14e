"""What a kind of fault is: typed parameters, what it does, how it is undone; and the hand that reaches into a host."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

from pydantic import ConfigDict, Field

from inventory.errors import EnvironmentFailed, InputError

STRICT = ConfigDict(extra="forbid")
Interface = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,14})?$")]
File = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._/@:+-]{1,200})?$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Family = Literal["4", "6", "both"]
P = TypeVar("P")


class Hand(Protocol):
    """A way to run shell scripts as root inside one host's namespaces; never outside of them."""

    @property
    def name(self) -> str:
        """The host."""

    def run(self, script: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a script there and return what it said."""


def _as_it_is(hand: Hand, params: Any, chance: Random) -> Any:
    return params


@dataclass(frozen=True)
class Kind(Generic[P]):
    """One kind of fault. `notes` says what it does, `fix` how it is undone.

    `settle` fills what the parameters leave open, by chance from the fault's seed, so that what is recorded is whole.
    `inject` and `clear` get the fault's folder on the host (`clear` removes it last); `clear` must also undo an
    `inject` that was interrupted anywhere, and may be called twice.
    """

    name: str
    params: type[P]
    notes: str
    fix: str
    inject: Callable[[Hand, P, str, int], None]
    clear: Callable[[Hand, P, str], None]
    settle: Callable[[Hand, P, Random], P] = _as_it_is


def must(hand: Hand, script: str, stdin: str = "") -> str:
    """Run a script on the host; EnvironmentFailed with its last words when it does not succeed."""
    done = hand.run(script, stdin)
    if done.returncode:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        cause = said[-1][:300] if said else f"exit status {done.returncode}"
        raise EnvironmentFailed(f"lab: {hand.name}", cause, "clear the fault; see `jiyue lab fault status`")
    return done.stdout


def choose(hand: Hand, what: str, wanted: str, known: list[str], chance: Random) -> str:
    """`wanted` when it is known, one of `known` by chance when none is wanted; InputError otherwise."""
    if wanted and wanted in known:
        return wanted
    if wanted or not known:
        listed = ", ".join(known) or "none"
        raise InputError(f"lab: {hand.name}", f"it has no {what} {wanted}".rstrip(), f"it has: {listed}")
    return chance.choice(sorted(known))


def interfaces(hand: Hand) -> list[str]:
    """The data interfaces of the host's own namespace; the management link is not among them."""
    listed = must(hand, "ip -o link show | cut -d: -f2").split()
    return sorted(name.partition("@")[0] for name in listed if name.partition("@")[0] not in ("lo", "mgmt0"))


def quoted(text: object) -> str:
    """A word of a shell script."""
    return shlex.quote(str(text))

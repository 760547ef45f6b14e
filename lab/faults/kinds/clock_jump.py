"""The wall clock of one program jumps, by libfaketime; every other process keeps the machine's time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ..model import STRICT, File, Hand, Kind, must, quoted
from ..wrapper import unwrap, wrap

_LIBRARY = "cat /etc/ld.so.cache >/dev/null; ls /usr/lib/*/faketime/libfaketimeMT.so.1 | head -n 1"


@dataclass(frozen=True, slots=True)
class ClockJump:
    """`program` started from now on sees the clock `seconds` away from the truth; its monotonic clock is not touched,
    as with a clock that somebody sets."""

    program: File = "/usr/bin/python3"
    seconds: Annotated[int, Field(ge=-(10**9), le=10**9)] = 3600
    __pydantic_config__ = STRICT


def inject(hand: Hand, params: ClockJump, folder: str, seed: int) -> None:
    library = must(hand, _LIBRARY).strip()
    must(hand, f"test -r {quoted(library or '/libfaketime')}")
    must(hand, f"echo {quoted(f'{params.seconds:+d}s')} > {quoted(folder)}/offset")
    surroundings = {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": f"{folder}/offset",
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    wrap(hand, params.program, folder, surroundings)


def clear(hand: Hand, params: ClockJump, folder: str) -> None:
    unwrap(hand, folder)


FAULT = Kind(
    "clock-jump",
    ClockJump,
    notes="one program, started from now on, sees a wall clock that is wrong by so many seconds",
    fix="it sees the right one when it is started again",
    inject=inject,
    clear=clear,
)

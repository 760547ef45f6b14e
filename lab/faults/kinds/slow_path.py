"""A long, thin or lossy line: what the host sends out of one interface goes through a forwarder of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Annotated

from pydantic import Field

from ..line import Line, build, remove
from ..model import STRICT, Family, Hand, Interface, Kind, choose, interfaces


@dataclass(frozen=True, slots=True)
class SlowPath:
    """Delay and jitter in milliseconds, loss in percent, `rate_kbit` in kbit/s (0: as fast as it goes); of one
    `family` or of all."""

    interface: Interface = ""
    delay_ms: Annotated[float, Field(ge=0, le=10_000)] = 100.0
    jitter_ms: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    loss: Annotated[float, Field(ge=0, le=100)] = 0.0
    rate_kbit: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    family: Family = "both"
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: SlowPath, chance: Random) -> SlowPath:
    return replace(params, interface=choose(hand, "interface", params.interface, interfaces(hand), chance))


def inject(hand: Hand, params: SlowPath, folder: str, seed: int) -> None:
    line = Line(params.delay_ms, params.jitter_ms, params.loss, params.rate_kbit)
    build(hand, params.interface, folder, seed, line, params.family)


def clear(hand: Hand, params: SlowPath, folder: str) -> None:
    remove(hand, folder)


FAULT = Kind(
    "slow-path",
    SlowPath,
    notes="what the host sends out of one interface is delayed, lost by chance, or held to a rate",
    fix="frames go straight out again",
    inject=inject,
    clear=clear,
    settle=settle,
)

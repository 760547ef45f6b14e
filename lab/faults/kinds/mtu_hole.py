"""An MTU hole: packets above a size vanish, and no Packet Too Big (RFC 4443, RFC 8201) comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Annotated

from pydantic import Field

from ..line import Line, build, remove
from ..model import STRICT, Family, Hand, Interface, Kind, choose, interfaces


@dataclass(frozen=True, slots=True)
class MtuHole:
    """`size` is the largest IP packet in bytes of `family` that still goes out of `interface`."""

    interface: Interface = ""
    size: Annotated[int, Field(ge=68, le=9000)] = 1400
    family: Family = "both"
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: MtuHole, chance: Random) -> MtuHole:
    return replace(params, interface=choose(hand, "interface", params.interface, interfaces(hand), chance))


def inject(hand: Hand, params: MtuHole, folder: str, seed: int) -> None:
    build(hand, params.interface, folder, seed, Line(largest=params.size), params.family)


def clear(hand: Hand, params: MtuHole, folder: str) -> None:
    remove(hand, folder)


FAULT = Kind(
    "mtu-hole",
    MtuHole,
    notes="packets above a size vanish on their way out of one interface, and nobody is told",
    fix="frames go straight out again",
    inject=inject,
    clear=clear,
    settle=settle,
)

"""A lame delegation (RFC 1912 2.8): a name server that the parent names no longer serves the zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random

from ..edit import change, restore
from ..model import STRICT, Hand, Kind, choose, must
from .half_listener import KNOT, SiteName

_ZONE = re.compile(r"^  - domain: (\S+)\n", re.MULTILINE)
_RELOAD = f"knotc -c {KNOT} reload >/dev/null"


@dataclass(frozen=True, slots=True)
class LameServer:
    """`zone` with its trailing dot; without one: by chance."""

    zone: SiteName = ""
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: LameServer, chance: Random) -> LameServer:
    known = _ZONE.findall(must(hand, f"cat {KNOT}"))
    return replace(params, zone=choose(hand, "zone", params.zone, known, chance))


def inject(hand: Hand, params: LameServer, folder: str, seed: int) -> None:
    change(hand, KNOT, folder, lambda text: text.replace(f"  - domain: {params.zone}\n", ""), "such zone")
    must(hand, _RELOAD)


def clear(hand: Hand, params: LameServer, folder: str) -> None:
    restore(hand, KNOT, folder)
    must(hand, _RELOAD)


FAULT = Kind(
    "lame-server",
    LameServer,
    notes="a name server refuses a zone that is delegated to it",
    fix="it serves the zone again",
    inject=inject,
    clear=clear,
    settle=settle,
)

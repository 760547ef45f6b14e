"""A router or firewall no longer forwards one family: a forgotten kernel setting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..model import STRICT, Hand, Kind, must, quoted

_FILES = {"4": "/proc/sys/net/ipv4/ip_forward", "6": "/proc/sys/net/ipv6/conf/all/forwarding"}
_OFF = "set -e; [ -e {folder}/was ] || cat {file} > {folder}/was; echo 0 > {file}"
_ON = "test -e {folder}/was || exit 0; cat {folder}/was > {file} && rm -f {folder}/was"


@dataclass(frozen=True, slots=True)
class ForwardingOff:
    """Of which family."""

    family: Literal["4", "6"] = "6"
    __pydantic_config__ = STRICT


def inject(hand: Hand, params: ForwardingOff, folder: str, seed: int) -> None:
    must(hand, _OFF.format(folder=quoted(folder), file=_FILES[params.family]))


def clear(hand: Hand, params: ForwardingOff, folder: str) -> None:
    must(hand, _ON.format(folder=quoted(folder), file=_FILES[params.family]))


FAULT = Kind(
    "forwarding-off",
    ForwardingOff,
    notes="the host forwards no packets of one family any more",
    fix="it forwards as before",
    inject=inject,
    clear=clear,
)

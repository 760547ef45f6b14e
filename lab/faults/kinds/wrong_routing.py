"""A router forgets the IPv6 half of its work: a static route, a neighbour, a session, an announcement."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from ..model import STRICT, Hand, Kind, choose, must, quoted

_ROUTE = re.compile(r"^ipv6 route (\S+) (\S+)", re.MULTILINE)
_PORT = re.compile(r"^interface (\S+)\n(?: .*\n)*? ipv6 ospf6 network point-to-point", re.MULTILINE)
_PEER = re.compile(r"^ neighbor (\S*:\S*) remote-as", re.MULTILINE)
_NETWORK = re.compile(r"^  network (\S*:\S*/\d+)$", re.MULTILINE)
_BGP = re.compile(r"^(router bgp \d+)$", re.MULTILINE)
_SAVE = "set -e; cat > {folder}/part; mv {folder}/part {folder}/back"
_BACK = """\
test -e {folder}/back || exit 0
vtysh -f {folder}/back >/dev/null || exit 1
rm -f {folder}/back
"""


@dataclass(frozen=True, slots=True)
class WrongRouting:
    """`how`: the static route, the OSPFv3 neighbour, the BGP session or the announcement of `what` (a prefix, a port,
    an address; without one: by chance)."""

    how: Literal["static", "neighbour", "session", "announcement"] = "static"
    what: Annotated[str, Field(pattern=r"^[A-Za-z0-9:./-]{0,64}$")] = ""
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: WrongRouting, chance: Random) -> WrongRouting:
    config = _config(hand)
    known = {"static": [one[0] for one in _ROUTE.findall(config)], "neighbour": _PORT.findall(config),
             "session": _PEER.findall(config), "announcement": _NETWORK.findall(config)}[params.how]  # fmt: skip
    return replace(params, what=choose(hand, f"IPv6 {params.how}", params.what, known, chance))


def inject(hand: Hand, params: WrongRouting, folder: str, seed: int) -> None:
    wrong, right = _lines(params, _config(hand))
    must(hand, _SAVE.format(folder=quoted(folder)), "".join(f"{line}\n" for line in right))
    must(hand, f"cat > {quoted(folder)}/wrong; vtysh -f {quoted(folder)}/wrong >/dev/null",
         "".join(f"{line}\n" for line in wrong))  # fmt: skip


def clear(hand: Hand, params: WrongRouting, folder: str) -> None:
    must(hand, _BACK.format(folder=quoted(folder)))


def _config(hand: Hand) -> str:
    return must(hand, "vtysh -c 'show running-config'")


def _lines(params: WrongRouting, config: str) -> tuple[list[str], list[str]]:
    """Configuration lines that make the fault, and those that undo it."""
    what = params.what
    if params.how == "static":
        lines = [f"ipv6 route {one} {via}" for one, via in _ROUTE.findall(config) if one == what]
        return [f"no {line}" for line in lines], lines
    if params.how == "neighbour":
        port = f"interface {what}"
        return [port, " ipv6 ospf6 passive", "exit"], [port, " no ipv6 ospf6 passive", "exit"]
    found = _BGP.search(config)
    router = found[1] if found else "router bgp"
    if params.how == "session":
        words = f" neighbor {what} shutdown"
        return [router, words, "exit"], [router, f" no{words}", "exit"]
    family = [router, " address-family ipv6 unicast"]
    words, end = f"  network {what}", [" exit-address-family", "exit"]
    return [*family, f"  no{words[1:]}", *end], [*family, words, *end]


FAULT = Kind(
    "wrong-routing",
    WrongRouting,
    notes="a router loses a static IPv6 route, an OSPFv3 neighbour, an IPv6 BGP session or an announcement",
    fix="its configuration has the line again",
    inject=inject,
    clear=clear,
    settle=settle,
)

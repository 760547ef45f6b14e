"""A server follows a rogue router: the default route that a router advertisement (RFC 6104) would have left behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Annotated

from pydantic import Field

from ..model import STRICT, Hand, Interface, Kind, choose, interfaces, must, quoted

ROUTER = "fe80::bad"
# The state is what counts here: no advertisement is sent, the route is entered as the kernel would have entered it.
_LEARN = f"""\
set -e
cat /proc/sys/net/ipv6/conf/{{dev}}/accept_ra > {{folder}}/part; mv {{folder}}/part {{folder}}/was
echo 2 > /proc/sys/net/ipv6/conf/{{dev}}/accept_ra
ip -6 route add default via {ROUTER} dev {{dev}} proto ra metric {{metric}}
"""
_FORGET = f"""\
test -e {{folder}}/was || exit 0
ip -6 route del default via {ROUTER} dev {{dev}} proto ra metric {{metric}} 2>/dev/null || true
cat {{folder}}/was > /proc/sys/net/ipv6/conf/{{dev}}/accept_ra && rm -f {{folder}}/was
"""


@dataclass(frozen=True, slots=True)
class LearnedRoute:
    """Below a `metric` of 1024 (what static routes have) the learned route is the one that is used."""

    interface: Interface = ""
    metric: Annotated[int, Field(ge=1, le=65535)] = 512
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: LearnedRoute, chance: Random) -> LearnedRoute:
    return replace(params, interface=choose(hand, "interface", params.interface, interfaces(hand), chance))


def inject(hand: Hand, params: LearnedRoute, folder: str, seed: int) -> None:
    must(hand, _LEARN.format(dev=params.interface, folder=quoted(folder), metric=params.metric))


def clear(hand: Hand, params: LearnedRoute, folder: str) -> None:
    must(hand, _FORGET.format(dev=params.interface, folder=quoted(folder), metric=params.metric))


FAULT = Kind(
    "learned-route",
    LearnedRoute,
    notes="the host has a default route as after a rogue router advertisement, and would follow the next one",
    fix="the route is gone and the setting as before",
    inject=inject,
    clear=clear,
    settle=settle,
)

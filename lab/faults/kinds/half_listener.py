"""A half-configured service: it does not listen in one family (on one port, for one site), and nobody noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from ..edit import change, restore
from ..model import STRICT, Hand, Kind, must
from ..sites import change_servers, choose_site, put_back

KNOT = "/etc/knot/knot.conf"
# A changed listen address needs a new process; the other server answers meanwhile.
_RESTART = f"""\
set -e
knotc -c {KNOT} stop >/dev/null 2>&1 || true
left=100
while pgrep -x knotd >/dev/null; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.05; done
knotd -d -c {KNOT}
until knotc -c {KNOT} status >/dev/null 2>&1; do left=$((left - 1)); [ $left -gt 0 ] || exit 1; sleep 0.05; done
"""
SiteName = Annotated[str, Field(pattern=r"^([a-z0-9.-]{1,253})?$")]


@dataclass(frozen=True, slots=True)
class HalfListener:
    """`service` nginx forgets `site` (without one: by chance) on `port`, knot its server as a whole."""

    service: Literal["nginx", "knot"] = "nginx"
    family: Literal["4", "6"] = "6"
    port: Literal["both", "80", "443"] = "both"
    site: SiteName = ""
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: HalfListener, chance: Random) -> HalfListener:
    if params.service == "knot":
        return params
    return replace(params, site=choose_site(hand, params.site, chance))


def inject(hand: Hand, params: HalfListener, folder: str, seed: int) -> None:
    if params.service == "knot":
        address = r"[0-9a-f]*:[0-9a-f:]*" if params.family == "6" else r"(?!127\.)[0-9.]+"
        line = re.compile(rf"^ +listen: {address}@53\n", re.MULTILINE)
        change(hand, KNOT, folder, lambda text: line.sub("", text), "such listener")
        must(hand, _RESTART)
        return
    address = r"\[[0-9a-f:]+\]" if params.family == "6" else r"[0-9.]+"
    port = "[0-9]+" if params.port == "both" else params.port
    listen = re.compile(rf"^ +listen {address}:{port}\b.*\n", re.MULTILINE)
    change_servers(hand, folder, params.site, lambda text: listen.sub("", text), "such listener")


def clear(hand: Hand, params: HalfListener, folder: str) -> None:
    if params.service == "knot":
        restore(hand, KNOT, folder)
        must(hand, _RESTART)
    else:
        put_back(hand, folder)


FAULT = Kind(
    "half-listener",
    HalfListener,
    notes="a service no longer listens in one family: one site of nginx, or the name server",
    fix="it listens again",
    inject=inject,
    clear=clear,
    settle=settle,
)

"""Somebody's wrong access list: packets to one port are dropped, whatever the device's own rules say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..model import STRICT, Family, Hand, Kind, Port, must

# A table of its own, in front of the device's: the device's own objects read as approved, as with rules that another
# tool keeps. A drop in any table is final in nftables.
_RULES = """\
add table inet {table}
add chain inet {table} fault {{ type filter hook {hook} priority -50; policy accept; }}
add rule inet {table} fault {family}{protocol} dport {port} counter drop
"""
_FAMILY = {"4": "meta nfproto ipv4 ", "6": "meta nfproto ipv6 ", "both": ""}


@dataclass(frozen=True, slots=True)
class WrongAcl:
    """What is dropped: `hook` forward is what goes through the host, input what is for it, output what it sends."""

    family: Family = "6"
    protocol: Literal["tcp", "udp"] = "tcp"
    port: Port = 443
    hook: Literal["forward", "input", "output"] = "forward"
    __pydantic_config__ = STRICT


def inject(hand: Hand, params: WrongAcl, folder: str, seed: int) -> None:
    must(
        hand,
        "nft -f -",
        _RULES.format(
            table=table(folder),
            hook=params.hook,
            family=_FAMILY[params.family],
            protocol=params.protocol,
            port=params.port,
        ),
    )


def clear(hand: Hand, params: WrongAcl, folder: str) -> None:
    hand.run(f"nft delete table inet {table(folder)}")


def table(folder: str) -> str:
    """The nftables table of the fault that owns this folder."""
    return f"lab_fault_{folder.rpartition('/')[2]}"


FAULT = Kind(
    "wrong-acl",
    WrongAcl,
    notes="a rule outside the device's own table drops one port; without parameters HTTPS over IPv6 through the host",
    fix="the rule is removed",
    inject=inject,
    clear=clear,
)

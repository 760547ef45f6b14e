"""A link goes: no carrier, or a line that loses everything while its light is on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from ..model import STRICT, Hand, Interface, Kind, choose, interfaces, must, quoted

# A kernel forgets routes (and IPv6 addresses, unless told) of an interface that goes down; a cable would not do that to
# the configuration, so what was static comes back. Routing daemons put their own back themselves.
_DOWN = """\
set -e
dev={dev}
for family in 4 6; do
    ip -$family route show table main dev $dev >{folder}/$family
    grep -vE 'proto (kernel|ospf|bgp|zebra|static_frr|19[0-9])' {folder}/$family >{folder}/routes$family || true
done
cat /proc/sys/net/ipv6/conf/$dev/keep_addr_on_down >{folder}/keep
echo 1 > /proc/sys/net/ipv6/conf/$dev/keep_addr_on_down
: > {folder}/down
ip link set dev $dev down
"""
_UP = """\
test -e {folder}/down || exit 0
dev={dev}
ip link set dev $dev up || exit 1
cat {folder}/keep > /proc/sys/net/ipv6/conf/$dev/keep_addr_on_down
left=30
for family in 4 6; do
    while read -r route; do
        words=$(echo "$route" | sed 's/ linkdown//; s/ dead//; s/ pref [a-z]*//')
        until ip -$family route replace $words dev $dev 2>{folder}/error; do
            left=$((left - 1)); if [ $left -le 0 ]; then cat {folder}/error >&2; exit 1; fi
            sleep 0.1
        done
    done <{folder}/routes$family
done
rm -f {folder}/down
"""
_DROP = """\
add table netdev {table}
add chain netdev {table} in {{ type filter hook ingress device "{dev}" priority -500; policy drop; }}
add chain netdev {table} out {{ type filter hook egress device "{dev}" priority -500; policy drop; }}
"""


@dataclass(frozen=True, slots=True)
class LinkCut:
    """`how`: `down` takes the carrier away, `silent` loses every frame while the link stays up."""

    interface: Interface = ""
    how: Literal["down", "silent"] = "down"
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: LinkCut, chance: Random) -> LinkCut:
    return replace(params, interface=choose(hand, "interface", params.interface, interfaces(hand), chance))


def inject(hand: Hand, params: LinkCut, folder: str, seed: int) -> None:
    if params.how == "silent":
        must(hand, "nft -f -", _DROP.format(table=table(folder), dev=params.interface))
    else:
        must(hand, _DOWN.format(dev=quoted(params.interface), folder=quoted(folder)))


def clear(hand: Hand, params: LinkCut, folder: str) -> None:
    hand.run(f"nft delete table netdev {table(folder)}")
    must(hand, _UP.format(dev=quoted(params.interface), folder=quoted(folder)))


def table(folder: str) -> str:
    """The nftables table of the fault that owns this folder."""
    return f"lab_fault_{folder.rpartition('/')[2]}"


FAULT = Kind(
    "link-cut",
    LinkCut,
    notes="one data interface loses its carrier, or silently every frame",
    fix="the interface comes up again with the addresses and static routes that it had",
    inject=inject,
    clear=clear,
    settle=settle,
)

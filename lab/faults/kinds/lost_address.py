"""A host loses an IPv6 address that its services still listen on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Annotated

from pydantic import Field

from ..model import STRICT, Hand, Kind, choose, must, quoted

# With the last address of a prefix the kernel forgets its routes; they come back with it.
_LOSE = """\
set -e
ip -6 -o addr show scope global | awk -v a={address} '$4 ~ "^" a "/" {{ print $2, $4; exit }}' > {folder}/part
test -s {folder}/part
ip -6 route show default > {folder}/routes
mv {folder}/part {folder}/lost
read -r dev address < {folder}/lost
ip -6 addr del $address dev $dev
"""
_FIND = """\
test -e {folder}/lost || exit 0
read -r dev address < {folder}/lost
ip -6 addr replace $address dev $dev nodad || exit 1
while read -r route; do ip -6 route replace $(echo "$route" | sed 's/ pref [a-z]*//') || exit 1; done < {folder}/routes
rm -f {folder}/lost
"""


@dataclass(frozen=True, slots=True)
class LostAddress:
    """`address` without its length; without one: by chance."""

    address: Annotated[str, Field(pattern=r"^[0-9a-f:]{0,39}$")] = ""
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: LostAddress, chance: Random) -> LostAddress:
    listed = must(hand, "ip -6 -o addr show scope global").splitlines()
    known = [line.split()[3].partition("/")[0] for line in listed if len(line.split()) > 3]
    return replace(params, address=choose(hand, "IPv6 address", params.address, known, chance))


def inject(hand: Hand, params: LostAddress, folder: str, seed: int) -> None:
    must(hand, _LOSE.format(address=quoted(params.address), folder=quoted(folder)))


def clear(hand: Hand, params: LostAddress, folder: str) -> None:
    must(hand, _FIND.format(folder=quoted(folder)))


FAULT = Kind(
    "lost-address",
    LostAddress,
    notes="an IPv6 address of the host is gone; what listens on it does not notice",
    fix="the host has the address again, and the default route that went with it",
    inject=inject,
    clear=clear,
    settle=settle,
)

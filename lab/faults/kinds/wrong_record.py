"""A record set that is not the planned one: gone, another value, one value too many, or an IPv4-mapped address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, Literal

from pydantic import Field

from ..model import STRICT, Hand, Kind, choose, must, quoted

Name = Annotated[str, Field(pattern=r"^(\.|[a-z0-9._-]{1,253}\.)?$")]
# One transaction, so that nobody transfers half of it. The set as it was is kept first.
_CHANGE = """\
set -e
if [ ! -e {folder}/whole ]; then
    knotc zone-read {zone} {name} {type} 2>/dev/null | cut -d' ' -f3- > {folder}/part || true
    mv {folder}/part {folder}/whole
fi
cat > {folder}/wanted
"""
_SET = """\
set -e
test -e {folder}/{file} || exit 0
knotc zone-abort {zone} >/dev/null 2>&1 || true
knotc zone-begin {zone} >/dev/null
knotc zone-unset {zone} {name} {type} >/dev/null 2>&1 || true
while read -r ttl type data; do
    if [ -n "$ttl" ]; then knotc zone-set {zone} {name} $ttl $type $data >/dev/null; fi
done < {folder}/{file}
knotc zone-commit {zone} >/dev/null
"""


@dataclass(frozen=True, slots=True)
class WrongRecord:
    """`how`: `remove` takes the set away, `replace` puts `value` in its place, `add` puts it beside the others.

    Without a name: one of the zone's own of that type, by chance; without a zone: the zone of the name's parent.
    """

    zone: Name = ""
    name: Name = ""
    type: Literal["A", "AAAA", "NS", "DS", "PTR"] = "AAAA"
    how: Literal["remove", "replace", "add"] = "remove"
    value: Annotated[str, Field(pattern=r"^[A-Za-z0-9:. _-]{0,200}$")] = ""
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: WrongRecord, chance: Random) -> WrongRecord:
    zones = [line.split()[0].strip("[]") for line in must(hand, "knotc zone-status").splitlines() if line.strip()]
    wanted = params.zone or (params.name.partition(".")[2] if params.name else "")
    zone = choose(hand, "zone", wanted, zones, chance)
    listed = [line.split() for line in must(hand, f"knotc zone-read {quoted(zone)}").splitlines()]
    names = sorted({words[1] for words in listed if len(words) > 3 and words[3] == params.type})
    name = choose(hand, f"{params.type} record", params.name, names, chance)
    return replace(params, zone=zone, name=name)


def inject(hand: Hand, params: WrongRecord, folder: str, seed: int) -> None:
    words = {key: quoted(value) for key, value in (("zone", params.zone), ("name", params.name), ("type", params.type))}
    old = must(hand, f"knotc zone-read {words['zone']} {words['name']} {words['type']}").splitlines()
    kept = [" ".join(line.split()[2:]) for line in old] if params.how == "add" else []
    new = [f"300 {params.type} {params.value}"] if params.how != "remove" else []
    must(hand, _CHANGE.format(folder=quoted(folder), **words), "".join(f"{line}\n" for line in (*kept, *new)))
    must(hand, _SET.format(folder=quoted(folder), file="wanted", **words))


def clear(hand: Hand, params: WrongRecord, folder: str) -> None:
    words = {key: quoted(value) for key, value in (("zone", params.zone), ("name", params.name), ("type", params.type))}
    must(hand, _SET.format(folder=quoted(folder), file="whole", **words))


FAULT = Kind(
    "wrong-record",
    WrongRecord,
    notes="a record set of the server's zones is gone or has another value; without parameters an AAAA record is gone",
    fix="the set is put back as it was",
    inject=inject,
    clear=clear,
    settle=settle,
)

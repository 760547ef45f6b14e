"""The firewall's own table is wrong: a rule of one family is missing, one is too many, or ICMPv6 is treated as ICMP."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from inventory.errors import InputError

from ..model import STRICT, Hand, Interface, Kind, choose, must, quoted

TABLE = "inet jiyue"
_FLOW = re.compile(r'iifname "(\S+)" oifname "(\S+)" (ip6?) .* accept')
_LOAD = f"""\
set -e
cat > {{folder}}/wrong
[ -e {{folder}}/whole ] || nft -s list table {TABLE} > {{folder}}/whole
(echo 'delete table {TABLE}'; cat {{folder}}/wrong) | nft -f -
nft -s list table {TABLE} | sha256sum > {{folder}}/hash
"""
# A table that was loaded anew since is nobody's fault any more.
_BACK = f"""\
test -e {{folder}}/whole || exit 0
if [ ! -e {{folder}}/hash ] || [ "$(nft -s list table {TABLE} | sha256sum)" = "$(cat {{folder}}/hash)" ]; then
    (echo 'add table {TABLE}'; echo 'delete table {TABLE}'; cat {{folder}}/whole) | nft -f - || exit 1
fi
rm -f {{folder}}/whole
"""
How = Literal["missing", "open", "only-ipv4", "no-errors", "no-neighbours", "accept-all", "untracked"]


@dataclass(frozen=True, slots=True)
class WrongRule:
    """`how`: the IPv6 rules of the flow from port `source` to port `target` are `missing` (without ports: by chance),
    or one is `open` that nobody wants; every IPv6 flow is missing (`only-ipv4`); ICMPv6 errors are dropped
    (`no-errors`), or neighbour discovery (`no-neighbours`); what no rule matches passes (`accept-all`); packets that
    connection tracking cannot place pass (`untracked`)."""

    how: How = "missing"
    source: Interface = ""
    target: Interface = ""
    __pydantic_config__ = STRICT


def settle(hand: Hand, params: WrongRule, chance: Random) -> WrongRule:
    if params.how not in ("missing", "open"):
        return params
    flows = {(one[1], one[2]) for one in _FLOW.finditer(_listing(hand)) if one[3] == "ip6"}
    ports = sorted({port for flow in flows for port in flow})
    if params.how == "open":
        flows = {(one, two) for one in ports for two in ports if one != two} - flows
    words = {f"{one}-{two}" for one, two in flows
             if params.source in ("", one) and params.target in ("", two)}  # fmt: skip
    chosen = choose(hand, "flow", "", sorted(words), chance)
    source, target = next(flow for flow in flows if "-".join(flow) == chosen)
    return replace(params, source=source, target=target)


def inject(hand: Hand, params: WrongRule, folder: str, seed: int) -> None:
    old = _listing(hand)
    first = next((one[0] for one in re.finditer(r".*\n", old) if _FLOW.search(one[0])), "")
    new = "".join(_wrong(params, line, first) for line in old.splitlines(keepends=True))
    if new == old:
        raise InputError(f"lab: {hand.name}", f"table {TABLE} has no rule that this would change", "choose another")
    must(hand, _LOAD.format(folder=quoted(folder)), new)


def clear(hand: Hand, params: WrongRule, folder: str) -> None:
    must(hand, _BACK.format(folder=quoted(folder)))


def _listing(hand: Hand) -> str:
    return must(hand, f"nft -s list table {TABLE}")


def _wrong(params: WrongRule, line: str, first: str) -> str:
    """What becomes of one line of the table; `first` is its first flow."""
    flow = _FLOW.search(line)
    six = flow is not None and flow[3] == "ip6"
    match params.how:
        case "missing":
            return "" if six and flow is not None and flow[1] == params.source and flow[2] == params.target else line
        case "only-ipv4":
            return "" if six else line
        case "open":
            rule = f'\t\tiifname "{params.source}" oifname "{params.target}" meta nfproto ipv6 accept\n'
            return rule + line if line == first else line
        case "no-errors":
            return "" if line.strip().startswith("icmpv6 type {") and "packet-too-big" in line else line
        case "no-neighbours":
            return "" if "nd-neighbor-solicit" in line else line
        case "accept-all":
            return line.replace("policy drop", "policy accept") if "hook forward" in line else line
        case "untracked":
            return "" if line.strip() == "ct state invalid drop" else line


FAULT = Kind(
    "wrong-rule",
    WrongRule,
    notes="the firewall's own table lacks the IPv6 half of a flow, lets another one through, or mistreats ICMPv6",
    fix="the table is loaded as it was, unless it was loaded anew meanwhile",
    inject=inject,
    clear=clear,
    settle=settle,
)

"""Reads one nftables table as `nft list table` prints it: sets, the forward chain and the input chain; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ipv6.precheck import icmp
from ipv6.precheck.model import KNOWN, NEW, RELATED, Filter, Rule
from ipv6.precheck.numbers import (
    ALL,
    PORTS,
    PROTOCOLS,
    BadNumber,
    Interval,
    Ranges,
    address,
    minus,
    prefix,
    union,
    whole,
)

_STATE = {"new": NEW, "established": KNOWN, "related": RELATED}
_FAMILY = {"ip": 4, "ip6": 6, "icmp": 4, "icmpv6": 6}
_PLAIN = re.compile(
    r'iifname "([^"*]+)" oifname "([^"*]+)" ip(6?) saddr X ip(6?) daddr X'
    r" (?:(tcp|udp) dport (\d+|\{ [0-9, -]+ \})|icmp(v6)? type echo-request) (accept|drop)"
)
_NAMED = re.compile(r"@(\w+)")
_PROTOCOL: dict[str | None, Ranges] = {"tcp": ((6, 6),), "udp": ((17, 17),), None: ((1, 1),)}
_ECHO: dict[int, Ranges] = {version: ((one, one),) for version, one in icmp.ECHO.items()}
_VERDICT = {"accept": True, "drop": False, "reject": False}


def parse(text: str) -> tuple[Mapping[str, Filter], tuple[str, ...]]:
    """(filters by hook: forward, input), (lines that are not known)."""
    sets: dict[str, _Named] = {}
    filters: dict[str, Filter] = {}
    unknown: list[str] = []
    name = hook = ""
    rules: list[Rule] = []
    accepts = True
    for raw in text.splitlines():
        line = raw.strip()
        if hook and line.startswith("iifname "):
            _add(line, rules, sets, unknown)
            continue
        words = line.split()
        if not words or words[0] in ("table", "flags", "auto-merge"):
            continue
        match words:
            case ["set" | "chain", name, "{"]:
                hook, rules, accepts = "", [], True
                if words[0] == "set":
                    sets[name] = _named(name, ())
            case ["}"]:
                if hook in ("forward", "input"):
                    filters[hook] = Filter(name, tuple(rules), accepts)
                elif rules or (hook == "output" and not accepts):
                    unknown.append(f"chain {name}")
                hook, rules = "", []
            case ["type", "ipv4_addr" | "ipv6_addr"]:
                pass
            case ["elements", "=", "{", *elements, "}"]:
                try:
                    sets[name] = _named(name, union(_prefixes(word) for word in elements))
                except BadNumber:
                    unknown.append(line)
            case ["type", "filter", "hook", hook, "priority", *rest]:
                accepts = rest[-2:] != ["policy", "drop;"]
                if hook in filters:
                    unknown.append(f"a second chain at {hook}")
            case _:
                _add(line, rules, sets, unknown)
    return filters, tuple(unknown)


@dataclass(frozen=True, slots=True, eq=False)
class _Named:
    """A named set; equal ones are one object, so that a rule that uses it is looked up by identity."""

    name: str
    ranges: Ranges
    others: Mapping[int, Ranges]


@lru_cache(maxsize=65536)
def _named(name: str, ranges: Ranges) -> _Named:
    return _Named(name, ranges, {version: minus(ALL[version], ranges) for version in (4, 6)})


def _add(line: str, rules: list[Rule], sets: Mapping[str, _Named], unknown: list[str]) -> None:
    _, at, behind = line.partition("@")
    only = sets.get(behind.partition(" ")[0]) if at and "@" not in behind else None
    try:
        rules.append(_same_rule(line, only or tuple(sets[one] for one in _NAMED.findall(line))))
    except (BadNumber, KeyError, ValueError, IndexError):
        unknown.append(line)


@lru_cache(maxsize=1 << 19)
def _same_rule(line: str, sets: tuple[_Named, ...] | _Named) -> Rule:
    """The same line with the same sets is the same object, so that unchanged rules are known by identity."""
    head, _, rest = line.partition("addr ")
    source, _, rest = rest.partition(" ")
    if source == "!=":
        source, _, rest = rest.partition(" ")
        source = f"!{source}"
    middle, _, rest = rest.partition("addr ")
    target, _, tail = rest.partition(" ")
    if target == "!=":
        target, _, tail = tail.partition(" ")
        target = f"!{target}"
    shape = _shape(head, middle, tail)
    named = (sets,) if isinstance(sets, _Named) else sets
    if shape is None:
        return _rule(line, line.split(), {one.name: one.ranges for one in named})
    accepts, version, iif, oif, protocol, port = shape
    # Half a million of these are made for a large province; this way one costs a third.
    return tuple.__new__(Rule, (
        line, accepts, version, iif, oif,
        _end(source, version, named) if source[0] in "@!" else _one(source, version),
        _end(target, version, named) if target[0] in "@!" else _one(target, version),
        protocol, PORTS, port, None,
    ))  # fmt: skip


_Shape = tuple[bool, int, frozenset[str], frozenset[str], Ranges, Ranges]


@lru_cache(maxsize=1 << 16)
def _shape(head: str, middle: str, tail: str) -> _Shape | None:
    """What a line of the form that a zone firewall mostly has says beside its two addresses; None for other forms."""
    plain = _PLAIN.fullmatch(f"{head}addr X {middle}addr X {tail}")
    if plain is None:
        return None
    iif, oif, six, again, protocol, port, v6, verdict = plain.groups()
    version = 6 if six else 4
    if six != again or (protocol is None and bool(v6) != bool(six)):
        raise ValueError(tail)
    ports = _port_set(port) if port else _ECHO[version]
    return verdict == "accept", version, frozenset((iif,)), frozenset((oif,)), _PROTOCOL[protocol], ports


def _end(text: str, version: int, named: tuple[_Named, ...]) -> Ranges:
    """A set, or what is not in a set or prefix."""
    if text[1] != "@" and text[0] == "!":
        return minus(ALL[version], _one(text[1:], version))
    negated = text[0] == "!"
    for one in named:
        if one.name == text[1 + negated :]:
            return one.others[version] if negated else one.ranges
    raise KeyError(text)


@lru_cache(maxsize=1 << 18)
def _one(text: str, version: int) -> Ranges:
    found, first, last, _ = whole(text)
    if found != version:
        raise ValueError(text)
    return ((first, last),)


@lru_cache(maxsize=65536)
def _port_set(text: str) -> Ranges:
    return _ports(tuple(word.rstrip(",") for word in text.split() if word not in "{}"))


def _rule(line: str, words: list[str], sets: Mapping[str, Ranges]) -> Rule:
    """One rule; any word that is not known raises ValueError."""
    version = 0
    iif = oif = states = None
    source = target = None
    protocol, sport, dport = PROTOCOLS, PORTS, PORTS
    position, count = 0, len(words)
    while position < count:
        word = words[position]
        if word in _FAMILY and (word in ("ip", "ip6") or words[position + 1] == "type"):
            version = _same(version, _FAMILY[word])
            field = words[position + 1]
            if field == "hoplimit" and words[position + 2] == "255":
                # RFC 4861 7.1.1: what neighbour discovery sends always has it.
                if not line.startswith("icmpv6 type { nd-"):
                    raise ValueError(line)
                position += 3
                continue
            negated = words[position + 2] == "!="
            values, position = _values(words, position + 2 + negated)
            if field == "type":
                protocol = ((1, 1),)
                dport = union(_type(version, one) for one in values)
                continue
            found = _ranges(values, version, sets)
            if negated:
                found = minus(ALL[version], found)
            if field == "saddr" and source is None:
                source = found
            elif field == "daddr" and target is None:
                target = found
            else:
                raise ValueError(line)
        elif word in ("iifname", "oifname"):
            values, position = _values(words, position + 1)
            names = frozenset(_quoted(one) for one in values)
            if word == "iifname":
                iif = names
            else:
                oif = names
        elif word in ("tcp", "udp"):
            protocol = ((6, 6),) if word == "tcp" else ((17, 17),)
            values, after = _values(words, position + 2)
            ports = _ports(tuple(values))
            if words[position + 1] == "dport":
                dport = ports
            elif words[position + 1] == "sport":
                sport = ports
            else:
                raise ValueError(line)
            position = after
        elif word == "ct" and words[position + 1] == "state":
            values, position = _values(words, position + 2)
            names = frozenset(name for one in values for name in one.split(","))
            if not names <= {*_STATE, "invalid", "untracked"}:
                raise ValueError(line)
            states = frozenset(_STATE[name] for name in names if name in _STATE)
        elif word == "meta" and words[position + 1] == "nfproto":
            version = _same(version, {"ipv4": 4, "ipv6": 6}[words[position + 2]])
            position += 3
        elif word == "meta" and words[position + 1] == "l4proto":
            values, position = _values(words, position + 2)
            protocol = union((icmp.PROTOCOL[one], icmp.PROTOCOL[one]) for one in values)
        elif word == "counter":
            position += 5 if words[position + 1 : position + 2] == ["packets"] else 1
        elif word in _VERDICT:
            rest = words[position + 1 :]
            if rest and rest[0] not in ("comment", "with"):
                raise ValueError(line)
            return Rule(line, _VERDICT[word], version, iif, oif, source, target, protocol, sport, dport, states)
        else:
            raise ValueError(line)
    raise ValueError(line)


def _same(known: int, version: int) -> int:
    if known not in (0, version):
        raise ValueError("two families in one rule")
    return version


def _values(words: list[str], position: int) -> tuple[list[str], int]:
    """The value or the values in braces from a position on, and where they end."""
    if words[position] != "{":
        return [words[position]], position + 1
    end = words.index("}", position)
    return [word.rstrip(",") for word in words[position + 1 : end]], end + 1


def _quoted(word: str) -> str:
    if len(word) < 3 or word[0] != '"' or word[-1] != '"' or "*" in word:
        raise ValueError(word)
    return word[1:-1]


def _prefixes(word: str) -> Interval:
    text = word.rstrip(",")
    if "-" in text:
        low, _, high = text.partition("-")
        return address(low)[1], address(high)[1]
    return prefix(text)[1:3]


def _ranges(values: list[str], version: int, sets: Mapping[str, Ranges]) -> Ranges:
    if len(values) == 1:
        word = values[0]
        if word[0] == "@":
            return sets[word[1:]]
        if "-" not in word:
            found = prefix(word)
            if found[0] != version:
                raise ValueError(word)
            return (found[1:3],)
    return union(_prefixes(one) for one in values)


@lru_cache(maxsize=65536)
def _ports(values: tuple[str, ...]) -> Ranges:
    found = []
    for one in values:
        low, _, high = one.partition("-")
        found.append((int(low), int(high or low)))
    return union(found)


def _type(version: int, word: str) -> Interval:
    number = int(word) if word.isdecimal() else icmp.NFT[version][word]
    return number, number

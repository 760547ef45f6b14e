"""Reads one line of an advanced access list of VRP or Comware, IPv4 or IPv6; pure."""

from __future__ import annotations

from functools import lru_cache

from ipv6.drivers.spelling import PORT_NUMBERS
from ipv6.precheck import icmp
from ipv6.precheck.model import KNOWN, Rule
from ipv6.precheck.numbers import PORTS, PROTOCOLS, BadNumber, Ranges, address, prefix, span, wildcard_length

_ANY = {4: "ip", 6: "ipv6"}
_TYPE_WORDS = ("icmp-type", "icmp6-type")
_IGNORED = ("counting", "logging", "log")


@lru_cache(maxsize=1 << 18)
def rule(line: str, version: int) -> tuple[int, Rule]:
    """(number, rule) of `rule N permit|deny PROTOCOL ...`; ValueError for any word that is not known."""
    words = line.split()
    if words[0] != "rule" or not words[1].isdecimal() or words[2] not in ("permit", "deny"):
        raise ValueError(line)
    protocol = _protocol(words[3], version)
    source: Ranges | None = None
    target: Ranges | None = None
    sport, dport = PORTS, PORTS
    states: frozenset[str] | None = None
    position = 4
    while position < len(words):
        word = words[position]
        if word in ("source", "destination"):
            found, position = _end(words, position + 1, version)
            if word == "source":
                source = found
            else:
                target = found
        elif word in ("source-port", "destination-port"):
            ports, position = _ports(words, position + 1)
            if word == "source-port":
                sport = ports
            else:
                dport = ports
        elif word in _TYPE_WORDS:
            dport, position = _type(words, position + 1, version)
        elif word == "established":
            states, position = frozenset((KNOWN,)), position + 1
        elif word == "tcp-flag" and words[position + 1 : position + 2] == ["established"]:
            states, position = frozenset((KNOWN,)), position + 2
        elif word in _IGNORED:
            position += 1
        else:
            raise ValueError(line)
    accepts = words[2] == "permit"
    made = Rule(line, accepts, version, None, None, source, target, protocol, sport, dport, states)
    return int(words[1]), made


def _protocol(word: str, version: int) -> Ranges:
    if word == _ANY[version] or (word == "ip" and version == 4):
        return PROTOCOLS
    number = int(word) if word.isdecimal() else icmp.PROTOCOL[word]
    number = 1 if number == 58 and version == 6 else number
    return ((number, number),)


def _end(words: list[str], position: int, version: int) -> tuple[Ranges | None, int]:
    word = words[position]
    if word == "any":
        return None, position + 1
    if "/" in word:
        found = prefix(word)
        if found[0] != version:
            raise BadNumber(word)
        return (found[1:3],), position + 1
    family, number = address(word)
    if family != version:
        raise BadNumber(word)
    mask = words[position + 1]
    length = wildcard_length(mask) if version == 4 else int(mask)
    if not 0 <= length <= (32 if version == 4 else 128):
        raise BadNumber(mask)
    return (span(version, number, length),), position + 2


def _ports(words: list[str], position: int) -> tuple[Ranges, int]:
    first = _port(words[position + 1])
    match words[position]:
        case "eq":
            return ((first, first),), position + 2
        case "range":
            return ((first, _port(words[position + 2])),), position + 3
        case "gt" if first < 65535:
            return ((first + 1, 65535),), position + 2
        case "lt" if first > 0:
            return ((0, first - 1),), position + 2
    raise ValueError(words[position])


def _port(word: str) -> int:
    number = int(word) if word.isdecimal() else PORT_NUMBERS[word]
    if number > 65535:
        raise ValueError(word)
    return number


def _type(words: list[str], position: int, version: int) -> tuple[Ranges, int]:
    word = words[position]
    number = int(word) if word.isdecimal() else icmp.ACL[version][word]
    # `icmp-type 3 4` names a code: half of a type cannot be said in this model.
    if len(words) > position + 1 and words[position + 1].isdecimal():
        raise ValueError(word)
    return ((number, number),), position + 1

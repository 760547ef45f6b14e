"""Reads the canonical lines of a Linux host (`ipv6.drivers.linux.text`); one node per network namespace; pure."""

from __future__ import annotations

from collections.abc import Mapping

from ipv6.precheck.model import Address, Interface, Node, Static
from ipv6.precheck.numbers import BadNumber, address, prefix


def parse(text: str) -> Mapping[str, Node]:
    """Nodes by namespace ("" is the host itself); lines that are none of the four forms are unknown."""
    ports: dict[str, dict[str, list[Address]]] = {"": {}}
    statics: dict[str, list[Static]] = {}
    forwards: set[int] = set()
    unknown: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            _line(words, ports, statics, forwards)
        except (BadNumber, ValueError):
            unknown.append(line.strip())
    return {
        netns: Node(
            netns,
            "linux",
            {name: Interface(name, tuple(found)) for name, found in ports.get(netns, {}).items()},
            tuple(statics.get(netns, ())),
            forwards=frozenset(forwards) if not netns else frozenset(),
            unknown=tuple(unknown) if not netns else (),
        )
        for netns in {*ports, *statics}
    }


def _line(
    words: list[str], ports: dict[str, dict[str, list[Address]]], statics: dict[str, list[Static]], forwards: set[int]
) -> None:
    match words:
        case ["addr", *netns, where, subject] if len(netns) <= 1:
            version, number = address(subject.partition("/")[0])
            found = Address(version, number, prefix(subject)[3])
            ports.setdefault("".join(netns), {}).setdefault(where, []).append(found)
        case ["route", *netns, subject, "via", via] if len(netns) <= 1:
            statics.setdefault("".join(netns), []).append(Static(*prefix(subject), address(via)[1]))
        case ["route", *netns, subject, "blackhole"] if len(netns) <= 1:
            statics.setdefault("".join(netns), []).append(Static(*prefix(subject)))
        case ["forward", ("ipv4" | "ipv6") as version]:
            forwards.add(int(version[-1]))
        case _:
            raise ValueError(words[0])

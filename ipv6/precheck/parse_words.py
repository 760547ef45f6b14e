"""The tree of an indented vendor configuration, and the settings that one line holds; pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ipv6.drivers.spelling import port_name
from ipv6.precheck.model import Area, Interface, PrefixRule, Static
from ipv6.precheck.numbers import address, mask_length, span


@dataclass(slots=True)
class Line:
    """One line and what is indented under it."""

    text: str
    children: list[Line] = field(default_factory=list)


def tree(text: str) -> list[Line]:
    """The lines at the top; `#` at the margin ends every view."""
    root = Line("")
    stack: list[tuple[int, Line]] = [(-1, root)]
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if raw.startswith("#"):
            del stack[1:]
        if not line or line[0] in "#!":
            continue
        indent = len(raw) - len(raw.lstrip())
        while indent <= stack[-1][0]:
            stack.pop()
        found = Line(line)
        stack[-1][1].children.append(found)
        stack.append((indent, found))
    return root.children


def bind(port: Interface, direction: str, version: int, name: str) -> Interface:
    """The port with one more access list."""
    return replace(port, filters={**port.filters, (direction.removesuffix("bound"), version): name})


def classifier(words: list[str]) -> tuple[int, str]:
    """(family, list) of an `if-match` line."""
    match words:
        case ["if-match", "ipv6", "acl", *name]:
            return 6, name[-1]
        case ["if-match", "acl", *name]:
            return 4, name[-1]
    raise ValueError(" ".join(words))


def classified(words: list[str]) -> str:
    """The classifier that a line of a traffic policy names."""
    if words[0] != "classifier" or words[2] != "behavior":
        raise ValueError(" ".join(words))
    return words[1]


def area(text: str) -> str:
    """The number of an OSPF area, dotted or plain."""
    return str(address(text)[1]) if "." in text else str(int(text))


def setting(area: Area, words: list[str]) -> Area:
    """An area with one interface setting of OSPF."""
    match words:
        case ["network-type", "p2p"]:
            return replace(area, network="point-to-point")
        case ["network-type", kind]:
            return replace(area, network=kind)
        case ["timer", "hello", value]:
            return replace(area, timers=(int(value), area.timers[1] if area.timers[1] != 40 else 4 * int(value)))
        case ["timer", "dead", value]:
            return replace(area, timers=(area.timers[0], int(value)))
        case ["cost", value]:
            return replace(area, cost=int(value))
    raise ValueError(" ".join(words))


def static(version: int, words: list[str]) -> Static:
    """A static route from what follows `route-static`."""
    first, last = span(version, address(words[0])[1], length := mask_length(words[1]))
    rest = words[2:]
    preference = None
    if "preference" in rest:
        preference = int(rest[rest.index("preference") + 1])
        del rest[rest.index("preference") : rest.index("preference") + 2]
    if rest[1:2] == ["description"]:
        rest = rest[:1]
    if rest == ["NULL0"]:
        return Static(version, first, last, length, preference=preference)
    if len(rest) == 2:
        return Static(version, first, last, length, address(rest[1])[1], port_name(rest[0]), preference)
    if len(rest) != 1:
        raise ValueError(" ".join(words))
    if any(char in rest[0] for char in ".:"):
        return Static(version, first, last, length, address(rest[0])[1], preference=preference)
    return Static(version, first, last, length, out=port_name(rest[0]), preference=preference)


def prefix_rule(version: int, words: list[str]) -> PrefixRule:
    """One entry of a prefix list from what follows its number."""
    action, number, length, *more = words
    first, last = span(version, address(number)[1], int(length))
    longest = int(length)
    match more:
        case []:
            pass
        case ["less-equal", most]:
            longest = int(most)
        case _:
            raise ValueError(" ".join(words))
    if action not in ("permit", "deny"):
        raise ValueError(action)
    return action == "permit", first, last, int(length), longest

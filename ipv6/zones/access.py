"""Access lists of routers, derived from the same flows as the firewalls: stateless, both families, default deny."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ipv6.zones.flows import Flow

INTERNET, EXTRANET = "internet", "extranet"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One line of an access list of one family (4 or 6); empty prefixes and ports match all.

    `protocol` is ip (anything), tcp, udp or icmp; `kind` narrows it: `established` (TCP answers), `echo`,
    `echo-reply`, `errors` (what must pass for path MTU and unreachables, RFC 4890 4.3.1).
    """

    family: int
    action: str
    protocol: str
    source: str = ""
    target: str = ""
    source_port: int = 0
    target_port: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class AccessList:
    """A named list; first match decides, what matches nothing is denied."""

    name: str
    rules: tuple[AccessRule, ...]


def access_list(
    name: str, flows: Iterable[Flow], prefixes: Mapping[str, tuple[str, ...]], behind: frozenset[str], into: bool
) -> AccessList:
    """The list for packets into (or out of) the zones `behind` one port.

    `prefixes` gives each zone's prefixes of both families, `extranet` included; `internet` is any address that is not
    extranet. A router keeps no state, so each flow permits its answers too, TCP only when established; neighbour
    discovery never meets these lists on a routed port, and errors always pass.
    """
    rules: list[AccessRule] = []
    flows = tuple(flows)
    for family in (4, 6):
        if not any(_of(family, prefixes.get(zone, ())) for zone in behind):
            continue
        found = [AccessRule(family, "permit", "icmp", kind="errors")]
        for flow in flows:
            if (flow.source in behind) == (flow.target in behind):
                continue
            found += _flow(family, flow, prefixes, answers=(flow.target in behind) != into)
        rules += [*_carved(found, _of(family, prefixes.get(EXTRANET, ()))), AccessRule(family, "deny", "ip")]
    return AccessList(name, tuple(rules))


def _carved(rules: list[AccessRule], extranet: tuple[str, ...]) -> list[AccessRule]:
    """Rules with an `internet` end last; before them, the extranet is denied what only the internet may have."""
    exact = [rule for rule in rules if rule.protocol == "icmp" and rule.kind == "errors"]
    exact += [rule for rule in rules if rule.source and rule.target]
    wide = [rule for rule in rules if not (rule.source and rule.target) and rule.kind != "errors"]
    denied = []
    for rule in wide:
        for prefix in extranet:
            inside = replace(rule, source=prefix) if not rule.source else replace(rule, target=prefix)
            if inside not in exact:
                denied.append(replace(inside, action="deny"))
    return list(dict.fromkeys([*exact, *denied, *wide]))


def _flow(family: int, flow: Flow, prefixes: Mapping[str, tuple[str, ...]], answers: bool) -> list[AccessRule]:
    found = []
    for source in _ends(family, flow.source, prefixes):
        for target in _ends(family, flow.target, prefixes):
            for port in flow.ports or (0,):
                if answers:
                    kind = {"tcp": "established", "icmp": "echo-reply"}.get(flow.protocol, "")
                    found.append(AccessRule(family, "permit", flow.protocol, target, source, port, 0, kind))
                else:
                    kind = "echo" if flow.protocol == "icmp" else ""
                    found.append(AccessRule(family, "permit", flow.protocol, source, target, 0, port, kind))
    return found


def _ends(family: int, zone: str, prefixes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return ("",) if zone == INTERNET else _of(family, prefixes.get(zone, ()))


def _of(family: int, prefixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(prefix for prefix in prefixes if (":" in prefix) == (family == 6))

"""From the texts of a device's objects to nodes; the same text is read once; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial

from ipv6.precheck import parse_frr, parse_linux, parse_nft, parse_vendor
from ipv6.precheck.model import Node
from ipv6.precheck.parse_words import area

Texts = Mapping[tuple[str, str], str]
"""One device: text by (driver, object)."""

IRRELEVANT = frozenset({"nginx", "knot", "unbound"})
"""Drivers of services: they neither route nor filter."""

_frr = lru_cache(maxsize=4096)(parse_frr.parse)
_linux = lru_cache(maxsize=4096)(parse_linux.parse)
_nft = lru_cache(maxsize=4096)(parse_nft.parse)
ROUTERS: Mapping[str, Callable[[str], Node]] = {
    "frr": _frr,
    "huawei_vrp": partial(parse_vendor.parse, kind="huawei_vrp"),
    "h3c_comware": partial(parse_vendor.parse, kind="h3c_comware"),
}


_AREA = re.compile(r"(?:ip ospf|ipv6 ospf6|ospf(?: enable)? \S+|ospfv3 \S+) area (\S+)|area (\S+)")
_PROCESS = re.compile(r"(router )?ospf(6|v3)?\b")


@lru_cache(maxsize=4096)
def _second_areas(text: str) -> tuple[str, ...]:
    """Lines that put a router into another OSPF area than the first: routes between areas are not modelled."""
    first: dict[int, str] = {}
    found = []
    top = ""
    for raw in text.splitlines() if " area " in text else ():
        line = " ".join(raw.split())
        if raw[:1].strip():
            top = line
        match = _AREA.fullmatch(line)
        if match is None or (match[2] and not _PROCESS.match(top)):
            continue
        version = 6 if "ospf6" in line + top or "ospfv3" in line + top else 4
        try:
            number = area(match[1] or match[2])
        except ValueError:
            continue  # the parser of the vendor tells it
        if first.setdefault(version, number) != number:
            found.append(f"{top}: {line}: several OSPF areas on one device are not modelled")
    return tuple(found)


def device(name: str, texts: Texts) -> dict[str, Node]:
    """The nodes of one device by node name: the device itself, and `device/netns` for each namespace of a host."""
    nodes: dict[str, Node] = {}
    filters = None
    unknown: list[str] = []
    for (driver, _), text in sorted(texts.items()):
        if driver in ROUTERS:
            node = ROUTERS[driver](text)
            nodes[name] = replace(node, name=name, unknown=(*node.unknown, *_second_areas(text)))
        elif driver == "linux":
            for netns, node in _linux(text).items():
                where = f"{name}/{netns}" if netns else name
                nodes[where] = replace(node, name=where)
        elif driver == "nftables":
            filters = _nft(text)
        elif driver not in IRRELEVANT:
            unknown.append(f"no parser for {driver}")
    if filters is not None or unknown:
        host = nodes.get(name) or Node(name, "linux")
        found, strange = filters or ({}, ())
        nodes[name] = replace(
            host,
            forward=found.get("forward"),
            input=found.get("input"),
            unknown=(*host.unknown, *strange, *unknown),
        )
    return nodes

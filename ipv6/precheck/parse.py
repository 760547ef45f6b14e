"""From the texts of a device's objects to nodes; the same text is read once; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial

from ipv6.precheck import parse_frr, parse_linux, parse_nft, parse_vendor
from ipv6.precheck.model import Node

Texts = Mapping[tuple[str, str], str]
"""One device: text by (driver, object)."""

IRRELEVANT = frozenset({"nginx", "knot"})
"""Drivers of services: they neither route nor filter."""

_frr = lru_cache(maxsize=4096)(parse_frr.parse)
_linux = lru_cache(maxsize=4096)(parse_linux.parse)
_nft = lru_cache(maxsize=4096)(parse_nft.parse)
ROUTERS: Mapping[str, Callable[[str], Node]] = {
    "frr": _frr,
    "huawei_vrp": partial(parse_vendor.parse, kind="huawei_vrp"),
    "h3c_comware": partial(parse_vendor.parse, kind="h3c_comware"),
}


def device(name: str, texts: Texts) -> dict[str, Node]:
    """The nodes of one device by node name: the device itself, and `device/netns` for each namespace of a host."""
    nodes: dict[str, Node] = {}
    filters = None
    unknown: list[str] = []
    for (driver, _), text in sorted(texts.items()):
        if driver in ROUTERS:
            nodes[name] = replace(ROUTERS[driver](text), name=name)
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

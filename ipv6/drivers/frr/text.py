"""The canonical form of an FRR configuration: a tree of contexts in one fixed order.

Runs on the controller and on the device, so it knows the standard library only. Source: what `show running-config`
of FRR 8.4 prints. The canonical text can be loaded again as it is.
"""

from __future__ import annotations

import ipaddress
import re

# Not owned by us: who wrote the file, where it logs, how vtysh stores it.
_FOREIGN = re.compile(
    r"(Building configuration|Current configuration|frr (version|defaults)\b|hostname\b|log\b|service\b"
    r"|(no )?(zebra|debug)\b|(enable )?password\b|line vty\b|domainname\b|end$|!)"
)
_CONTEXT = re.compile(r"(interface|router|route-map|vrf|key chain|bfd|segment-routing|pbr-map|line)\b")
_FAMILY = "address-family "
_TOP = ("no ip forwarding", "no ipv6 forwarding", "ip route ", "ipv6 route ", "interface ")
_BOTTOM = ("router bgp ", "router ospf", "router ospf6")
_NEIGHBOR = ("remote-as", "description", "update-source", "activate", "route-reflector-client", "next-hop-self")


class Node:
    """One line and the lines inside its context; no dataclass, because those take long to load on a device."""

    __slots__ = ("children", "line")

    def __init__(self, line: str) -> None:
        self.line = line
        self.children: list[Node] = []

    def child(self, line: str) -> Node | None:
        """The child with exactly that line."""
        return next((node for node in self.children if node.line == line), None)


Known = dict[tuple[int, str], Node]
"""Nodes of one tree by the identity of their parent and their line."""


def is_context(line: str) -> bool:
    """Whether the line opens a context of its own (`interface`, `router`, `address-family`, ...)."""
    return bool(_CONTEXT.match(line)) or line.startswith(_FAMILY)


def parse(text: str) -> Node:
    """The tree of a configuration as printed or as written; the root has no line, order is canonical."""
    root = Node("")
    context, family = root, None
    known: Known = {}
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if not line or line.startswith("!") or (not raw.startswith(" ") and _FOREIGN.match(line)):
            continue
        if line == "exit-address-family":
            family = None
        elif line in ("exit", "end", "exit-vrf"):
            context, family = root, None
        elif line.startswith(_FAMILY) and context is not root:
            family = _open(known, context, line)
        elif not raw.startswith(" ") and is_context(line):
            context, family = _open(known, root, line), None
        else:
            # A line without indent belongs to the root even when the `exit` before it is missing.
            inside = raw.startswith(" ")
            context, family = (context, family) if inside else (root, None)
            target = (family or context) if inside else root
            _open(known, target, line)
    _prune(root)
    _sort(root)
    return root


def _open(known: Known, parent: Node, line: str) -> Node:
    """The parent's child with exactly that line, added when it is new; the core has ten thousand of them."""
    found = known.get((id(parent), line))
    if found is None:
        found = known[id(parent), line] = Node(line)
        parent.children.append(found)
    return found


def unreadable(printed: str) -> str:
    """Why this is no whole running configuration: its first line that cannot be one, or that the end is missing."""
    lines = printed.splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("%") or not line.replace("\t", " ").isprintable():
            return f"line {number}: {line[:120]!r}"
    if "end" not in [line.strip() for line in lines[-3:]]:
        return f"line {len(lines)}: it breaks off, `end` is missing"
    return ""


def _prune(root: Node) -> None:
    """FRR prints neither an interface without settings nor an empty address family."""
    for node in root.children:
        node.children = [child for child in node.children if child.children or not child.line.startswith(_FAMILY)]
    root.children = [node for node in root.children if node.children or not node.line.startswith("interface ")]


def _sort(root: Node) -> None:
    root.children.sort(key=_top_key)
    for node in root.children:
        if node.line.startswith("interface "):
            node.children.sort(key=lambda child: child.line)
        elif node.line.startswith("router "):
            _sort_router(node)


def _top_key(node: Node) -> tuple[int, str]:
    line = node.line
    for rank, start in enumerate(_TOP):
        if line.startswith(start):
            return rank, line
    for rank, start in enumerate(_BOTTOM):
        if line == start or line.startswith(f"{start.rstrip()} "):
            return 100 + rank, line
    return 50, ""  # unknown kinds keep their own order, between interfaces and routers


def _sort_router(node: Node) -> None:
    node.children.sort(key=_router_key)
    for child in node.children:
        if child.children:
            child.children.sort(key=_router_key)


def _router_key(node: Node) -> tuple[int, int, int, int, str]:
    line = node.line
    if line.startswith(_FAMILY):
        return 3, 0, 0, 0, line
    if line.startswith("neighbor "):
        words = line.split()
        version, number = _address(words[1])
        rank = _NEIGHBOR.index(words[2]) if len(words) > 2 and words[2] in _NEIGHBOR else len(_NEIGHBOR)
        return 2, version, number, rank, line
    if line.startswith("network "):
        version, number = _address(line.split()[1].partition("/")[0])
        return 1, version, number, 0, line
    return 0, 0, 0, 0, line


def _address(text: str) -> tuple[int, int]:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # a peer group or an interface name
        return 0, 0
    return address.version, int(address)


def render_tree(root: Node) -> str:
    """The canonical text of a tree: one space of indent per level, every context closed."""
    lines: list[str] = []
    for node in root.children:
        _emit(node, 0, lines)
    return "".join(f"{line}\n" for line in lines)


def _emit(node: Node, depth: int, lines: list[str]) -> None:
    indent = " " * depth
    lines.append(indent + node.line)
    for child in node.children:
        _emit(child, depth + 1, lines)
    if is_context(node.line):
        lines.append(indent + ("exit-address-family" if node.line.startswith(_FAMILY) else "exit"))


def normalise(text: str) -> str:
    """The canonical text of any printed or written form; idempotent."""
    return render_tree(parse(text))

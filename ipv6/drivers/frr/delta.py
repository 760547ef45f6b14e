"""The difference of two FRR configurations as vtysh lines; pure.

Everything new is added first, in canonical order, then what is gone is removed in the opposite order: a moved route or
address never leaves a gap. A setting with one value is overwritten, never removed and added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ipv6.drivers.frr.text import Node, is_context, parse, render_tree

# Settings of which one context holds one value: the new value replaces the old.
_SINGLE = re.compile(
    r"(description|ip ospf (?:area|network|hello-interval|dead-interval|cost)"
    r"|ipv6 ospf6 (?:area|network|hello-interval|dead-interval|cost)"
    r"|bgp router-id|ospf6? router-id"
    r"|neighbor \S+ (?:remote-as|description|update-source))\b"
)
# Contexts that live and die with their process; an interface itself cannot be removed.
_REMOVABLE = ("router ", "route-map ", "vrf ", "pbr-map ", "key chain ", "bfd")


def delta(base: str, intended: str) -> tuple[str, str]:
    """(forward, reverse) between two configurations, both empty when they are equal."""
    old, new = parse(base), parse(intended)
    return _commands(old, new), _commands(new, old)


def _commands(old: Node, new: Node) -> str:
    additions, removals = Node(""), Node("")
    _compare(old, new, additions, removals, frozenset())
    return render_tree(additions) + render_tree(removals)


def _compare(old: Node, new: Node, additions: Node, removals: Node, gone: frozenset[str]) -> None:
    """Collect both lists for one context; `gone` are the peers that leave as a whole."""
    before = {node.line: node for node in old.children}
    after = {node.line: node for node in new.children}
    gone |= _peers(before) - _peers(after)
    replaced = {match[1] for line in after if line not in before and (match := _SINGLE.match(line))}
    for line, node in after.items():
        if is_context(line):
            inner_add, inner_remove = Node(line), Node(line)
            _compare(before.get(line, Node(line)), node, inner_add, inner_remove, gone)
            if line not in before or inner_add.children:
                additions.children.append(inner_add)
            if inner_remove.children:
                removals.children.insert(0, inner_remove)
        elif line not in before:
            additions.children.append(Node(line))
    for line, node in reversed(before.items()):
        if line in after:
            continue
        match = _SINGLE.match(line)
        if is_context(line):
            _remove_context(node, removals, gone)
        elif not (match and match[1] in replaced) and not _covered(line, gone):
            removals.children.append(Node(negate(line)))


def _remove_context(node: Node, removals: Node, gone: frozenset[str]) -> None:
    """A process goes as a whole; an interface or address family is emptied line by line."""
    if node.line.startswith(_REMOVABLE):
        removals.children.append(Node(f"no {node.line}"))
        return
    inner = Node(node.line)
    _compare(node, Node(node.line), Node(""), inner, gone)
    if inner.children:
        removals.children.append(inner)


def _peers(lines: Iterable[str]) -> frozenset[str]:
    """Peers by their `remote-as`; `no neighbor X` takes everything else of theirs along."""
    return frozenset(line.split()[1] for line in lines if re.match(r"neighbor \S+ remote-as ", line))


def _covered(line: str, gone: frozenset[str]) -> bool:
    words = line.split()
    return words[0] == "neighbor" and words[1] in gone and words[2] != "remote-as"


def negate(line: str) -> str:
    """The command that takes a line back: `no X` for `X`, `X` for `no X`, the whole peer for its `remote-as`."""
    if line.startswith("no "):
        return line[3:]
    match = re.match(r"(neighbor \S+) remote-as ", line)
    return f"no {match[1] if match else line}"

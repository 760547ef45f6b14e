"""The commands between two canonical trees, and the commands back, through hier_config; pure.

hier_config finds what is gone and what is new. What it cannot know is added here: the exact `undo` of each command,
which settings hold one value (overwritten, never taken away first), what a device takes along by itself, ports that
cannot be removed, and the order: everything new first, then what is gone, backwards, except where an old line blocks
the new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from hier_config import HConfig, HConfigChild
from hier_config.platforms.driver_base import HConfigDriverBase

from ipv6.drivers.outline import Dialect, Node, tree

_PERMANENT = re.compile(r"aaa$|interface (?!LoopBack|Vlanif|Vlan-interface|Eth-Trunk|Route-Aggregation|Tunnel)")
_OSPF = "ospf 1 router-id "
_BINDING = "ip binding vpn-instance "
_LAYER3 = re.compile(r"(?:ip|ipv6|ospf|ospfv3|isis) ")
_PEER = re.compile(r"peer (\S+) ")


@dataclass(frozen=True)
class Grammar:
    """How a vendor takes commands back.

    `undo` gives (pattern, replacement) of the first match; without one it is `undo` and the whole line. `single` are
    patterns of settings with one value; their first group, else the whole match, is the setting's identity.
    """

    dialect: Dialect
    base: type[HConfigDriverBase]
    undo: tuple[tuple[re.Pattern[str], str], ...]
    single: tuple[re.Pattern[str], ...]

    def taken_back(self, line: str) -> str:
        """The command that removes a line; the positive form of a line that is itself an `undo`."""
        if line.startswith("undo "):
            return line.removeprefix("undo ")
        for pattern, text in self.undo:
            if match := pattern.match(line):
                return f"undo {match.expand(text)}"
        return f"undo {line}"

    def setting(self, line: str) -> str:
        """What a line sets, when that holds one value; empty otherwise."""
        for pattern in self.single:
            if match := pattern.match(line):
                return match[1] if match.re.groups else match[0]
        return ""


def delta(base: str, intended: str, grammar: Grammar) -> tuple[str, str]:
    """(forward, reverse) between two texts, both empty when they mean the same; each view is closed by `quit`."""
    old, new = tree(base, grammar.dialect), tree(intended, grammar.dialect)
    return commands(old, new, grammar), commands(new, old, grammar)


def commands(old: Node, new: Node, grammar: Grammar) -> str:
    """What to enter on a device that runs `old`, so that it runs `new`."""
    old, new = _as_left_behind(old, new), _with_permanent(old, new)
    driver = _driver(grammar)
    change = _loaded(old, driver).config_to_get_to(_loaded(new, driver))
    lines = (*_pass(change.children, 0, grammar, removals=False), *_pass(change.children, 0, grammar, removals=True))
    return "".join(f"{line}\n" for line in lines)


def _driver(grammar: Grammar) -> HConfigDriverBase:
    """hier_config's own driver of the vendor, with our words for `undo` and for settings of one value."""
    settings: dict[int, dict[str, HConfigChild]] = {}

    def swap_negation(self: HConfigDriverBase, child: HConfigChild) -> HConfigChild:
        child.facts["was"] = child.text
        # Through the property, every change of a text indexes all its siblings again: minutes for a large router.
        child._text = grammar.taken_back(child.text)
        return child

    def idempotent_for(
        self: HConfigDriverBase, config: HConfigChild, other_children: Iterable[HConfigChild]
    ) -> HConfigChild | None:
        setting = grammar.setting(config.text)
        if not setting:
            return None
        if id(other_children) not in settings:
            # The collection lives as long as the trees, so its identity is good for one comparison.
            settings[id(other_children)] = {grammar.setting(other.text): other for other in other_children}
        return settings[id(other_children)].get(setting)

    made = type("Driver", (grammar.base,), {"swap_negation": swap_negation, "idempotent_for": idempotent_for})
    return cast(HConfigDriverBase, made())


def _loaded(root: Node, driver: HConfigDriverBase) -> HConfig:
    config = HConfig(driver)
    stack: list[tuple[Any, Node]] = [(config, root)]
    while stack:
        parent, node = stack.pop()
        for child in node.children:
            stack.append((parent.add_child(child.line), child))
    return config


def _pass(nodes: Iterable[HConfigChild], depth: int, grammar: Grammar, *, removals: bool) -> Iterator[str]:
    """One of the two passes: additions (with the removals that block them, first), or the remaining removals."""
    nodes = list(nodes)
    added = {grammar.taken_back(node.text) for node in nodes if "was" not in node.facts and not node.children}
    seen: set[str] = set()
    first = [node for node in nodes if "was" in node.facts and _blocks(node.text, added)]
    late = [node for node in reversed(nodes) if "was" in node.facts and not _blocks(node.text, added)]
    rest = [node for node in nodes if "was" not in node.facts]
    order = [*reversed(rest), *late] if removals else [*first, *rest]
    for node in order:
        if "was" in node.facts or not node.children:
            # A view without lines is new as well; in the second pass only what is gone is said.
            if ("was" in node.facts or not removals) and node.text not in seen:
                seen.add(node.text)
                yield " " * depth + node.text
                if "was" not in node.facts and _opens(node.text, node.parent, grammar.dialect):
                    yield " " * depth + "quit"
            continue
        inner = list(_pass(node.children, depth + 1, grammar, removals=removals))
        if inner or (not removals and node.new_in_config):
            yield " " * depth + node.text
            yield from inner
            yield " " * depth + "quit"


def _blocks(undo: str, added: set[str]) -> bool:
    """A line whose place the new one takes (`rule 5`), or a binding, which clears the port when it goes."""
    return undo in added or undo.startswith(f"undo {_BINDING}")


def _opens(line: str, parent: Any, dialect: Dialect) -> bool:
    path: list[str] = []
    while isinstance(parent, HConfigChild):
        path.insert(0, parent.text)
        parent = parent.parent
    name = ""
    for step in (*path, line):
        found = dialect.views[name].find(step)
        if found is None or not found[1]:
            return False
        name = found[1]
    return True


def _as_left_behind(old: Node, new: Node) -> Node:
    """`old` without what a device takes along by itself when a line in it goes.

    A peer takes all its settings, in every address family; binding a port to another VPN instance clears the port. An
    OSPF process that is opened with another router id stays what it was: only its area is said again, to open it.
    """
    target = {node.line: node for node in new.children}
    process = next((line for line in target if line.startswith(_OSPF)), "")
    found = Node("")
    for node in old.children:
        after = target.get(node.line, Node(""))
        if node.line.startswith("bgp "):
            gone = _peers(node) - _peers(after)
            names = frozenset(line.split()[1] for line in gone)
            node = _without(node, lambda line, gone=gone, names=names: line not in gone and _is_of(line, names))
        elif node.line.startswith("interface ") and _binding(node) != _binding(after):
            node = _without(node, lambda line: bool(_LAYER3.match(line)) and not line.startswith(_BINDING))
        elif node.line.startswith(_OSPF) and process and process != node.line:
            node = Node(process, _without(node, lambda line: line.startswith("area ")).children)
        found.children.append(node)
    return found


def _with_permanent(old: Node, new: Node) -> Node:
    """`new` with every view that only `old` has but that cannot be removed (hardware ports, `aaa`), empty."""
    have = {node.line for node in new.children}
    kept = [Node(node.line) for node in old.children if _PERMANENT.match(node.line) and node.line not in have]
    return Node("", [*kept, *new.children])


def _peers(bgp: Node) -> frozenset[str]:
    return frozenset(child.line for child in bgp.children if re.match(r"peer \S+ as-number ", child.line))


def _is_of(line: str, names: frozenset[str]) -> bool:
    match = _PEER.match(line)
    return match is not None and match[1] in names


def _binding(port: Node) -> str:
    return next((child.line for child in port.children if child.line.startswith(_BINDING)), "")


def _without(node: Node, unwanted: Any) -> Node:
    kept = [_without(child, unwanted) for child in node.children if not unwanted(child.line)]
    return Node(node.line, kept)

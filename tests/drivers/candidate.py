"""A make-believe VRP or Comware command line: takes commands one by one and complains as the device would.

It knows nothing of the product's tables: `undo X` removes the line X, else every line that begins with X; what has no
effect, what would be merged with an old rule, and what refers to something that is not there is an error.
"""

from __future__ import annotations

import re

from ipv6.drivers.outline import Dialect, Node, parse, text_of

LITERAL = ("undo shutdown", "undo ipv6 nd ra halt")
SINGLE = re.compile(
    r"(sysname|description|router-id|is-level|cost-style|network-entity|ip urpf|ipv6 urpf|ospf enable|user-name-format"
    r"|ip address(?= \S+ \S+$)|(?:ospf|ospfv3) (?:network-type|timer \w+)|ipv6 enable topology"
    r"|peer \S+ (?:description|connect-interface)|(?:authentication|authorization)(?:-mode| login)"
    r"|primary \w+|snmp-agent sys-info location|ntp-service (?:ipv6 )?unicast-server (?:ipv6 )?\S+) "
)
CLEARED = re.compile(r"(ip|ipv6|ospf|ospfv3|isis) (?!binding)")
NEEDS = (
    (r"traffic-policy (\S+) ", "traffic policy {}"),
    (r"classifier (\S+) behavior", "traffic classifier {} operator or"),
    (r"classifier \S+ behavior (\S+)", "traffic behavior {}"),
    (r"if-match acl name (\S+)", "acl name {} advance"),
    (r"if-match ipv6 acl name (\S+)", "acl ipv6 name {} advance"),
    (r"packet-filter name (\S+)", "acl advanced name {}"),
    (r"packet-filter ipv6 name (\S+)", "acl ipv6 advanced name {}"),
    (r"ip binding vpn-instance (\S+)", "ip vpn-instance {}"),
    (r"ospf(?: enable)? 1 area()", "ospf 1 router-id"),
    (r"ospfv3 1 area()", "ospfv3 1"),
    (r"isis (?:ipv6 )?enable()", "isis 1"),
)


class Complaint(AssertionError):
    """What the device would print in red."""


def entered(running: str, commands: str, dialect: Dialect) -> str:
    """The canonical running configuration after the commands."""
    root = parse(running, dialect)
    path = [root]
    for raw in commands.splitlines():
        line, depth = raw.strip(), len(raw) - len(raw.lstrip())
        if line == "quit":
            path = path[: depth + 1]
            continue
        path = path[: depth + 1]
        if len(path) != depth + 1:
            raise Complaint(f"{line!r} stands in no view")
        here = path[-1]
        if line.startswith("undo ") and line not in LITERAL:
            _undo(root, here, line.removeprefix("undo "))
        else:
            path.append(_set(root, here, line))
    return text_of(parse(text_of(root), dialect))


def _set(root: Node, here: Node, line: str) -> Node:
    found = next((node for node in here.children if node.line == line), None)
    if found:
        return found
    for pattern, wanted in NEEDS:
        match = re.match(pattern, line)
        if match and not any(node.line.startswith(wanted.format(match[1])) for node in root.children):
            raise Complaint(f"{line!r} needs {wanted.format(match[1])!r}")
    if match := re.match(r"(rule \d+|(?:ip|ipv6) \S+-?\S* \S+ index \d+|ip ipv6-prefix \S+ index \d+) ", line):
        _refuse_merge(here, line, match[0])
    if match := re.match(r"peer (\S+) ", line):
        peers = next(node for node in root.children if node.line.startswith("bgp "))
        known = any(node.line.startswith(f"peer {match[1]} as-number") for node in peers.children)
        if not known and " as-number " not in line:
            raise Complaint(f"{line!r}: no such peer")
        if " as-number " in line and known:
            raise Complaint(f"{line!r}: the peer has another AS")
    lines = [node.line for node in here.children]
    if line.startswith("ipv6 address") and "undo shutdown" in lines and "ipv6 enable" not in lines:
        raise Complaint(f"{line!r}: IPv6 is not enabled")
    if line.startswith("ip binding"):
        if any(node.line.startswith("ip binding") for node in here.children):
            raise Complaint(f"{line!r}: bound already")
        here.children = [node for node in here.children if not CLEARED.match(node.line)]
    if line in ("shutdown", "undo shutdown"):
        here.children = [node for node in here.children if not node.line.endswith("shutdown")]
    if match := SINGLE.match(f"{line} "):
        single = re.compile(
            re.escape(match[1]) + r" \S+ \S+$" if match[1] == "ip address" else re.escape(match[1]) + r"( |$)"
        )
        here.children = [node for node in here.children if not single.match(node.line)]
    if line == "ipv6 nd ra halt":
        here.children = [node for node in here.children if node.line != f"undo {line}"]
        return Node(line)
    process = next((node for node in here.children if node.line.startswith("ospf 1 router-id ")), None)
    if line.startswith("ospf 1 router-id ") and process:
        process.line = line
        return process
    node = Node(line)
    here.children.append(node)
    return node


def _refuse_merge(here: Node, line: str, start: str) -> None:
    if any(node.line.startswith(start) for node in here.children):
        raise Complaint(f"{line!r} would be merged with the old one")


def _undo(root: Node, here: Node, what: str) -> None:
    if here is root and (what == "aaa" or re.match(r"interface (?!LoopBack)", what)):
        raise Complaint(f"{what} cannot be removed")
    gone = [node for node in here.children if node.line == what]
    gone = gone or [node for node in here.children if node.line.startswith(f"{what} ")]
    if not gone:
        raise Complaint(f"undo {what}: there is nothing to undo in {here.line!r}")
    for node in gone:
        if here is root:
            _check_unused(root, node)
        here.children.remove(node)
    if here.line.startswith("bgp ") and re.fullmatch(r"peer \S+", what):
        _forget_peer(here, what)
    if what.startswith("ip binding"):
        here.children = [node for node in here.children if not CLEARED.match(node.line)]


def _forget_peer(node: Node, peer: str) -> None:
    node.children = [child for child in node.children if not child.line.startswith(f"{peer} ")]
    for child in node.children:
        _forget_peer(child, peer)


def _check_unused(root: Node, gone: Node) -> None:
    for node in root.children:
        for child in node.children:
            for pattern, wanted in NEEDS[:8]:
                match = re.match(pattern, child.line)
                if match and gone.line == wanted.format(match[1]):
                    raise Complaint(f"{gone.line!r} is still used by {node.line!r}")

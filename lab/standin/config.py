"""A configuration as a tree of indented lines; `undo` removes a line, else every line that begins with its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Settings of which a view holds one: the new one takes the place of the old.
_ONE = re.compile(
    r"(sysname|description|router-id|ip urpf|ipv6 urpf|(?:ospf|ospfv3) (?:network-type|cost|timer \w+)"
    r"|peer \S+ (?:description|connect-interface)) "
)
_OPENS = re.compile(
    r"(interface|bgp|ospf|ospfv3|isis|area|ip vpn-instance|acl|aaa|domain|(?:radius|hwtacacs) scheme|address-family"
    r"|ipv[46]-family|traffic (?:classifier|behavior|policy))\b(?! enable)"
)
_LITERAL = ("undo shutdown", "undo ipv6 nd ra halt")


class Unknown(Exception):
    """A line that the device does not take; `word` is where it stumbles."""

    def __init__(self, word: str, said: str) -> None:
        super().__init__(said)
        self.word = word


@dataclass
class View:
    """A line and what is set inside it."""

    line: str = ""
    inside: list[View] = field(default_factory=list)

    def text(self, start: str = "") -> str:
        """As the device prints it: one space of indent per level, `#` between what stands at the top; `start` chooses
        the lines at the top that begin with it."""
        return "#\n" + "".join(f"{view.lines(0)}#\n" for view in self.inside if view.line.startswith(start))

    def lines(self, depth: int) -> str:
        """The line and what is inside it."""
        return f"{' ' * depth}{self.line}\n" + "".join(view.lines(depth + 1) for view in self.inside)


def read(text: str) -> View:
    """The tree of a printed configuration."""
    root = View()
    path: list[tuple[int, View]] = [(-1, root)]
    for raw in text.splitlines():
        if not raw.strip() or raw.startswith(("#", "return")):
            continue
        depth = len(raw) - len(raw.lstrip())
        while path[-1][0] >= depth:
            path.pop()
        view = View(raw.strip())
        path[-1][1].inside.append(view)
        path.append((depth, view))
    return root


def enter(here: View, line: str) -> View | None:
    """Carry out one line in a view; gives the view that it opens. Unknown when it is no command."""
    words = line.split()
    if line.startswith("undo ") and line not in _LITERAL:
        _undo(here, line.removeprefix("undo "))
        return None
    if words[0] in ("frobnicate", "nosuch"):
        raise Unknown(words[0], "Unrecognized command found at '^' position.")
    if any("::" in word and word.count("::") > 1 for word in words):
        raise Unknown(next(word for word in words if word.count("::") > 1), "Wrong parameter found at '^' position.")
    opens = _OPENS.match(line) and not re.match(
        r"(ospf|ospfv3) (\d+ area|enable|network|timer|cost)|isis (ipv6|enable)", line
    )
    found = next((view for view in here.inside if view.line == line), None)
    if found is None and opens and re.match(r"ospf 1 router-id", line):
        found = next((view for view in here.inside if view.line.startswith("ospf 1")), None)
    if found is None:
        if line in ("shutdown", "undo shutdown"):
            here.inside = [view for view in here.inside if not view.line.endswith("shutdown")]
        if one := _ONE.match(f"{line} "):
            here.inside = [view for view in here.inside if not f"{view.line} ".startswith(one[0])]
        found = View(line)
        here.inside.append(found)
    return found if opens else None


def _undo(here: View, what: str) -> None:
    gone = [view for view in here.inside if view.line == what]
    gone = gone or [view for view in here.inside if view.line.startswith(f"{what} ")]
    if not gone:
        raise Unknown(what.split()[-1], "The specified object does not exist.")
    here.inside = [view for view in here.inside if view not in gone]
    if what.startswith("peer ") and len(what.split()) == 2:
        for view in here.inside:
            view.inside = [inner for inner in view.inside if not inner.line.startswith(f"{what} ")]

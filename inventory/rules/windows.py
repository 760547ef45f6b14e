"""The windows name waves that there are, and in the field every wave has one."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import SHARED
from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View

_FILE = "windows.yaml"


@rule("windows")
def windows(view: View) -> Iterator[Reason]:
    """Names, and that no wave waits for ever."""
    known = {SHARED, *(wave.name for wave in view.inventory.waves)}
    listed, environment = view.inventory.windows.windows, view.inventory.environment
    for n, window in enumerate(listed):
        for m, name in enumerate(window.waves):
            if name not in known:
                cause = f"the window is for {show(name)}, which is no wave"
                yield Reason((_FILE, "windows", n, "waves", m), cause, "write the name of a wave, or `shared`")
    open_for: set[str] = set()
    for window in listed:
        if not window.environments or environment.name in window.environments:
            open_for |= set(window.waves) or known
    for name in sorted(known - open_for) if environment.kind == "field" else ():
        cause = f"nothing of {name} may ever go out in environment {environment.name}: it has no window"
        yield Reason((_FILE, "windows"), cause, "add a window for it")

"""How a step tells a person what it is doing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console
from rich.status import Status
from rich.text import Text

from jiyue.i18n import _, translate


class Reporter(Protocol):
    """Progress of a step: `note` is a line that stays, `now` a passing state."""

    def note(self, text: str) -> None:
        """A line that stays on the screen."""

    def now(self, text: str) -> None:
        """What is being done right now; replaced by the next one."""


@dataclass
class ConsoleReporter:
    """Writes to a terminal with a live line, or plain lines elsewhere; measures every step in seconds."""

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)
    _status: Status | None = None
    _last: str = ""

    def note(self, text: str) -> None:
        """Print a line."""
        self.console.print(f"   {translate(text)}", markup=False)

    def now(self, text: str) -> None:
        """Show a passing state; off a terminal each new state is a line of its own."""
        if self._status is not None:
            self._status.update(Text(f"   {translate(text)}"))
        elif text != self._last:
            self.console.print(f"   … {translate(text)}", markup=False)
        self._last = text

    @contextmanager
    def step(self, identity: str, title: str) -> Iterator[None]:
        """One step of the path, with its title, a live line and its duration."""
        started = time.monotonic()
        self.console.print(f"▶ {title}", style="bold" if self.console.is_terminal else None, markup=False)
        try:
            if self.console.is_terminal:
                with self.console.status("") as status:
                    self._status = status
                    yield
            else:
                yield
        finally:
            self._status = None
            self.seconds[identity] = time.monotonic() - started
        self.console.print("   " + _("done in {seconds} s").format(seconds=f"{self.seconds[identity]:.1f}"))


class Quiet:
    """A reporter for callers who want none."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def now(self, text: str) -> None:
        """Say nothing."""

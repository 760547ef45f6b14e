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

QUIET_SECONDS = 3.0
"""Off a terminal, passing states are said no more often than this."""


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
    _said: float = 0.0

    def note(self, text: str) -> None:
        """Print a line."""
        self.console.print(f"   {translate(text)}", markup=False)

    def now(self, text: str) -> None:
        """Show a passing state; off a terminal as a line of its own, at most one every few seconds."""
        if self._status is not None:
            self._status.update(Text(f"   {translate(text)}"))
        elif time.monotonic() - self._said >= QUIET_SECONDS:
            self._said = time.monotonic()
            self.console.print(f"   … {translate(text)}", markup=False)

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

"""One live display for all stacks; plain lines where there is no terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from jiyue.i18n import translate
from jiyue.workflow.reporter import ConsoleReporter

REFRESH = 6.0
"""Redrawn at most so often a second."""


@dataclass
class Board:
    """A row per platform: how far, and what it does now. Called from the stacks' threads."""

    console: Console
    platforms: Sequence[str]
    _rows: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, platform: str, done: int, total: int, text: str) -> None:
        """Take one state."""
        with self._lock:
            self._rows[platform] = (done, total, text)

    def __rich__(self) -> Table:
        """The table as it is now."""
        table = Table.grid(padding=(0, 1))
        with self._lock:
            rows = dict(self._rows)
        for platform in self.platforms:
            done, total, text = rows.get(platform, (0, 0, ""))
            bar = ProgressBar(total=total or 1, completed=done if total else 0, width=24)
            count = f"{done}/{total}" if total else (str(done) if done else "-")
            table.add_row(Text(platform), bar, Text(count, justify="right"), Text(translate(text)[:60]))
        return table


@contextmanager
def board(console: Console, platforms: Sequence[str]) -> Iterator[Board | Plain]:
    """A live board on a terminal, else a line now and then."""
    if not console.is_terminal:
        yield Plain(ConsoleReporter(console))
        return
    made = Board(console, platforms)
    with Live(made, console=console, refresh_per_second=REFRESH, transient=True):
        yield made


@dataclass(frozen=True)
class Plain:
    """The same without a terminal."""

    reporter: ConsoleReporter

    def __call__(self, platform: str, done: int, total: int, text: str) -> None:
        """Say it, unless something was said just now."""
        self.reporter.now(f"{platform} {done}/{total} {text}")

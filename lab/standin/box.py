"""What all sessions of one stand-in share: configurations, files, and the rollback timer, which really fires."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lab.standin.config import View, read


@dataclass
class Pending:
    """A configuration that goes back to `base` at `deadline` (seconds, monotonic)."""

    label: str
    base: str
    deadline: float


class Box:
    """One device. Its state lies in `state`: `running.cfg` is told, `startup.cfg` is what a restart loads.

    `settings.json` there: `kind` (vrp or comware), `serial`, `mode` (two-phase or immediate), `rate` (how many times
    faster its clock runs, so that a timer of minutes can be seen to fire), `delay` (seconds per echoed character),
    `page` (lines per page), `surprise` (a question that it asks before the next command), `odd` (from the command that
    begins so the prompt is another one than a device has), `breaks` (lines after which a configuration breaks off).
    """

    def __init__(self, state: Path) -> None:
        self.state, self.lock = state, threading.RLock()
        self.settings: dict[str, str | float] = json.loads((state / "settings.json").read_text(encoding="utf-8"))
        self.saved = (state / "startup.cfg").read_text(encoding="utf-8")
        self.running: View = read(self.saved)
        self.files: dict[str, str] = {}
        self.pending: Pending | None = None
        self.keep()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def name(self) -> str:
        """Its `sysname`."""
        return next(
            (view.line.split()[1] for view in self.running.inside if view.line.startswith("sysname ")), "device"
        )

    def setting(self, word: str, default: float = 0) -> float:
        """A number of its settings."""
        return float(self.settings.get(word, default))

    def arm(self, label: str, seconds: float) -> None:
        """Remember what runs now and go back to it in `seconds`; an armed timer keeps its base."""
        base = self.pending.base if self.pending else self.running.text()
        self.pending = Pending(label, base, time.monotonic() + seconds / self.setting("rate", 1))

    def disarm(self) -> None:
        """Keep what runs."""
        self.pending = None

    def revert(self) -> None:
        """Back to the base, now."""
        if self.pending:
            self.running, self.pending = read(self.pending.base), None
            self.keep()

    def save(self) -> None:
        """What runs survives a restart."""
        self.saved = self.running.text()
        (self.state / "startup.cfg").write_text(self.saved, encoding="utf-8")

    def keep(self) -> None:
        """Show outside what runs; who reads it meanwhile sees the old text or the new one."""
        beside = self.state / "running.new"
        beside.write_text(self.running.text(), encoding="utf-8")
        beside.replace(self.state / "running.cfg")

    def replace(self, text: str) -> None:
        """Run another configuration."""
        self.running = read(text)
        self.keep()

    def _watch(self) -> None:
        while True:
            time.sleep(0.02)
            with self.lock:
                if self.pending and time.monotonic() >= self.pending.deadline:
                    self.revert()

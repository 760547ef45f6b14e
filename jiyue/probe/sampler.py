"""IPv4 watched without a pause from the IPv4-only vantage while a change runs: what was lost, when and where."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from inventory.model import Inventory
from ipv6.verify.limits import DEFAULT_LIMITS
from ipv6.verify.subjects import Vantages
from jiyue.probe.runner import Runner

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Lost:
    """One probe that had no answer, or another one than before; `kind` is page or echo."""

    at: str
    platform: str
    kind: str
    name: str
    address: str
    state: str

    @property
    def text(self) -> str:
        """The sentence that a person reads."""
        what = f"page of {self.name}" if self.kind == "page" else "echo"
        return f"{self.at} {self.platform}: {what} at {self.address} over IPv4: {self.state}"


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a whole watch saw: how long (seconds), how many probes of each kind, and those without an answer."""

    seconds: float
    pages: int
    echoes: int
    lost: tuple[Lost, ...]

    def data(self) -> dict[str, object]:
        """JSON-able form."""
        lost = [
            {"at": one.at, "platform": one.platform, "kind": one.kind, "name": one.name, "address": one.address,
             "state": one.state}
            for one in self.lost
        ]  # fmt: skip
        return {"seconds": round(self.seconds, 1), "pages": self.pages, "echoes": self.echoes, "lost": lost}


class Watch:
    """One watch while the `with` block lasts. `sites` are (platform, name, IPv4 address)."""

    def __init__(
        self,
        runner: Runner,
        sites: Iterable[tuple[str, str, str]],
        vantage: str = Vantages().v4,
        port: int = 443,
        limits: Mapping[str, float] = DEFAULT_LIMITS,
    ) -> None:
        self._runner, self._vantage, self._limits = runner, vantage, limits
        self._sites = tuple(sites)
        self._owner = {address: platform for platform, _, address in self._sites}
        self._port = port
        self._lock = threading.Lock()
        self._lost: list[Lost] = []
        self._counts = (0, 0)
        self._beats = 0
        self._ended = False
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    def __enter__(self) -> Watch:
        """Start; EnvironmentFailed when the vantage cannot be reached."""
        groups: dict[str, list[str]] = {}
        for platform, _, address in self._sites:
            groups.setdefault(platform, []).append(address)
        wanted = {
            "seconds": DAY,
            "pages": [[name, address, self._port] for _, name, address in self._sites],
            "groups": list(groups.values()),
            "page_every": self._limits["sample-page"],
            "rate": self._limits["sample-rate"],
            "patience": self._limits["sample-patience"],
        }
        self._process = self._runner.start(self._vantage, {"sample": wanted})
        self._began = time.monotonic()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what is under way to be answered or lost, then end it."""
        if self._process is None:
            return
        self._ended = True
        seen, deadline = self._beats, time.monotonic() + self._limits["sample-patience"] + 3
        while error is None and self._process.poll() is None and time.monotonic() < deadline:
            if self._beats > seen + self._limits["sample-patience"]:
                break
            time.sleep(0.05)
        self._process.terminate()
        self._process.wait(timeout=10)
        self._reader.join(timeout=5)
        if self._process.stdout:
            self._process.stdout.close()

    @property
    def begun(self) -> bool:
        """Whether it was started."""
        return self._process is not None

    @property
    def running(self) -> bool:
        """Whether the far end still measures; a watch that ended by itself proves nothing."""
        return self._process is not None and self._process.poll() is None

    def result(self) -> Sampled:
        """What was seen until now."""
        with self._lock:
            return Sampled(time.monotonic() - self._began, *self._counts, tuple(self._lost))

    def mark(self) -> int:
        """How many lost probes are known now, to count only those that come later."""
        with self._lock:
            return len(self._lost)

    def losses(self, platforms: Sequence[str], mark: int = 0) -> tuple[str, ...]:
        """What counts as a loss of these platforms: an address with so many lost probes within so many seconds.

        An address that never answered is not among them. A watch that has ended by itself is a loss of its own.
        """
        if not self.running and not self._ended:
            return (f"{self._vantage}: IPv4 is not watched any more, its prober has ended",)
        with self._lock:
            mine = [one for one in self._lost[mark:] if one.platform in platforms]
        need, within = int(self._limits["sample-losses"]), self._limits["sample-within"]
        found = []
        for address in dict.fromkeys(one.address for one in mine):
            here = [one for one in mine if one.address == address]
            times = sorted(datetime.fromisoformat(one.at).timestamp() for one in here)
            if any(b - a <= within for a, b in zip(times, times[need - 1 :], strict=False)):
                name = next((one.name for one in here if one.name), "")
                label = f"{name} at {address}" if name else address
                found.append(
                    f"{label} over IPv4: {len(here)} probes lost since {here[0].at}, the last: {here[-1].state}"
                )
        return tuple(found)

    def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        for raw in self._process.stdout:
            try:
                line = json.loads(raw)
                lost = [self._loss(one) for one in line["lost"]]
                counts = int(line["pages"]), int(line["echoes"])
            except (ValueError, LookupError, TypeError):
                continue
            with self._lock:
                self._lost += lost
                self._counts = counts
                self._beats += 1

    def _loss(self, data: Mapping[str, Any]) -> Lost:
        at = datetime.fromtimestamp(float(data["at"]), UTC).isoformat(timespec="milliseconds")
        address = str(data["address"])
        words = {word: str(data[word])[:200] for word in ("kind", "name", "state")}
        return Lost(at, self._owner.get(address, ""), words["kind"], words["name"], address, words["state"])


def sites_of(inv: Inventory, platforms: Sequence[str] | None = None) -> tuple[tuple[str, str, str], ...]:
    """(platform, name, IPv4 address) of every hosted site of the named platforms."""
    return tuple(
        (site.platform, site.name, str(site.address4))
        for site in inv.sites
        if platforms is None or site.platform in platforms
    )

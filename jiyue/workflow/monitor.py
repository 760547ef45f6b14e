"""`verify --watch`: verification turn by turn, with its numbers served, its regressions logged and told."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inventory.errors import InputError
from ipv6.verify import standing
from ipv6.verify.check import Depth
from ipv6.verify.regression import Event, Machine
from jiyue.monitor import alert
from jiyue.monitor.loop import Loop, Rhythm, Told, ending
from jiyue.monitor.metrics import Numbers, served
from jiyue.probe.rounds import Verification
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services, utc_now
from jiyue.workflow.verify import HISTORY, verify

ACTOR = "watch"
"""Who the log says it was."""
NAMED = 20
"""Subjects that one entry of the log names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to watch: `listen` is (address, port), None to serve nothing; `turns` 0 is without end."""

    rhythm: Rhythm
    listen: tuple[str, int] | None = None
    command: tuple[str, ...] = ()
    turns: int = 0


@dataclass(frozen=True, slots=True)
class _Notes:
    """Lines that stay, no passing states: a watch has no end to be waited for."""

    reporter: Reporter

    def note(self, text: str) -> None:
        """A line that stays on the screen."""
        self.reporter.note(text)

    def now(self, text: str) -> None:
        """Say nothing."""


def place(text: str) -> tuple[str, int]:
    """`9464`, `127.0.0.1:9464` or `[::1]:9464`; a port alone is on loopback. InputError for anything else."""
    host, between, port = text.rpartition(":")
    address = host.removeprefix("[").removesuffix("]") if between else "127.0.0.1"
    if not port.isdigit() or not 0 < int(port) < 65_536 or not address:
        raise InputError("--listen", f"{text[:60]!r} is no address and port", "write 127.0.0.1:9464")
    return address, int(port)


def watch(
    services: Services,
    platforms: Sequence[str],
    depth: Depth,
    wanted: Wanted,
    reporter: Reporter,
    told: Callable[[Told], None],
) -> int:
    """Watch until the signal to end, or for the turns that are wanted; how many turns were taken."""
    limits = services.inventory.indicators.values
    machine = Machine(int(limits["regression-need"]), int(limits["regression-runs"]))
    kept = services.store.results(HISTORY)
    for name in platforms:
        machine.recall(standing.history_of(kept.get(name)))
    numbers = Numbers()
    stop = threading.Event()

    begun: deque[float] = deque(maxlen=standing.KEPT)

    def measure() -> Verification:
        """One turn; raw answers live as long as the turns that are remembered, or a watch would fill the disk."""
        begun.append(time.time())
        seen = verify(services, platforms, depth, _Notes(reporter))
        if len(begun) == standing.KEPT:
            services.runner.forget(begun[0])
        return seen

    def tell(events: tuple[Event, ...]) -> None:
        log(services, events)
        if not wanted.command:
            return
        why = alert.tell(wanted.command, alert.message(services.space.environment, utc_now(), events))
        numbers.commanded("failed" if why else "done")
        if why:
            reporter.note(why)

    loop = Loop(measure, machine, numbers, services.inventory.indicators, wanted.rhythm, told, tell, stop)
    runner = services.runner
    with ending(stop, runner.end):
        if wanted.listen is None:
            return loop.run(wanted.turns)
        with served(numbers, *wanted.listen) as port:
            address = f"[{wanted.listen[0]}]" if ":" in wanted.listen[0] else wanted.listen[0]
            reporter.note(f"metrics at http://{address}:{port}/metrics")
            return loop.run(wanted.turns)


def log(services: Services, events: Sequence[Event]) -> None:
    """One entry of the store's log for each kind, platform and check."""
    groups: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
    for one in events:
        groups[one.kind, one.platform, one.check].append(one)
    for (kind, platform, check), found in groups.items():
        services.store.log_event(
            kind,
            ACTOR,
            platform,
            check=check,
            count=len(found),
            subjects=", ".join(one.subject for one in found[:NAMED]),
            reason=next((reason for one in found for reason in one.reasons), ""),
        )

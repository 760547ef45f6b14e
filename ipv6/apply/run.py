"""What one run of apply carries along: the ports, the journal, and where each platform stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from inventory.errors import JiyueError, worst
from inventory.model import Inventory
from ipv6.apply.batches import apart
from ipv6.apply.control import Control
from ipv6.apply.observe import answers_of
from ipv6.change import order
from ipv6.change.model import ChangeSet, DeviceChange, RecordChange
from ipv6.ports import (
    Clock,
    DeviceResult,
    JournalEntry,
    Prober,
    ProbeReport,
    Progress,
    Publisher,
    Store,
    Target,
    Transport,
)

T = TypeVar("T")

APPLIED, UNCHANGED, ROLLED_BACK, WITHDRAWN, FAILED, SKIPPED = (
    "applied",
    "unchanged",
    "rolled-back",
    "withdrawn",
    "failed",
    "skipped",
)
PARTLY, STOPPED = "partly-applied", "stopped"
CHECK_FAILED, REFUSED, ENVIRONMENT = 1, 3, 4
CODES = {"refused": REFUSED, "unreachable": ENVIRONMENT}
"""Exit codes of what a device answered; anything else unwanted is a failed check."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How careful a run is: `timer` seconds until a device takes an unconfirmed change back by itself, `resume`
    the least time that must be left for a resumed run to build on a pending change, `probers` probed at once,
    `ttl_wait` the most seconds to wait for an old record set to leave the resolvers (None: its whole old TTL)."""

    timer: int = 180
    resume: int = 90
    probers: int = 4
    ttl_wait: int | None = None
    ranks: tuple[tuple[str, ...], ...] = order.FAR_TO_NEAR

    def rank(self, role: str) -> int:
        """Position of a role; an unknown one comes last, where most care is taken."""
        return order.rank(role, self.ranks)


@dataclass(slots=True)
class Unit:
    """One platform on its way. `live` is the state of each device that this run has to change,
    `published` are its record sets that are served already, `touched` says that devices may have been changed,
    `harmed` that its IPv4 suffered; `only` are the devices that this run is limited to, `standins` those that said they
    only stand in for one."""

    platform: str
    digest: str
    change: ChangeSet
    state: str = ""
    code: int = 0
    reasons: list[str] = field(default_factory=list)
    live: dict[str, str] = field(default_factory=dict)
    published: tuple[RecordChange, ...] = ()
    touched: bool = False
    settled: bool = False
    harmed: bool = False
    only: frozenset[str] | None = None
    standins: set[str] = field(default_factory=set)

    @property
    def failed(self) -> bool:
        """Whether nothing more may be done for it but undoing."""
        return self.code != 0

    def fail(self, code: int, reasons: Iterable[str]) -> None:
        """Stop this platform when there is a reason to; the code that matters most wins."""
        for reason in reasons:
            self.code = worst((self.code, code))
            if reason not in self.reasons:
                self.reasons.append(reason)

    @property
    def held(self) -> list[DeviceChange]:
        """The devices of this environment."""
        return [device for device in self.change.devices if not device.deferred]

    @property
    def left_out(self) -> list[str]:
        """Devices that are still to be changed and not in this run."""
        return [one.device for one in self.held if self.live.get(one.device) == "base" and not self.within(one.device)]

    def within(self, device: str) -> bool:
        """Whether this run may change the device."""
        return self.only is None or device in self.only


def prove(run: Run, units: Sequence[Unit], what: str, ask: Callable[[Unit], ProbeReport]) -> None:
    """Ask the vantage points about each platform; only a green report of at least one check counts as proof.

    `what` names the step in the journal (`by-address`, `by-name`).
    """
    said = what.replace("-", " ")
    for unit, report in run.each(units, ask):
        if isinstance(report, JiyueError):
            unit.fail(ENVIRONMENT, [str(report)])
        elif not report.checked:
            unit.fail(CHECK_FAILED, [f"nothing was checked {said}", *report.reasons])
        elif not report.ok:
            unit.fail(CHECK_FAILED, report.reasons or [f"a check {said} failed"])
        else:
            run.journal(unit, what, "", "passed", f"{report.checked} checks")


@dataclass(frozen=True)
class Run:
    """One run: everything a step needs."""

    store: Store
    transport: Transport
    prober: Prober
    clock: Clock
    progress: Progress
    run_id: str
    policy: Policy
    inv: Inventory
    control: Control
    identities: Mapping[str, str] = field(default_factory=dict)
    """What each device must be; it is told so with every order and refuses when it is another machine."""
    publisher: Publisher | None = None

    def journal(self, unit: Unit, step: str, device: str, state: str, detail: str = "") -> None:
        """Write one line and wait until it is on disk."""
        self.store.journal(JournalEntry(self.run_id, unit.platform, unit.digest, step, device, state, detail))

    def send(
        self, orders: Sequence[tuple[Unit, Target]], step: str, label: str, mark: str = ""
    ) -> list[tuple[Unit, str, DeviceResult]]:
        """Run one order per device, journalled before and after; a device that gives no answer is unreachable.

        `mark` goes before the device's name in the journal; an order's change is kept as the detail before it runs.
        """
        for unit, target in orders:
            self.journal(unit, step, mark + target.device, "started", str(target.payload["change"]))
        targets = {target.device: self._meant(target) for _, target in orders}
        answers: dict[str, DeviceResult] = {}
        # Both of a redundant pair are never told at once: one may restart a service that the other stands in for.
        for group in apart(list(targets), self.inv.twins):
            answers |= answers_of(self.transport.run([targets[name] for name in group], label))
        found = []
        for unit, target in orders:
            result = answers.get(target.device) or DeviceResult(target.device, "unreachable", "no answer")
            self.journal(unit, step, mark + target.device, result.state, result.reason)
            if (result.data or {}).get("standin"):
                unit.standins.add(target.device)
            found.append((unit, target.device, result))
        return found

    def _meant(self, target: Target) -> Target:
        known = self.identities.get(target.device)
        return Target(target.device, {**target.payload, "identity": known}) if known else target

    def each(self, units: Sequence[Unit], ask: Callable[[Unit], T]) -> list[tuple[Unit, T | JiyueError]]:
        """Ask something about each platform, several at once; an error of ours becomes its answer."""

        def guarded(unit: Unit) -> T | JiyueError:
            try:
                return ask(unit)
            except JiyueError as error:
                return error

        with ThreadPoolExecutor(max_workers=max(1, self.policy.probers)) as pool:
            return list(zip(units, pool.map(guarded, units), strict=True))

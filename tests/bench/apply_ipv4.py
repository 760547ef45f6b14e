"""IPv4 while the province is changed: probes lost through a whole apply, and through one that is rolled back.

The whole lab (without control plane) is brought up in a network namespace of its own (`unshare -n`). A page of every
site once a second and twenty echoes a second and platform, from the IPv4-only vantage, from before the first commit
until after the last confirm. The second apply is rolled back by the devices after every one of them was changed: what
is measured by address is declared red.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from inventory.model import SHARED, Inventory
from inventory.source import load
from ipv6.apply import flow, revert
from ipv6.apply.clock import SystemClock
from ipv6.change.model import ChangeSet
from ipv6.ports import ProbeReport
from jiyue.probe.prober import VantageProber
from jiyue.probe.sampler import Sampled, Watch, sites_of
from jiyue.propose import all_inputs
from jiyue.workflow import apply, entries, plan, propose, review, sites
from jiyue.workflow.reporter import ConsoleReporter
from jiyue.workflow.services import Services, open_services
from jiyue.workspace import Workspace
from lab import ready, runtime
from lab.scene import scene
from lab.scene_ready import ready_checks
from tests.bench.record import Record

ROOT = Path(__file__).resolve().parents[2]
GOAL = "0 lost"
PAGES, ECHOES = 1.0, 20.0
"""Probes a second: per site, per platform."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one apply did to IPv4; `states` are the platforms' ends."""

    seen: Sampled
    states: tuple[str, ...]


class Red(VantageProber):
    """The vantage points, but what is measured by address is declared red: everything is rolled back."""

    def by_address(self, change: ChangeSet) -> ProbeReport:
        """Measure, then say no."""
        found = super().by_address(change)
        return ProbeReport(False, found.checked, ("declared red by the benchmark",))


def measure(rounds: int = 1) -> list[Record]:
    """Both figures of each round, with their rates as figures of their own."""
    whole, back = [], []
    for _ in range(rounds):
        one, other = _round()
        whole.append(one)
        back.append(other)
    return [
        *_records("apply-ipv4-lost", "IPv4 probes through a whole apply of the province", whole),
        *_records("apply-ipv4-lost-rollback", "IPv4 probes through an apply that every device takes back", back),
    ]


def _round() -> tuple[Watched, Watched]:
    with tempfile.TemporaryDirectory(prefix="jiyue-ipv4-") as folder:
        root = Path(folder)
        for name in ("inventory", "playbooks", "stacks", "pyproject.toml", "Pulumi.yaml"):
            (root / name).symlink_to(ROOT / name)
        services = open_services(Workspace(root))
        services.space.lab.mkdir(parents=True, mode=0o700)
        reporter = ConsoleReporter(Console(stderr=True, highlight=False))
        runtime.up(scene(services.inventory, services.space.lab), services.space.lab, lambda *_: None, None)
        try:
            ready.wait(services.space.lab, ready_checks(services.inventory), lambda *_: None)
            platforms = _approved(services, reporter)
            whole = _apply(services, platforms, reporter, VantageProber)
            assert set(whole.states) == {"applied"}, whole.states
            for name in reversed(platforms):
                taken = _back(services, name, reporter)
                assert taken == "rolled-back", f"{name} {taken}"
            back = _apply(services, platforms, reporter, Red)
            assert set(back.states) <= {"rolled-back", "skipped"} and "rolled-back" in back.states, back.states
        finally:
            runtime.down(services.space.lab)
    return whole, back


def _approved(services: Services, reporter: ConsoleReporter) -> tuple[str, ...]:
    everything = (SHARED, *services.platforms)
    plan.plan(services)
    propose.propose(services, everything, review.LAB_AUTHOR, reporter)
    review.submit(services, everything, None)
    review.approve(services, everything, (), "", reporter)
    assert all(one.passed for one in sites.assess(services, None))
    return everything


def _apply(
    services: Services, platforms: Sequence[str], reporter: ConsoleReporter, kind: type[VantageProber]
) -> Watched:
    digests = {name: review.current(services, name).digest for name in platforms}
    claims = {claim.key: claim.prefix for claim in services.store.claims()}
    patience = 45.0 if kind is VantageProber else 0.0
    eyes = kind(services.inventory, services.space.ssh_config, claims, runner=services.runner, patience=patience)
    entries.open_entries(services, platforms)
    with Watch(services.runner, sites_of(services.inventory)) as watch:
        result = flow.apply(
            digests, services.inventory, services.store, apply.transport(services), eyes, SystemClock(), reporter,
            f"bench-{kind.__name__.lower()}", services.space.var / "apply.lock",
            inputs=all_inputs(services.inventory, services.space.root),
        )  # fmt: skip
        assert watch.running
    return Watched(watch.result(), tuple(one.state for one in result.platforms))


def _back(services: Services, platform: str, reporter: ConsoleReporter) -> str:
    return revert.rollback(
        platform, services.inventory, services.store, apply.transport(services), apply.prober(services),
        SystemClock(), reporter, f"bench-back-{platform}", services.space.var / "apply.lock",
    ).state  # fmt: skip


def _records(identity: str, work: str, seen: Sequence[Watched]) -> list[Record]:
    lost = [float(len(one.seen.lost)) for one in seen]
    sites, platforms = len(sites_of(_inventory())), len({owner for owner, _, _ in sites_of(_inventory())})
    pages = [one.seen.pages / one.seen.seconds / sites for one in seen]
    echoes = [one.seen.echoes / one.seen.seconds / platforms for one in seen]
    total = sum(one.seen.pages + one.seen.echoes for one in seen)
    said = f"{work}, {total} probes"
    worst = max(lost)
    rates = (("pages", "a second and site", pages, PAGES), ("echoes", "a second and platform", echoes, ECHOES))
    return [
        Record(identity, said, "none, a goal only", None, worst, "probes", None, GOAL, worst == 0, len(seen),
               (min(lost), worst)),
        *(
            Record(f"{identity}-{word}", f"{work}: {word}", "none, a goal only", None, round(min(values), 2), unit,
                   None, f">= {goal:g} (0.9 counts: the last second is cut)", min(values) >= 0.9 * goal, len(seen),
                   (round(min(values), 2), round(max(values), 2)))
            for word, unit, values, goal in rates
        ),
    ]  # fmt: skip


def _inventory() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")

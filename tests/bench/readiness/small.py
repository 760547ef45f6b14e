"""A province and one city with two sites each, dual stack from the start: every layer of the whole lab, a quarter of
its hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from inventory.model import Inventory
from inventory.source import load
from ipv6.plan.plan import make_plan
from jiyue.probe.rounds import Verification, verify
from jiyue.probe.runner import Runner
from jiyue.workflow.verify import PATIENCE
from lab import runtime
from lab.ready import ReadyCheck, wait
from lab.scene import scene
from lab.scene_ready import ready_checks
from lab.spec import HostSpec, LabSpec

ROOT = Path(__file__).parents[3]
PLATFORMS = ("hunan", "changsha")
SITES = 2
SECONDS = 60.0


@dataclass(frozen=True)
class Small:
    """The running lab, its inventory and ledger, and the way to its vantage points."""

    folder: Path
    inv: Inventory
    claims: Mapping[str, str]
    runner: Runner

    def verify(self, patience: float = PATIENCE) -> Verification:
        """Every check of both depths, as `jiyue verify --full` measures them."""
        return verify(self.inv, self.claims, self.runner, patience=patience, depth="full")

    def recovered(self) -> None:
        """Until the repair has come through: routes, transfers and caches are as before."""
        wait(self.folder, _dual(self.inv))


def inventory() -> Inventory:
    """The province's own data, without the other 13 cities and with the first sites only."""
    whole = load(ROOT / "inventory" / "hunan", "lab")
    kept = [one.model_copy(update={"sites": one.sites[:SITES]}) for one in whole.platforms if one.name in PLATFORMS]
    values = {name: getattr(whole, name) for name in Inventory.model_fields}
    there = {device.name for device in whole.network.devices} | {one.name for part in kept for one in part.devices}
    servers = {name: device for name, device in whole.network.name_servers.items() if device in there}
    network = whole.network.model_copy(update={"name_servers": servers})
    return Inventory(**{**values, "platforms": tuple(kept), "network": network})


@contextmanager
def small(folder: Path) -> Iterator[Small]:
    """Up, converged in both families, and down again."""
    inv = inventory()
    claims = make_plan(inv).by_key
    runtime.up(_impatient(scene(inv, folder, claims=claims)), folder)
    try:
        wait(folder, [*ready_checks(inv), *_dual(inv)])
        authority = (folder / "ca" / "ca.crt").read_text(encoding="ascii")
        yield Small(folder, inv, claims, Runner(folder / "ssh_config", ca=authority))
    finally:
        runtime.down(folder)


def _impatient(spec: LabSpec) -> LabSpec:
    """The same lab with resolvers that remember for one second, so that a changed record is seen soon."""

    def quick(host: HostSpec) -> HostSpec:
        files = tuple(
            replace(file, text=file.text.replace("cache-max-ttl: 5", "cache-max-ttl: 1")) for file in host.files
        )
        return replace(host, files=files)

    return replace(spec, hosts=tuple(map(quick, spec.hosts)))


def _dual(inv: Inventory) -> list[ReadyCheck]:
    """Every site over both families by its validated name, and the zones behind the firewalls over IPv6."""
    found = []
    for site in inv.sites:
        for family in "64":
            argv = ("curl", f"-{family}", "-sS", "--max-time", "3", "-o", "/dev/null", "-w", "%{http_code}",
                    f"https://{site.name}/")  # fmt: skip
            what = f"vantage-v{family} reads {site.name}"
            found.append(ReadyCheck(f"vantage-v{family}", argv, "^200$", what, SECONDS))
    return found

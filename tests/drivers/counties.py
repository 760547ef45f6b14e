"""Two county routers of the real province, one VRP and one Comware, as stand-ins on loopback; the rest is real.

The checkout is a copy with one more environment, which holds the province and these two counties. The province's own
part counts as applied long ago. The change set of Changsha is made from what the two routers really show; its record
sets are left out, because no name server stands here.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from inventory.model import SHARED
from ipv6.apply import flow
from ipv6.apply.clock import SystemClock
from ipv6.apply.flow import ApplyResult
from ipv6.apply.observe import observe, require_all
from ipv6.apply.payload import Wanted
from ipv6.apply.run import Policy
from ipv6.change.compose import Prepared, SectionKey, compose, prepare, rendered
from ipv6.change.model import ChangeSet
from ipv6.drivers.registry import driver
from ipv6.plan.plan import make_plan
from ipv6.ports import Clock, DeviceResult, ProbeReport, Target, Transport
from jiyue.store.part import utc_now
from jiyue.workflow.apply import lock_of, transport
from jiyue.workflow.services import Services
from jiyue.workspace import Workspace
from lab.standin import config
from tests.drivers.standin import ROOT, StandIn
from tests.unit.apply.world import Told
from tests.unit.review.office import lab_approve

PLATFORM, EARLIER = "changsha", (SHARED, "hunan")
VRP, COMWARE = "pe-430103", "pe-430104"
ADDRESSES = {VRP: "127.0.43.103", COMWARE: "127.0.43.104"}
OUT_OF_BAND = {VRP: "GigabitEthernet0/0/0", COMWARE: "M-GigabitEthernet0/0/0"}
APART = {VRP: "__LOCAL_OOB_VPN__", COMWARE: "mgmt"}
RATE = 20.0
"""The stand-ins' clock runs this much faster, so that a timer of minutes can be seen to fire."""
_ENVIRONMENT = """\
name: counties
title: 两个县的路由器
kind: lab
holds: ["430000", "430103", "430104"]
blocks:
  - {plane: public, prefix: "3fff:10::/28", index: 0, source: RFC 9637 documentation block}
  - {plane: private, prefix: "3fff:10::/28", index: 1, source: RFC 9637 documentation block}
  - {plane: internet, prefix: "3fff:ff1::/32", source: simulated provider space inside 3fff:ff0::/28}
management:
  port: mgmt0
  networks: [127.0.0.0/8]
  ports: {huawei_vrp: GigabitEthernet0/0/0, h3c_comware: M-GigabitEthernet0/0/0}
soak: 0
attended: false
"""
# What somebody else keeps on each of them: nothing of it may ever change.
_FOREIGN = """\
ip vpn-instance {vpn}
#
interface {port}
 ip binding vpn-instance {vpn}
 ip address {address} 255.0.0.0
#
ssh server enable
#
"""


@dataclass
class Eyes:
    """The test's own prober: IPv6 is there when every router runs what is intended. `red` fails it, `dies` kills."""

    devices: Mapping[str, StandIn]
    red: str = ""
    dies: bool = False
    asked: list[str] = field(default_factory=list)

    def by_address(self, change: ChangeSet) -> ProbeReport:
        """Looked at in the routers themselves."""
        if self.dies:
            os.kill(os.getpid(), signal.SIGKILL)
        self.asked.append("by-address")
        wrong = [
            f"{one.device}: no IPv6"
            for one in change.devices
            if one.device in self.devices and running(self.devices[one.device]) != one.sections[0].intended
        ]
        reasons = (*wrong, *([self.red] if self.red else []))
        return ProbeReport(not reasons, len(self.devices), reasons)

    def by_name(self, change: ChangeSet) -> ProbeReport:
        """What was applied earlier holds."""
        return ProbeReport(True, 1, ())

    def ipv4_baseline(self, change: ChangeSet) -> Mapping[str, str]:
        """The addresses that the routers hold."""
        return {name: "\n".join(_addresses(one)) for name, one in self.devices.items()}

    def ipv4_lost(self, change: ChangeSet, before: Mapping[str, str]) -> tuple[str, ...]:
        """Each that is gone."""
        now = self.ipv4_baseline(change)
        return tuple(
            f"{name}: {line}" for name in before for line in {*before[name].split("\n")} - {*now[name].split("\n")}
        )

    def ipv4_watched(self, change: ChangeSet) -> tuple[str, ...]:
        """Nobody watches."""
        return ()


@dataclass(frozen=True)
class Direct:
    """The sessions without Ansible, a second less of a processor for each run. What ends well goes by Ansible."""

    devices: Mapping[str, StandIn]

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]:
        """One after the other, over SSH."""
        found = []
        for target in targets:
            answer = self.devices[target.device].send(target.payload)
            found.append(DeviceResult(target.device, answer["state"], answer["reason"], answer))
        return tuple(found)


def running(device: StandIn) -> str:
    """What a router runs, canonical."""
    return driver(device.driver).normalise((device.state / "running.cfg").read_text(encoding="utf-8"))


def _addresses(device: StandIn) -> list[str]:
    text = (device.state / "running.cfg").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip().startswith("ip address ")]


class Counties:
    """The two routers and everything that works on them, while the `with` block lasts."""

    def __init__(self, root: Path) -> None:
        self.root, self._stack = root, ExitStack()
        home = ROOT / "inventory" / "hunan"
        shutil.copytree(home, root / "inventory" / "hunan", ignore=shutil.ignore_patterns("keys"))
        shutil.copytree(ROOT / "stacks", root / "stacks")
        (root / "playbooks").symlink_to(ROOT / "playbooks")
        (root / "inventory" / "hunan" / "env" / "counties.yaml").write_text(_ENVIRONMENT, encoding="utf-8")
        city = root / "inventory" / "hunan" / "platforms" / f"{PLATFORM}.yaml"
        text = city.read_text(encoding="utf-8")
        for old, name in (("192.168.245.117", VRP), ("192.168.245.118", COMWARE)):
            assert text.count(old) == 1
            text = text.replace(old, ADDRESSES[name])
        city.write_text(text, encoding="utf-8")
        self.services = Services(Workspace(root, "counties"))
        self.told = Told()

    def __enter__(self) -> Counties:
        store, lab = self.services.store, self.services.space.lab
        lab.mkdir(parents=True)
        store.allocate(lambda ledger: make_plan(self.services.inventory, ledger).new)
        self.devices = {name: self._standin(lab, name) for name in ADDRESSES}
        for name in EARLIER:
            store.applied(store.save_proposal(self._change(name, self._planned(name)), "wang"))
        self.digest = store.save_proposal(self._change(PLATFORM, self._observed()), "wang")
        lab_approve(store, self.digest, self.services.space.keys)
        for site in store.change_set(self.digest).sites:
            store.put_assessment(site["name"], "passed", utc_now(), "2099-01-01T00:00:00Z", {})
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def ready(self) -> Prepared:
        """The plan."""
        return prepare(self.services.inventory, self.services.store.claims())

    def _standin(self, folder: Path, name: str) -> StandIn:
        ((kind, _), text), *rest = rendered(self.ready.before[name]).items()
        assert not rest
        startup = _FOREIGN.format(port=OUT_OF_BAND[name], address=ADDRESSES[name], vpn=APART[name]) + text
        # As it prints it: what it saves later is compared with this byte by byte.
        startup = config.read(startup).text()
        made = StandIn(folder, kind, startup, name, ADDRESSES[name], serial=f"SN-{name}", rate=RATE)
        made.memory = self.services.space.var / "apply-sessions"  # the transport's own: both ways remember the same
        return self._stack.enter_context(made)

    def _planned(self, platform: str) -> dict[SectionKey, str]:
        """As after an apply of long ago."""
        inv = self.services.inventory
        return {
            (name, kind, part): text
            for name in inv.devices
            if inv.platform_of_device[name] == platform
            for (kind, part), text in rendered(self.ready.after[name]).items()
        }

    def _observed(self) -> dict[SectionKey, str]:
        wanted = [Wanted(name, tuple(rendered(self.ready.after[name]))) for name in self.devices]
        found = observe(transport(self.services), wanted)
        require_all(found)
        return found.sections

    def _change(self, platform: str, texts: Mapping[SectionKey, str]) -> ChangeSet:
        made = compose(self.services.inventory, self.ready.claims, texts, {}, platform, {}, self.ready)
        return replace(made, records=())

    def apply(
        self, eyes: Eyes, timer: int = 3600, clock: Clock | None = None, way: Transport | None = None
    ) -> ApplyResult:
        """One run over the real store and, unless another one is given, the real transport."""
        services = self.services
        return flow.apply(
            {PLATFORM: self.digest}, services.inventory, services.store, way or transport(services), eyes,
            clock or SystemClock(), self.told, f"run-{len(services.store.entries())}", lock_of(services),
            Policy(timer=timer, resume=timer // 2),
        )  # fmt: skip

    def killed(self, timer: int) -> int:
        """A run in a process of its own that is killed when all is committed: how it ended. It opens the store anew."""
        child = os.fork()
        if child == 0:
            try:
                other = Services(self.services.space)
                other.__dict__["inventory"] = self.services.inventory
                mine, self.services = self.services, other
                self.apply(Eyes(self.devices, dies=True), timer, way=Direct(self.devices))
                assert mine
            finally:
                os._exit(70)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def raw(self) -> dict[str, str]:
        """Everything that the two routers run, as they print it."""
        return {name: (one.state / "running.cfg").read_text(encoding="utf-8") for name, one in self.devices.items()}

    def saved(self) -> dict[str, str]:
        """Everything that they would start with."""
        return {name: (one.state / "startup.cfg").read_text(encoding="utf-8") for name, one in self.devices.items()}

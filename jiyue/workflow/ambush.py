"""A fault of the lab at the right moment: just before a platform's first device is changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from ipv6.ports import DeviceResult, Target, Transport
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services
from lab.faults import act
from lab.faults.record import Injected
from lab.faults.registry import host_of, parse
from lab.state import read_state


@dataclass
class Ambush:
    """A `Transport` that calls `strike` once, before the first commit that touches one of `devices`."""

    way: Transport
    devices: Collection[str]
    strike: Callable[[], Injected]
    struck: list[Injected] = field(default_factory=list)

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]:
        """Pass everything on, the fault before it when its moment has come."""
        touched = any(target.payload.get("op") == "commit" and target.device in self.devices for target in targets)
        if touched and not self.struck:
            self.struck.append(self.strike())
        return self.way.run(targets, label)


def ambush(services: Services, way: Transport, text: str, reporter: Reporter) -> Ambush:
    """`way` with the fault `text` laid for the platform that owns its host (any platform for a host of nobody).

    InputError for what is no fault or names no host of the lab.
    """
    inventory, directory = services.inventory, services.space.lab
    host = host_of(parse(text).host, (one.name for one in read_state(directory, pids=False).hosts))
    owners = inventory.platform_of_device
    devices = [name for name in owners if host not in owners or owners[name] == owners[host]]

    def strike() -> Injected:
        one = act.inject(directory, text)
        reporter.note(f"⚡ {one.id}: {one.text}")
        return one

    return Ambush(way, frozenset(devices), strike)

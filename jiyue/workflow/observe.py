"""What runs on the devices now: read, kept with its time, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.errors import InputError, NothingChecked, Problems
from inventory.model import SHARED
from ipv6.apply import identity
from ipv6.apply.observe import observe as ask
from ipv6.apply.payload import Wanted
from ipv6.change.compose import platform_records, prepare, rendered, server_of
from ipv6.drivers.registry import text_hash
from jiyue.workflow.apply import transport
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services

KIND = "observed"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device as it was read: texts by (driver, object), record sets as lines; `why` is set where it was not.

    `standin` says that it only stands in for a device.
    """

    device: str
    platform: str
    machine: str
    at: str
    sections: tuple[tuple[str, str, str], ...] = ()
    records: tuple[str, ...] = ()
    why: str = ""
    standin: bool = False

    def data(self) -> dict[str, object]:
        """JSON-able form."""
        sections = [
            {"driver": driver, "object": object, "hash": text_hash(text), "text": text}
            for driver, object, text in self.sections
        ]
        found: dict[str, object] = {
            "device": self.device,
            "platform": self.platform,
            "machine": self.machine,
            "at": self.at,
        }
        found |= {"why": self.why, "standin": self.standin}
        return {**found, "sections": sections, "records": list(self.records)}


def observe(services: Services, names: Sequence[str], reporter: Reporter) -> list[DeviceView]:
    """Read every object of the named platforms and devices (all when none is named) in one go, and keep it.

    Problems for unknown names; NothingChecked when none of them is in this environment. A device behind whose name
    another machine answers is shown as not read.
    """
    inv, store = services.inventory, services.store
    devices = _devices(services, names)
    if not devices:
        raise NothingChecked("observe", "none of these devices is in this environment", "name others")
    ready = prepare(inv, store.claims())
    wanted = [Wanted(name, tuple(rendered(ready.after[name]))) for name in devices]
    for platform in (SHARED, *inv.platform_by_name):
        for rrset in platform_records(inv, ready, platform):
            if (server := server_of(inv, rrset)) in devices:
                wanted.append(Wanted(server, records=((rrset.zone, rrset.name, rrset.type),)))
    reporter.now("reading what runs on the devices")
    seen, at = ask(transport(services), wanted), store.now()
    known = identity.pinned(inv, store)
    failed = {**seen.failed, **identity.strangers(known, seen.identities)}
    identity.pin(store, known, seen.identities, at)
    found = []
    for name in devices:
        texts = tuple((d, o, text) for (device, d, o), text in seen.sections.items() if device == name)
        lines = tuple(
            f"{rrset} {ttl} {kind} {' '.join(data)}"
            for (server, _, rrset, kind), (ttl, data) in sorted(seen.records.items())
            if server == name
        )
        facts = (name, inv.platform_of_device[name], seen.identities.get(name, ""), at)
        standin, why = name in seen.standins, failed.get(name, "")
        view = DeviceView(*facts, why=why, standin=standin) if why else DeviceView(*facts, texts, lines, "", standin)
        store.put_result(KIND, name, view.data())
        found.append(view)
    return found


def _devices(services: Services, names: Sequence[str]) -> list[str]:
    inv = services.inventory
    platforms = (SHARED, *inv.platform_by_name)
    if unknown := sorted(set(names) - set(platforms) - set(inv.devices)):
        fix = f"choose from {', '.join(platforms)}"
        raise Problems([InputError(name, "is neither a platform nor a device", fix) for name in unknown])
    return [
        name
        for name, device in inv.devices.items()
        if inv.holds(device) and (not names or name in names or inv.platform_of_device[name] in names)
    ]

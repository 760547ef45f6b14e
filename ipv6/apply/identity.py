"""Which machine stands behind a device's name: the inventory's serial number, else what it said when first asked."""

from __future__ import annotations

from collections.abc import Mapping

from inventory.model import Inventory
from ipv6.change.model import ChangeSet
from ipv6.ports import Store

KIND = "identity"


def pinned(inv: Inventory, store: Store) -> dict[str, str]:
    """The identity that each known device must answer with; the inventory's word goes before what was once seen."""
    seen = {name: str(value.get("id", "")) for name, value in store.results(KIND).items()}
    given = {name: device.serial for name, device in inv.devices.items() if device.serial}
    return {name: text for name, text in {**seen, **given}.items() if text}


def pin(store: Store, known: Mapping[str, str], found: Mapping[str, str], now: str) -> None:
    """Keep what new devices answered (on disk when it returns), with the date; a known one stays as it is."""
    for device, text in sorted(found.items()):
        if text and device not in known:
            store.put_result(KIND, device, {"id": text, "since": now})


def strangers(known: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """Why a device is another one than its name says, by device."""
    return {
        device: f"another machine answers: it is {text or 'nameless'}, {known[device]} is pinned"
        for device, text in sorted(found.items())
        if device in known and known[device] != text
    }


def of(change: ChangeSet, reasons: Mapping[str, str]) -> tuple[str, ...]:
    """The reasons that concern this change set, each with its device."""
    devices = {device.device for device in change.devices} | {record.server for record in change.records}
    return tuple(f"{device}: {reason}" for device, reason in reasons.items() if device in devices)

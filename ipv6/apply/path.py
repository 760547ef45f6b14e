"""Proves that the way over which a device is reached is not one that the change touches. Pure.

The device itself says over which of its addresses and ports it was reached; what the controller believes is no proof.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address

from inventory.model import Device, Inventory
from ipv6.apply.observe import Observed, Via
from ipv6.change.model import ChangeSet, DeviceChange


def unproven(change: ChangeSet, inv: Inventory, observed: Observed) -> Iterator[str]:
    """Why the management path of a device that answered is not proven, device by device."""
    servers = {record.server for record in change.records if record.server and not record.keep}
    held = {device.device: device for device in change.devices if not device.deferred}
    for name in sorted(servers | set(held)):
        if name not in observed.failed and (reason := _reason(inv, name, held.get(name), observed.via.get(name))):
            yield f"{name}: {reason}"


def _reason(inv: Inventory, name: str, change: DeviceChange | None, via: Via | None) -> str:
    rule, known = inv.environment.management, inv.devices.get(name)
    if rule is None:
        return f"environment {inv.environment.name} does not say which networks are for management"
    if via is None:
        return "it does not say over which address it was reached"
    try:
        address = IPv4Address(via.address)
    except ValueError:
        return f"it was reached over {via.address}, which is no management address"
    if not any(address in network for network in rule.networks):
        return f"it was reached over {address}, which is in no management network"
    if known is not None and address != known.mgmt4:
        return f"it was reached over {address}, its management address is {known.mgmt4}"
    wanted = rule.port_of(known.drivers if known is not None else ())
    if via.port != wanted:
        return f"it was reached over port {via.port or 'unknown'}, its management port is {wanted}"
    if known is not None and (port := _in_band(known, via)):
        return f"it was reached over {via.address} on {via.port}, which carries {port}"
    touched = next(_touched(change, via), "") if change is not None else ""
    return f"the change touches the path in use ({via.port} {via.address}): {touched}" if touched else ""


def _in_band(device: Device, via: Via) -> str:
    """The link that the management port or address also serves, empty for none."""
    for port in device.interfaces:
        if via.address == str(port.address4) or via.port in (port.name, port.hardware):
            return port.link
    return ""


def _touched(change: DeviceChange, via: Via) -> Iterator[str]:
    """Changed lines that name the port or the address, or stand below one that does."""
    names = re.compile(rf"(?<![\w.:/-])(?:{re.escape(via.port)}|{re.escape(via.address)})(?![\w.:-])")
    for section in change.sections:
        base, intended = Counter(_lines(section.base)), Counter(_lines(section.intended))
        for line in (base - intended) + (intended - base):
            if names.search(line):
                yield line[:120]


def _lines(text: str) -> Iterator[str]:
    """Each line behind the lines that it stands below, as its indentation says."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        said = " ".join(line.split())
        depth = len(line) - len(line.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        above.append((depth, said))
        yield " > ".join(one for _, one in above)

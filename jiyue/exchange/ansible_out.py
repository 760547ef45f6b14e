"""A static Ansible inventory of the plan: every device, grouped by role, platform, region and driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from inventory.model import Inventory
from ipv6.brownfield.planned import Planned


def files(inv: Inventory, rows: Sequence[Planned]) -> dict[str, str]:
    """`hosts.yml`; group names are role_x, platform_x, region_x, driver_x, all of them valid identifiers."""
    ports: dict[str, list[dict[str, str]]] = {}
    loopbacks: dict[str, dict[str, str]] = {}
    for row in rows:
        both = {"ipv4": row.ipv4, "ipv6": row.ipv6}
        if row.kind == "port":
            ports.setdefault(row.device, []).append({"name": row.interface, "plane": str(row.plane), **both})
        elif row.kind == "loopback":
            loopbacks[row.device] = both
    hosts: dict[str, dict[str, Any]] = {}
    groups: dict[str, dict[str, None]] = {}
    for name, device in sorted(inv.devices.items()):
        platform = inv.platform_of_device[name]
        hosts[name] = {
            "ansible_host": str(device.mgmt4),
            "ansible_user": inv.environment.ssh_user,
            "jiyue_role": str(device.role),
            "jiyue_platform": platform,
            "jiyue_region": device.region,
            "jiyue_drivers": list(device.drivers),
            "jiyue_held": inv.holds(device),
            "jiyue_ports": ports.get(name, []),
        }
        if name in loopbacks:
            hosts[name]["jiyue_loopback"] = loopbacks[name]
        words = [f"role_{device.role}", f"platform_{platform}", f"region_{device.region}"]
        for group in [*words, *(f"driver_{driver}" for driver in device.drivers)]:
            groups.setdefault(group.replace("-", "_"), {})[name] = None
    children = {group: {"hosts": dict(members)} for group, members in sorted(groups.items())}
    document = {"all": {"hosts": hosts, "children": children}}
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
    return {"hosts.yml": "# Static inventory of the plan; written by `jiyue ipv6 export`.\n" + text}

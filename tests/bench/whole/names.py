"""The name space from the root down to the platforms' zones: four Knots, signed, and one validating Unbound."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from inventory.model import Inventory
from ipv6.plan.intent import RRset
from ipv6.plan.records import PARENT_ZONE, records
from ipv6.plan.reverse import own_zones, reverse_zones
from lab.scene_dns import PARENTS, anchor, hints, zone_file
from lab.scene_keys import DnsKeys

SIGNING = ["algorithm=ecdsap256sha256", "ksk=yes", "zsk=yes", "created=t+0", "publish=t+0", "ready=t+0", "active=t+0"]


@dataclass(frozen=True, slots=True)
class Server:
    """One authoritative server: its zones' texts by name, and where it listens."""

    name: str
    zones: Mapping[str, str]
    addresses: tuple[str, ...]


def servers(inv: Inventory, claims: Mapping[str, str], keys: DnsKeys) -> tuple[Server, ...]:
    """Root, `cn`, `gov.cn` and the province's own, with both families everywhere."""
    every = records(inv, claims)
    platforms = tuple(f"{platform.dns_zone}." for platform in inv.platforms)
    found = []
    for parent, child in zip(PARENTS, (*PARENTS[1:], None), strict=True):
        lines = _apex(parent.zone, parent.server, parent.addresses)
        if child:
            lines += _apex(child.zone, child.server, child.addresses)
            lines.append(f"{child.zone} DS {keys.zone(child.zone).ds}")
        # The root holds what the registries of addresses hold elsewhere.
        below = {".": reverse_zones(inv), PARENT_ZONE: platforms}.get(parent.zone, ())
        lines += _lines(one for one in every if one.type == "NS" and one.zone in below)
        lines += [f"{zone} DS {keys.zone(zone).ds}" for zone in below]
        lines += _lines(one for one in every if one.zone == PARENT_ZONE) if parent.zone == PARENT_ZONE else []
        found.append(Server(parent.host, {parent.zone: zone_file(parent.zone, parent.server, lines)}, parent.addresses))
    first = f"{min(inv.network.name_servers)}."
    texts = {zone: zone_file(zone, first, _lines(one for one in every if one.zone == zone)) for zone in own_zones(inv)}
    addresses = {rdata for one in every if one.zone == PARENT_ZONE for rdata in one.rdata}
    return (*found, Server("province", texts, tuple(sorted(addresses))))


def _lines(sets: Iterable[RRset]) -> list[str]:
    return [f"{one.name} {one.type} {rdata}" for one in sets for rdata in one.rdata]


def _apex(zone: str, server: str, addresses: Iterable[str]) -> list[str]:
    listed = [f"{server} {'AAAA' if ':' in one else 'A'} {one}" for one in addresses]
    return [f"{zone} NS {server}", *listed]


def knot(folder: Path, server: Server, keys: DnsKeys) -> subprocess.Popen[bytes]:
    """Start one server; its zones are signed with the keys that the parents name."""
    folder.mkdir()
    zones = []
    for zone, text in server.zones.items():
        stem = zone.strip(".") or "root"
        (folder / f"{stem}.zone").write_text(text, encoding="ascii")
        (folder / f"{stem}.pem").write_text(keys.zone(zone).pem, encoding="ascii")
        zones.append(f'  - domain: {zone}\n    file: "{stem}.zone"')
    listed = "\n".join(f"    listen: {address}@53" for address in server.addresses)
    config = folder / "knot.conf"
    config.write_text(
        f"""server:
    rundir: {folder}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
{listed}
log:
  - target: stderr
    any: warning
database:
    storage: {folder}
policy:
  - id: lab
    algorithm: ecdsap256sha256
    single-type-signing: on
    cds-cdnskey-publish: none
template:
  - id: default
    storage: {folder}
    journal-content: none
    zonefile-sync: -1
    dnssec-signing: on
    dnssec-policy: lab
zone:
"""
        + "\n".join(zones)
        + "\n",
        encoding="ascii",
    )
    for zone in server.zones:
        pem = folder / f"{zone.strip('.') or 'root'}.pem"
        command = ["/usr/sbin/keymgr", "-c", str(config), zone, "import-pem", str(pem), *SIGNING]
        subprocess.run(command, capture_output=True, check=True)
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(["/usr/sbin/knotd", "-c", str(config)], stdout=log, stderr=log)


def unbound(folder: Path, keys: DnsKeys) -> subprocess.Popen[bytes]:
    """The validating resolver of every vantage, on both loopback addresses."""
    folder.mkdir()
    (folder / "hints").write_text(hints(), encoding="ascii")
    (folder / "anchor").write_text(anchor(keys), encoding="ascii")
    config = folder / "unbound.conf"
    config.write_text(
        f"""server:
    interface: 127.0.0.1
    interface: ::1
    num-threads: 1
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    root-hints: "{folder}/hints"
    trust-anchor-file: "{folder}/anchor"
    module-config: "validator iterator"
    unblock-lan-zones: yes
remote-control:
    control-enable: no
""",
        encoding="ascii",
    )
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(["/usr/sbin/unbound", "-d", "-p", "-c", str(config)], stdout=log, stderr=log)

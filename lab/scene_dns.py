"""The lab's name space: a signed root, `cn`, `gov.cn` and the platforms' zones, with the chain of trust between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory.model import Inventory
from inventory.vocab import Role
from ipv6.plan.intent import RRset
from ipv6.plan.records import PARENT_ZONE, records
from ipv6.plan.reverse import own_zones, reverse_zones

from .scene_internet import LAN4, LAN6, lan_host
from .scene_keys import DnsKeys, ZoneKey
from .services import knot, knot_files, query_log, query_log_files, resolver, resolver_files
from .spec import FileSpec, HostSpec, ServiceSpec

STORAGE = "/var/lib/knot"
KEYS = "/etc/knot/keys"
SOA = "SOA {server} hostmaster.{server} 1 3600 600 1209600 10"


@dataclass(frozen=True, slots=True)
class Parent:
    """A lab-owned authoritative server and its one zone."""

    host: str
    number: int
    zone: str
    server: str

    @property
    def addresses(self) -> tuple[str, str]:
        """IPv4 and IPv6 of the server."""
        return f"{LAN4}.{self.number}", f"{LAN6}:{self.number}"


PARENTS = (
    Parent("ns-root", 11, ".", "a.root-lab."),
    Parent("ns-cn", 12, "cn.", "a.dns.cn."),
    Parent("ns-govcn", 13, PARENT_ZONE, "a.dns.gov.cn."),
)


def parent_hosts(inv: Inventory, keys: DnsKeys, claims: Mapping[str, str] | None = None) -> tuple[HostSpec, ...]:
    """Root, `cn` and `gov.cn`: dual stack, signed by Knot with imported keys, so a later change is signed too."""
    hosts = []
    for parent, child in zip(PARENTS, (*PARENTS[1:], None), strict=True):
        body = _apex(parent) + (_delegation(child, keys) if child else _platforms(inv, keys, claims))
        body += _reverse(inv, keys) if parent.zone == "." else []
        zone = zone_file(parent.zone, parent.server, body)
        files = (
            *knot_files(_parent_conf(parent, inv)),
            *((_update_key(keys),) if child is None else ()),
            FileSpec(f"{STORAGE}/{file_name(parent.zone)}", zone, 0o640, "knot:knot"),
            *key_files((keys.zone(parent.zone),)),
        )
        services = (import_keys((parent.zone,)), knot())
        hosts.append(lan_host(parent.host, parent.number, files, services))
    return tuple(hosts)


def hints() -> str:
    """Root hints: the lab's root server in both families."""
    root = PARENTS[0]
    four, six = root.addresses
    return f". 3600000 NS {root.server}\n{root.server} 3600000 A {four}\n{root.server} 3600000 AAAA {six}\n"


def anchor(keys: DnsKeys) -> str:
    """The root's trust anchor."""
    return f". IN DS {keys.zone('.').ds}\n"


def bind_keys(keys: DnsKeys) -> str:
    """The same as BIND's tools read it (`delv`)."""
    tag, algorithm, kind, digest = keys.zone(".").ds.split()
    return f'trust-anchors {{ . static-ds {tag} {algorithm} {kind} "{digest}"; }};\n'


def child_servers(
    inv: Inventory, keys: DnsKeys, claims: Mapping[str, str] | None = None
) -> Mapping[str, tuple[tuple[FileSpec, ...], tuple[ServiceSpec, ...]]]:
    """Files and services of the province's own servers by device name; knot.conf is the driver's.

    Without `claims` the zones hold IPv4 records only.
    """
    zones = own_zones(inv)
    secret = f'key:\n  - id: transfer\n    algorithm: hmac-sha256\n    secret: "{keys.tsig()}"\n'
    transfer = FileSpec("/etc/knot/transfer.key", secret, 0o640, "root:knot")
    every = records(inv, claims)
    found: dict[str, tuple[tuple[FileSpec, ...], tuple[ServiceSpec, ...]]] = {}
    for server, name in inv.network.name_servers.items():
        device = inv.devices[name]
        files: tuple[FileSpec, ...] = (transfer,)
        services: tuple[ServiceSpec, ...] = (_detached(),)
        if inv.naming.queries.log:
            files += query_log_files()
            services = (query_log(inv.naming.queries.day_megabytes), *services)
        if device.primary:
            old = _old_sites(inv)
            texts = {
                zone: zone_file(
                    zone, f"{server}.", _lines(one for one in every if one.zone == zone) + old.get(zone, [])
                )
                for zone in zones
            }
            files += tuple(
                FileSpec(f"{STORAGE}/{file_name(zone)}", text, 0o640, "knot:knot") for zone, text in texts.items()
            )
            files += (_update_key(keys), *key_files(tuple(keys.zone(zone) for zone in zones)))
            services = (import_keys(zones), *services)
        found[name] = (files, services)
    return found


def resolvers(inv: Inventory, keys: DnsKeys) -> dict[str, tuple[tuple[FileSpec, ...], tuple[ServiceSpec, ...]]]:
    """What a resolver's host has of its own, by device name: the lab's root and its anchor instead of the real ones."""
    files = (
        *resolver_files(),
        FileSpec("/etc/unbound/lab-root.hints", hints()),
        FileSpec("/etc/unbound/lab-root.key", anchor(keys)),
    )
    return {name: (files, (resolver(),)) for name, device in inv.devices.items() if device.role == Role.RESOLVER}


def file_name(zone: str) -> str:
    """Zone file as the configurations name it; the root has no name of its own."""
    return f"{zone.strip('.') or 'root'}.zone"


def zone_file(zone: str, server: str, lines: list[str]) -> str:
    """An unsigned zone: SOA (negative answers live 10 s) and the given records."""
    return "\n".join([f"$TTL 300\n{zone} {SOA.format(server=server)}", *lines, ""])


def key_files(zone_keys: Iterable[ZoneKey]) -> tuple[FileSpec, ...]:
    """The private keys as PEM files for import; the directory is Knot's alone."""
    files = [FileSpec(f"{KEYS}/", "", 0o750, "root:knot")]
    for key in zone_keys:
        files.append(FileSpec(f"{KEYS}/{key.zone.strip('.') or 'root'}.pem", key.pem, 0o640, "root:knot"))
    return tuple(files)


def import_keys(zones: Iterable[str]) -> ServiceSpec:
    """Put the keys into Knot's KASP database before it starts, so that DS records are known beforehand."""
    attributes = "algorithm=ecdsap256sha256 ksk=yes zsk=yes created=t+0 publish=t+0 ready=t+0 active=t+0"
    script = (
        'set -e; for zone in "$@"; do name=${zone%.}; '
        f'keymgr -c /etc/knot/knot.conf "$zone" import-pem {KEYS}/${{name:-root}}.pem {attributes}; done'
    )
    return ServiceSpec("keys", ("/bin/sh", "-c", script, "keys", *zones), mode="once", user="knot")


def _detached() -> ServiceSpec:
    """A server that its operator stops and starts (a changed listen address needs it): the lab does not watch it."""
    return ServiceSpec("knotd", ("knotd", "-d", "-c", "/etc/knot/knot.conf"), mode="once", ready="udp:53")


def _apex(parent: Parent) -> list[str]:
    four, six = parent.addresses
    return [f"{parent.zone} NS {parent.server}", f"{parent.server} A {four}", f"{parent.server} AAAA {six}"]


def _delegation(child: Parent, keys: DnsKeys) -> list[str]:
    four, six = child.addresses
    ds = f"{child.zone} DS {keys.zone(child.zone).ds}"
    return [f"{child.zone} NS {child.server}", ds, f"{child.server} A {four}", f"{child.server} AAAA {six}"]


def _platforms(inv: Inventory, keys: DnsKeys, claims: Mapping[str, str] | None) -> list[str]:
    """Delegations of the platforms' zones with their DS, and the glue; IPv6 glue is the province's change."""
    every = records(inv, claims)
    zones = {f"{platform.dns_zone}." for platform in inv.platforms}
    lines = _lines(one for one in every if one.type == "NS" and one.zone in zones)
    lines += [f"{platform.dns_zone}. DS {keys.zone(f'{platform.dns_zone}.').ds}" for platform in inv.platforms]
    return lines + _lines(one for one in every if one.zone == PARENT_ZONE)


def _reverse(inv: Inventory, keys: DnsKeys) -> list[str]:
    """Delegations of the reverse zones; the lab's root holds what the registries hold elsewhere."""
    zones = reverse_zones(inv)
    lines = _lines(one for one in records(inv, None) if one.type == "NS" and one.zone in zones)
    return lines + [f"{zone} DS {keys.zone(zone).ds}" for zone in zones]


def _lines(sets: Iterable[RRset]) -> list[str]:
    return [f"{one.name} {one.ttl} {one.type} {rdata}" for one in sets for rdata in one.rdata]


def _old_sites(inv: Inventory) -> dict[str, list[str]]:
    """By zone, the names of sites that have not moved: IPv4 of their old host."""
    return {
        f"{platform.dns_zone}.": [
            f"{site.name}. {inv.names.ttl} A {host.address4}" for host in platform.old_hosts for site in host.sites
        ]
        for platform in inv.platforms
        if platform.old_hosts
    }


def _update_key(keys: DnsKeys) -> FileSpec:
    """The key that record sets are published with; the controller holds its secret beside the lab's others."""
    text = f'key:\n  - id: jiyue-update\n    algorithm: hmac-sha256\n    secret: "{keys.update()}"\n'
    return FileSpec("/etc/knot/update.key", text, 0o640, "root:knot")


def _registrar(inv: Inventory) -> tuple[str, str, str]:
    """What lets the province change its own glue and its zones' DS in the parent zone, and nothing else there."""
    names = ", ".join(f"{name}." for name in sorted(inv.network.name_servers))
    zones = ", ".join(sorted(f"{platform.dns_zone}." for platform in inv.platforms))
    acl = f"""\
include: "/etc/knot/update.key"
acl:
  - id: update-read
    address: 127.0.0.1
    key: jiyue-update
    action: transfer
  - id: update
    address: 127.0.0.1
    key: jiyue-update
    action: update
    update-type: [A, AAAA]
    update-owner: name
    update-owner-match: equal
    update-owner-name: [{names}]
  - id: update-ds
    address: 127.0.0.1
    key: jiyue-update
    action: update
    update-type: [DS]
    update-owner: name
    update-owner-match: equal
    update-owner-name: [{zones}]
"""
    return "    listen: 127.0.0.1@53\n", acl, "    acl: [update-read, update, update-ds]\n"


def _parent_conf(parent: Parent, inv: Inventory) -> str:
    four, six = parent.addresses
    listen, acl, use = _registrar(inv) if parent.zone == PARENT_ZONE else ("", "", "")
    return f"""\
server:
    rundir: "/run/knot"
    user: knot:knot
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    listen: {four}@53
    listen: {six}@53
{listen}log:
  - target: stderr
    any: warning
database:
    storage: "{STORAGE}"
{acl}policy:
  - id: lab
    algorithm: ecdsap256sha256
    single-type-signing: on
    cds-cdnskey-publish: none
template:
  - id: default
    storage: "{STORAGE}"
    semantic-checks: on
    serial-policy: increment
    dnssec-signing: on
    dnssec-policy: lab
{use}zone:
  - domain: {parent.zone}
    file: "{file_name(parent.zone)}"
"""

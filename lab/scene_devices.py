"""Lab hosts for the province's own devices, as their drivers render the intent that they start with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.errors import InputError
from inventory.model import Inventory
from inventory.vocab import Role
from ipv6.drivers.registry import driver
from ipv6.plan.intent import DeviceIntent
from ipv6.zones.matrix import listeners

from .scene_pages import site_files
from .services import frr, frr_files, knot_files, nft, nginx, zone_server, zone_server_files
from .spec import FileSpec, HostSpec, InterfaceSpec, RouteSpec, ServiceSpec

MGMT_LENGTH = 20
OWN_UNBOUND = "/etc/unbound/unbound.conf.d/jiyue.conf"
NFT_FILE = "/etc/nftables.conf"
SSHD_ZONE = "/run/lab/ssh/sshd_zone"

NGINX = """\
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    access_log off;
    include /etc/nginx/jiyue.conf;
    include /etc/nginx/jiyue-moved/*.conf;
}
"""


@dataclass(frozen=True, slots=True)
class Extras:
    """What hosts need beyond their intent: TLS pairs by site (certificate, key) and the files of the name servers."""

    tls: Mapping[str, tuple[str, str]]
    dns: Mapping[str, tuple[tuple[FileSpec, ...], tuple[ServiceSpec, ...]]]


def device_host(inv: Inventory, intent: DeviceIntent, extras: Extras) -> HostSpec:
    """The lab host of one device; InputError for a role that the lab cannot play."""
    objects = {key: text for name in intent.drivers for key, text in driver(name).render(intent).items()}
    role = Role(intent.role)
    if role in (Role.CORE, Role.PE):
        return _router(intent, objects)
    if role == Role.FIREWALL:
        return _firewall(intent, objects)
    if role == Role.SITE_HOST:
        return _site_host(intent, objects, extras)
    if role == Role.ZONE_HOST:
        return _zone_host(inv, intent)
    if role == Role.DNS:
        conf = knot_files(objects["/etc/knot/knot.conf"])
        more, services = extras.dns[intent.name]
        return _host(intent, (*conf, *more, _sshd_zone(intent)), (*services, _sshd_zone_service()))
    if role == Role.RESOLVER:
        files, services = extras.dns[intent.name]
        ours = (FileSpec(OWN_UNBOUND, objects[OWN_UNBOUND]),)
        return _host(intent, (*ours, *files, _sshd_zone(intent)), (*services, _sshd_zone_service()))
    if role == Role.OPS:
        return _host(intent)
    raise InputError(f"device {intent.name}", f"the lab has no host for role {intent.role}", "leave its region out")


def frr_config(name: str, running_config: str) -> str:
    """The integrated configuration file around a running configuration."""
    return f"frr defaults traditional\nhostname {name}\nservice integrated-vtysh-config\n{running_config}"


def _router(intent: DeviceIntent, objects: Mapping[str, str]) -> HostSpec:
    interfaces = tuple(InterfaceSpec(port.name, port.description) for port in intent.ports)
    return HostSpec(
        name=intent.name,
        mgmt4=f"{intent.mgmt4}/{MGMT_LENGTH}",
        forward4=True,
        forward6=_dual(intent),
        interfaces=interfaces,
        files=frr_files(frr_config(intent.name, objects["running-config"])),
        services=frr(),
    )


def _host(
    intent: DeviceIntent,
    files: tuple[FileSpec, ...] = (),
    services: tuple[ServiceSpec, ...] = (),
    forward4: bool = False,
) -> HostSpec:
    interfaces = tuple(
        InterfaceSpec(port.name, port.description, port.addresses, port.netns or None) for port in intent.ports
    )
    routes = tuple(RouteSpec(f"{_word(route.prefix)} via {route.via}", route.netns or None) for route in intent.routes)
    return HostSpec(
        name=intent.name,
        mgmt4=f"{intent.mgmt4}/{MGMT_LENGTH}",
        forward4=forward4,
        forward6=forward4 and _dual(intent),
        interfaces=interfaces,
        files=files,
        services=services,
        routes=routes,
    )


def _dual(intent: DeviceIntent) -> bool:
    """Whether it has IPv6 from the start."""
    return any(":" in address for port in intent.ports for address in port.addresses)


def _firewall(intent: DeviceIntent, objects: Mapping[str, str]) -> HostSpec:
    """Filters are loaded before the host is ready, from the file that a restart would load."""
    ruleset = FileSpec(NFT_FILE, "#!/usr/sbin/nft -f\nflush ruleset\n" + objects["inet jiyue"], 0o755)
    return _host(intent, (ruleset,), (nft(),), forward4=True)


def _word(prefix: str) -> str:
    return "default" if prefix in ("0.0.0.0/0", "::/0") else prefix


def _site_host(intent: DeviceIntent, objects: Mapping[str, str], extras: Extras) -> HostSpec:
    files = [
        FileSpec("/etc/nginx/nginx.conf", NGINX),
        FileSpec("/etc/nginx/jiyue.conf", objects["/etc/nginx/jiyue.conf"]),
        _sshd_zone(intent),
    ]
    for site in intent.sites:
        certificate, key = extras.tls[site.name]
        files.append(FileSpec(f"/etc/jiyue/tls/{site.name}.crt", certificate))
        files.append(FileSpec(f"/etc/jiyue/tls/{site.name}.key", key, 0o600))
        files += site_files(site, intent.sites)
    return _host(intent, tuple(files), (nginx(443), _sshd_zone_service()))


def _sshd_zone(intent: DeviceIntent) -> FileSpec:
    """A second sshd for the operations zone: on the LAN's IPv4 address, and over IPv6 once there is an address."""
    own4 = [address.split("/")[0] for port in intent.ports for address in port.addresses if ":" not in address]
    lines = [
        f"ListenAddress {own4[0]}:22",
        "ListenAddress [::]:22",
        "HostKey /run/lab/ssh/host_ed25519",
        "AuthorizedKeysFile /run/lab/ssh/authorized_keys",
        "PermitRootLogin prohibit-password",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "UsePAM no",
        "UseDNS no",
        "AllowTcpForwarding no",
        "PidFile /run/sshd-zone.pid",
        "",
    ]
    return FileSpec(SSHD_ZONE, "\n".join(lines), 0o600)


def _sshd_zone_service() -> ServiceSpec:
    return ServiceSpec("sshd-zone", ("/usr/sbin/sshd", "-D", "-e", "-f", SSHD_ZONE))


def _zone_host(inv: Inventory, intent: DeviceIntent) -> HostSpec:
    """One process answers in every zone of the host, over both families as soon as there is an address."""
    zones = [
        (port.zone, port.netns or None, [number for protocol, number in offered if protocol == "tcp"])
        for port in intent.ports
        for offered in [listeners(inv.matrix, intent.platform, port.zone)]
    ]
    return _host(intent, zone_server_files(zones), (zone_server(),))

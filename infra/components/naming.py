"""Every name of a platform's cluster objects, as pure functions; names never depend on order or time."""

from __future__ import annotations

import hashlib
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from inventory.errors import InputError

PREFIX = "jiyue"
CATALOGUE_PORT = 8100
"""Function ports start here; a function's port is its stable number in the catalogue."""

EDGE_NUMBER = 5
FUNCTION_NUMBER = 10


def namespace(platform: str, zone: str) -> str:
    """Namespace of a zone: `changsha-dmz`."""
    return f"{platform}-{zone}"


def service_cidr(platform: str) -> str:
    """Name of the platform's ServiceCIDR."""
    return f"{PREFIX}-{platform}"


def cluster_role(platform: str, duty: str) -> str:
    """Name of the ClusterRole of a duty; only ever bound inside the platform's namespaces."""
    return f"{PREFIX}-{platform}-{duty}"


def volume(platform: str) -> str:
    """Name of the library's PersistentVolume and StorageClass (both are cluster-wide)."""
    return f"{PREFIX}-{platform}-library"


def backup_volume(platform: str) -> str:
    """Name of the PersistentVolume that takes the library's backups."""
    return f"{PREFIX}-{platform}-library-backup"


def field_manager(platform: str) -> str:
    """The server-side-apply owner of the platform's fields; constant, so an interrupted create is met again."""
    return f"{PREFIX}-{platform}"


def route(site: str) -> str:
    """Name of a site's route: the host with dashes, shortened with a hash beyond 63 characters."""
    text = site.replace(".", "-")
    return text if len(text) <= 63 else f"{text[:54].rstrip('-')}-{hashlib.sha256(site.encode()).hexdigest()[:8]}"


def gateway(number: int) -> str:
    """Name of a platform's Gateway: `edge`, then `edge-2` and so on."""
    return "edge" if number == 1 else f"edge-{number}"


def redirect(gateway_name: str, number: int) -> str:
    """Name of a route that leads a Gateway's visitors from HTTP to HTTPS: `edge-to-https`, then `edge-to-https-2`."""
    return f"{gateway_name}-to-https" + ("" if number == 1 else f"-{number}")


def tls_secret(site: str) -> str:
    """Name of the secret that holds a site's certificate."""
    return f"tls-{route(site)}"


def resource(kind: str, namespace_name: str, name: str) -> str:
    """Logical name of a Pulumi resource: unique per object, part of its URN."""
    return "/".join(part for part in (namespace_name, kind.lower(), name) if part)


def function_number(port: int) -> int:
    """The number of a function inside the services range; from its port, never from its place in a list."""
    number = port - CATALOGUE_PORT
    if not 0 < number <= 89:
        raise InputError(f"function port {port}", "is outside the catalogue's range", "use 8101-8189")
    return FUNCTION_NUMBER + number


def service_addresses(services4: IPv4Network, services6: IPv6Network, number: int) -> tuple[IPv4Address, IPv6Address]:
    """The fixed addresses of service `number`: the digits of the IPv4 offset are read as hex in IPv6 (…11 -> ::11)."""
    offset6 = int(str(number), 16)
    if number >= services4.num_addresses - 1 or offset6 >= services6.num_addresses:
        raise InputError(f"{services4} and {services6}", f"have no room for service {number}", "plan a larger range")
    return services4[number], services6[offset6]

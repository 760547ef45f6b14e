"""The rules a LabSpec must satisfy before anything is started; pure, and all problems at once."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from inventory.errors import InputError

from .spec import MGMT_CONTROLLER, MGMT_INTERFACE, MGMT_NETWORK, ControlPlaneSpec, HostSpec, LabSpec, ServiceSpec

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_IFNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")
_ROUTE = re.compile(r"[A-Za-z0-9.:/ _-]+")
_READY = re.compile(r"(?:tcp|udp):([0-9]{1,5})|file:(/.+)")
_MGMT = ipaddress.IPv4Network(MGMT_NETWORK)


def problems(spec: LabSpec) -> list[InputError]:
    """Everything that is wrong with `spec`, in the order of its hosts and links; empty when it can be started."""
    found = [*_names(spec), *_links(spec)]
    for host in spec.hosts:
        found.extend(_host(host))
    if spec.control_plane is not None:
        found.extend(_control_plane(spec.control_plane))
    found.extend(_nodes(spec))
    return found


def _error(place: str, cause: str, fix: str) -> InputError:
    return InputError(f"lab: {place}", cause, fix)


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _names(spec: LabSpec) -> Iterator[InputError]:
    for name in _repeated(host.name for host in spec.hosts):
        yield _error(f"host {name}", "this host is there twice", "give each host its own name")
    for name in _repeated(link.name for link in spec.links):
        yield _error(f"link {name}", "this link is there twice", "give each link its own name")
    for mgmt in _repeated(host.mgmt4 for host in spec.hosts):
        holders = ", ".join(host.name for host in spec.hosts if host.mgmt4 == mgmt)
        yield _error(f"hosts {holders}", f"share management address {mgmt}", "give each host its own")


def _links(spec: LabSpec) -> Iterator[InputError]:
    ends: dict[str, list[str]] = {link.name: [] for link in spec.links}
    for host in spec.hosts:
        for interface in host.interfaces:
            if interface.link in ends:
                ends[interface.link].append(f"{host.name}:{interface.name}")
            else:
                place = f"host {host.name} interface {interface.name}"
                yield _error(place, f"unknown link {interface.link}", "add the link to the spec")
    for link in spec.links:
        count = len(ends[link.name])
        if link.kind == "p2p" and count != 2:
            joined = ", ".join(ends[link.name]) or "none"
            yield _error(f"link {link.name}", f"p2p joins {count} interfaces ({joined})", "join exactly two")
        if not 1280 <= link.mtu <= 9000:
            yield _error(f"link {link.name}", f"mtu {link.mtu} is outside 1280-9000", "correct the mtu")


def _host(host: HostSpec) -> Iterator[InputError]:
    place = f"host {host.name}"
    if not _NAME.fullmatch(host.name):
        yield _error(place, "not a host name", "use lower-case letters, digits and hyphens")
    yield from _management(host)
    for name in host.namespaces():
        if not _NAME.fullmatch(name):
            yield _error(f"{place} netns {name}", "not a namespace name", "use letters, digits and hyphens")
    keys = [f"{interface.netns or 'host'}:{interface.name}" for interface in host.interfaces]
    for key in _repeated(keys):
        yield _error(f"{place} interface {key}", "this interface is there twice", "rename one of them")
    for interface in host.interfaces:
        where = f"{place} interface {interface.name}"
        if not _IFNAME.fullmatch(interface.name) or interface.name in (MGMT_INTERFACE, "lo"):
            yield _error(where, "not a free interface name", "use at most 15 characters, not lo or mgmt0")
        for address in interface.addresses:
            yield from _address(host, where, address)
    for route in host.routes:
        if not _ROUTE.fullmatch(route.words):
            yield _error(f"{place} route", f"{route.words!r} is not a route", "use iproute2 words only")
        if route.netns and route.netns not in host.namespaces():
            yield _error(f"{place} route {route.words}", f"unknown netns {route.netns}", "add it to the host")
    for file in host.files:
        if not file.path.startswith("/") or ".." in file.path.split("/"):
            yield _error(f"{place} file {file.path}", "not an absolute path", "write it without '..'")
    for name in _repeated(service.name for service in host.services):
        yield _error(f"{place} service {name}", "this service is there twice", "rename one of them")
    for service in host.services:
        yield from _service(host, service)


def _management(host: HostSpec) -> Iterator[InputError]:
    place = f"host {host.name}"
    try:
        mgmt = ipaddress.IPv4Interface(host.mgmt4)
    except ValueError:
        yield _error(place, f"management address {host.mgmt4!r} is not IPv4", f"take one of {MGMT_NETWORK}")
        return
    taken = (_MGMT.network_address, _MGMT.broadcast_address, ipaddress.IPv4Address(MGMT_CONTROLLER))
    if mgmt.network != _MGMT or mgmt.ip in taken:
        yield _error(place, f"management address {host.mgmt4} is not usable", f"take a host of {MGMT_NETWORK}")


def _address(host: HostSpec, where: str, text: str) -> Iterator[InputError]:
    try:
        address = ipaddress.ip_interface(text)
    except ValueError:
        yield _error(where, f"{text!r} is not an address with a prefix length", "write it as 10.0.0.1/30")
        return
    if (host.disable4 and address.version == 4) or (host.disable6 and address.version == 6):
        family = f"IPv{address.version}"
        yield _error(where, f"{text} on a host without {family}", "remove the address or the switch")
    if isinstance(address, ipaddress.IPv4Interface) and address.network.overlaps(_MGMT):
        yield _error(where, f"{text} lies in the management network", f"keep out of {MGMT_NETWORK}")


def _service(host: HostSpec, service: ServiceSpec) -> Iterator[InputError]:
    place = f"host {host.name} service {service.name}"
    if not _WORD.fullmatch(service.name):
        yield _error(place, "not a service name", "use letters, digits, '.', '_', '@', '-'")
    if not service.argv or any("\0" in word for word in service.argv):
        yield _error(place, "no command", "give argv at least one word")
    if service.netns and service.netns not in host.namespaces():
        yield _error(place, f"unknown netns {service.netns}", "add it to the host")
    if service.ready is not None:
        match = _READY.fullmatch(service.ready)
        if match is None or (match[1] and not 0 < int(match[1]) < 65536):
            yield _error(place, f"{service.ready!r} is not a readiness", "use tcp:PORT, udp:PORT or file:PATH")


def _control_plane(plane: ControlPlaneSpec) -> Iterator[InputError]:
    yield from _both_families("control plane", plane.service_cidrs)
    for name in _repeated(node.name for node in plane.nodes):
        yield _error(f"control plane node {name}", "this node is there twice", "give each node its own name")
    for node in plane.nodes:
        yield from _both_families(f"control plane node {node.name}", node.pod_cidrs)
    for cidr in plane.extra_service_cidrs:
        yield from _both_families(f"control plane service range {cidr.name}", cidr.cidrs)
    for port in _repeated(str(port) for port in plane.ports().values()):
        yield _error("control plane", f"port {port} is used twice", "give each component its own port")


def _nodes(spec: LabSpec) -> Iterator[InputError]:
    hosts = {host.name for host in spec.hosts if host.node}
    nodes = {node.name for node in spec.control_plane.nodes if node.real} if spec.control_plane else set()
    for name in sorted(hosts ^ nodes):
        yield _error(f"node {name}", "a real node is a host and a node of the control plane", "give it both")


def _both_families(place: str, texts: tuple[str, ...]) -> Iterator[InputError]:
    versions = []
    for text in texts:
        try:
            versions.append(ipaddress.ip_network(text).version)
        except ValueError as error:
            fix = "write it as 10.96.0.0/16 or 3fff:10::/112"
            yield _error(place, str(error) if "host bits" in str(error) else f"{text!r} is not a prefix", fix)
            return
    if versions != [4, 6]:
        cause = f"{', '.join(texts) or 'nothing'} is not one range of each family"
        yield _error(place, cause, "give the IPv4 range, then the IPv6 range")

"""The lab's own internet: the provider's router, three vantage points and what they trust."""

from __future__ import annotations

from inventory.errors import InputError
from inventory.model import Interface, Inventory
from ipv6.plan.lookup import other_end4, other_end6

from .scene_devices import MGMT_LENGTH, frr_config
from .services import frr, frr_files, unbound
from .spec import FileSpec, HostSpec, InterfaceSpec, RouteSpec, ServiceSpec

LAN = "internet"
LAN4, LAN6 = "198.19.0", "3fff:ff0:ffff:"
LAN_PREFIXES = (f"{LAN4}.0/24", f"{LAN6}:/64")
VANTAGES = ("vantage-v6", "vantage-v4", "vantage-dual")
CA_FILES = ("/etc/jiyue/lab-ca.crt", "/etc/ssl/certs/ca-certificates.crt", "/usr/lib/ssl/cert.pem")
"""Where curl, OpenSSL and Python look for trusted authorities; in the lab there is only the lab's."""


def lan_host(
    name: str,
    number: int,
    files: tuple[FileSpec, ...] = (),
    services: tuple[ServiceSpec, ...] = (),
    families: tuple[int, ...] = (4, 6),
) -> HostSpec:
    """A host on the internet LAN with address .number and ::number and a default route per family."""
    addresses = {4: f"{LAN4}.{number}/24", 6: f"{LAN6}:{number}/64"}
    gateways = {4: f"{LAN4}.1", 6: f"{LAN6}:1"}
    return HostSpec(
        name=name,
        mgmt4=f"192.168.240.{100 + number}/{MGMT_LENGTH}",
        disable4=4 not in families,
        disable6=6 not in families,
        interfaces=(InterfaceSpec("eth0", LAN, tuple(addresses[one] for one in families)),),
        files=files,
        services=services,
        routes=tuple(RouteSpec(f"default via {gateways[one]}") for one in families),
    )


def provider_router(inv: Inventory) -> HostSpec:
    """The provider: dual stack from day 0, gives the province a default route in each family."""
    port, asn = _province_port(inv), inv.network.asn
    peer4, peer6 = str(port.address4), str(port.address6)
    own4, own6 = other_end4(port.address4), other_end6(port.address6) if port.address6 else ""
    lines = [
        "interface province",
        f" ip address {own4}/31",
        f" ipv6 address {own6}/127",
        "exit",
        f"interface {LAN}",
        f" ip address {LAN4}.1/24",
        f" ipv6 address {LAN6}:1/64",
        "exit",
        f"router bgp {inv.network.provider_asn}",
        f" bgp router-id {LAN4}.1",
        " no bgp ebgp-requires-policy",
        " no bgp default ipv4-unicast",
    ]
    for peer in (peer4, peer6):
        lines += [f" neighbor {peer} remote-as {asn}", f" neighbor {peer} timers connect 2"]
    for family, peer in (("ipv4", peer4), ("ipv6", peer6)):
        lines += [f" address-family {family} unicast", f"  neighbor {peer} activate"]
        lines += [f"  neighbor {peer} default-originate", " exit-address-family"]
    lines += ["exit", ""]
    return HostSpec(
        name="inet",
        mgmt4=f"192.168.240.101/{MGMT_LENGTH}",
        forward4=True,
        forward6=True,
        interfaces=(InterfaceSpec("province", port.link), InterfaceSpec(LAN, LAN)),
        files=frr_files(frr_config("inet", "\n".join(lines))),
        services=frr(),
    )


def vantages(hints: str, anchor: str, bind_keys: str, ca: str) -> tuple[HostSpec, ...]:
    """The three measuring points; each resolves through its own validating Unbound and trusts the lab's CA."""
    numbers = {"vantage-v6": (6, (6,)), "vantage-v4": (4, (4,)), "vantage-dual": (46, (4, 6))}
    hosts = []
    for name, (number, families) in numbers.items():
        files = (
            FileSpec("/etc/unbound/unbound.conf", _unbound(families)),
            FileSpec("/etc/unbound/lab-root.hints", hints),
            FileSpec("/etc/unbound/lab-root.key", anchor),
            FileSpec("/etc/bind/bind.keys", bind_keys),
            FileSpec("/etc/resolv.conf", f"nameserver {'127.0.0.1' if 4 in families else '::1'}\n"),
            *(FileSpec(path, ca) for path in CA_FILES),
        )
        hosts.append(lan_host(name, number, files, (unbound(),), families))
    return tuple(hosts)


def _unbound(families: tuple[int, ...]) -> str:
    """A validating resolver from the lab's root down. Short caches, so that a test sees a change soon."""
    words = {True: "yes", False: "no"}
    listen = [*(["127.0.0.1"] if 4 in families else []), *(["::1"] if 6 in families else [])]
    lines = [
        "server:",
        *(f"    interface: {address}" for address in listen),
        f"    do-ip4: {words[4 in families]}",
        f"    do-ip6: {words[6 in families]}",
        "    num-threads: 1",
        '    username: "unbound"',
        '    chroot: ""',
        '    directory: "/etc/unbound"',
        '    pidfile: ""',
        "    use-syslog: no",
        "    verbosity: 1",
        '    root-hints: "/etc/unbound/lab-root.hints"',
        '    trust-anchor-file: "/etc/unbound/lab-root.key"',
        '    module-config: "validator iterator"',
        "    msg-cache-size: 1m",
        "    rrset-cache-size: 1m",
        "    key-cache-size: 1m",
        "    outgoing-range: 128",
        "    cache-max-ttl: 5",
        "    cache-max-negative-ttl: 1",
        "    infra-host-ttl: 2",
        "    val-bogus-ttl: 1",
        "    hide-identity: yes",
        "    hide-version: yes",
        "    unblock-lan-zones: yes",
        "remote-control:",
        "    control-enable: no",
        "",
    ]
    return "\n".join(lines)


def _province_port(inv: Inventory) -> Interface:
    """The province's port on the link that the provider numbers."""
    for device in inv.devices.values():
        for interface in device.interfaces:
            if inv.links[interface.link].prefix6 is not None and interface.address6 is not None:
                return interface
    raise InputError("lab", "no port on a link with prefix6", "give the provider's link a prefix6 and a port on it")

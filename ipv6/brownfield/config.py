"""Interfaces, addresses of both families and static routes out of running configurations: FRR, VRP and Comware.

Reading here is generous: it takes what it needs and leaves every other line alone. A line that gives an address and
cannot be understood is a problem of its own; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ipv6.brownfield.address import Span, Unreadable, interface_span, spans
from ipv6.brownfield.model import Collected, Use
from ipv6.brownfield.terminal import lines
from ipv6.brownfield.text import tidy

Words = Sequence[str]
_SENSITIVE = re.compile(r"\b(?:password|cipher|secret|key|community)\b", re.IGNORECASE)


@dataclass
class Port:
    """An interface while its block is read."""

    name: str
    vrf: str = ""
    description: str = ""
    addresses: list[tuple[int, Span]] = field(default_factory=list)


@dataclass
class Reading:
    """The state of one configuration being read; `routes` are (line, destination, vrf, next hop)."""

    source: str
    into: Collected
    device: str = ""
    ports: dict[str, Port] = field(default_factory=dict)
    routes: list[tuple[int, Span, str, str]] = field(default_factory=list)
    port: Port | None = None
    vrf: str = ""

    def interface(self, name: str, vrf: str = "") -> None:
        """Enter an interface's block."""
        self.port = self.ports.setdefault(name, Port(name))
        self.port.vrf = vrf or self.port.vrf

    def address(self, number: int, line: str, address: str, mask: str = "") -> None:
        """Keep an address of the interface; one that cannot be read is a problem at its line."""
        if self.port is None:
            return
        try:
            span = interface_span(address, mask)
        except Unreadable as error:
            self.into.problem(
                f"{self.source}:{number}", cause=f"{error.cause}, in line `{tidy(line, 80)}`", fix=error.fix
            )
            return
        if not (span.family == 6 and (span.host or 0) >> 118 == 0x3FA):  # link-local (RFC 4291, 2.5.6) is no plan's
            self.port.addresses.append((number, span))

    def route(self, number: int, line: str, destination: str, mask: str, vrf: str, via: str) -> None:
        """Keep a static route."""
        try:
            found = spans(f"{destination}/{mask}" if mask else destination)
        except Unreadable as error:
            self.into.problem(
                f"{self.source}:{number}", cause=f"{error.cause}, in line `{tidy(line, 80)}`", fix=error.fix
            )
            return
        self.routes += [(number, span, vrf, via) for span in found]


def read(source: str, text: str, system: str, into: Collected, stem: str) -> str:
    """Add what a configuration uses; `system` is frr, huawei_vrp or h3c_comware. Gives the device's name.

    `stem` stands in for the name where the configuration does not say it.
    """
    reading = Reading(source, into)
    line_of: Callable[[Reading, int, str], None] = _frr if system == "frr" else _comware
    for number, line in lines(text):
        line_of(reading, number, line)
    if not reading.device:
        reading.device = stem
        into.note(
            source, cause=f"does not say the device's name, taken as {stem}", fix="keep the line hostname or sysname"
        )
    for port in reading.ports.values():
        for number, span in port.addresses:
            into.add(_address_use(reading, port, number, span))
    for number, span, vrf, via in reading.routes:
        family = 4 if span.family == 4 else 6
        # A host route is written as a prefix too.
        value = span.value if span.length is not None else f"{span.value}/{32 if family == 4 else 128}"
        into.add(
            Use(
                kind="route",
                family=family,
                value=value,
                place=f"{source}:{number}",
                device=reading.device,
                vrf=vrf,
                via=via,
            )
        )
    return reading.device


def _address_use(reading: Reading, port: Port, number: int, span: Span) -> Use:
    return Use(
        kind="address", family=4 if span.family == 4 else 6, value=span.value, place=f"{reading.source}:{number}",
        unit=f"port:{reading.device} {port.name}", device=reading.device, interface=port.name, vrf=port.vrf,
        description=port.description,
    )  # fmt: skip


def _frr(reading: Reading, number: int, line: str) -> None:
    words = line.split()
    top = line[:1] != " "
    match words:
        case ["hostname", name]:
            reading.device = name
        case ["interface", name, "vrf", vrf] if top:
            reading.interface(name, vrf)
        case ["interface", name] if top:
            reading.interface(name)
        case ["vrf", name] if top:
            reading.port, reading.vrf = None, name
        case ["exit-vrf"]:
            reading.vrf = ""
        case ["exit"] | ["!"] if top:
            reading.port = None
        case ["description", *_] if reading.port and not top:
            reading.port.description = _description(line)
        case ["ip" | "ipv6", "address", address, *_] if reading.port and not top:
            reading.address(number, line, address)
        case ["ip" | "ipv6", "route", destination, *rest]:
            _frr_route(reading, number, line, destination, list(rest))
        case _:
            if top and words:
                reading.port = None


def _frr_route(reading: Reading, number: int, line: str, destination: str, rest: list[str]) -> None:
    mask = rest.pop(0) if "/" not in destination and rest and rest[0].startswith("255.") else ""
    vrf = rest[rest.index("vrf") + 1] if "vrf" in rest[:-1] else reading.vrf
    reading.route(number, line, destination, mask, vrf, rest[0] if rest else "")


def _comware(reading: Reading, number: int, line: str) -> None:
    """VRP and Comware: blocks end at `#` or at the next line without indent; static routes stand anywhere."""
    words = line.split()
    if not words:
        return
    match words:
        case ["#"] | ["return"]:
            reading.port = None
        case ["sysname", *name]:
            reading.device = " ".join(name).strip('"')
        case ["interface", *name] if line[:1] != " ":
            reading.interface("".join(name))
        case ["description", *_] if reading.port:
            reading.port.description = _description(line)
        case ["ip", "binding", "vpn-instance", vrf] if reading.port:
            reading.port.vrf = vrf
        case ["ip", "address", address, mask, *_] if reading.port and address[:1].isdigit():
            reading.address(number, line, address, mask)
        case ["ip", "address", address] if reading.port and "/" in address:
            reading.address(number, line, address)
        case ["ip", "address", how, *_] if reading.port:
            reading.into.note(
                f"{reading.source}:{number}", cause=f"{reading.port.name} takes its IPv4 address by {how}"
            )
        case ["ipv6", "address", "auto" | "dhcp-alloc", *_] if reading.port:
            if words[-1] != "link-local":
                cause = f"{reading.port.name} takes its IPv6 address by itself"
                reading.into.note(f"{reading.source}:{number}", cause=cause)
        case ["ipv6", "address", address, *rest] if reading.port:
            _comware_address6(reading, number, line, address, rest)
        case ["ip" | "ipv6" as family, "route-static", *rest] if rest:
            _comware_route(reading, number, line, family, list(rest))
        case _:
            if line[:1] != " " and not line.startswith("ip"):
                reading.port = None


def _comware_address6(reading: Reading, number: int, line: str, address: str, rest: list[str]) -> None:
    if "link-local" in rest:
        return
    if "eui-64" in rest:
        cause = f"{address} becomes an address only with the interface's own eui-64 identifier"
        reading.into.note(f"{reading.source}:{number}", cause=cause, fix="take the address from display ipv6 interface")
        return
    length = rest[0] if rest and rest[0].isdigit() and "/" not in address else ""
    reading.address(number, line, address, length)


def _comware_route(reading: Reading, number: int, line: str, family: str, rest: list[str]) -> None:
    vrf = ""
    if rest[0] == "vpn-instance" and len(rest) > 2:
        vrf, rest = rest[1], rest[2:]
    if not rest[0][:1].isdigit() and ":" not in rest[0]:
        return  # settings such as `default-preference`, and routes into topologies
    destination = rest.pop(0)
    mask = rest.pop(0) if "/" not in destination and rest else ""
    via = ""
    while rest:
        word = rest.pop(0)
        if word == "vpn-instance" and rest:
            rest.pop(0)
        elif re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}" if family == "ip" else r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", word):
            via = word
            break
        elif word in ("preference", "description", "tag", "permanent", "track"):
            break
        else:
            via = via or word
    reading.route(number, line, destination, mask, vrf, via)


def _description(line: str) -> str:
    """The text after `description`; one that names a secret is not kept."""
    text = tidy(line.strip()[len("description") :].strip().strip('"'))
    return "" if _SENSITIVE.search(text) and re.search(r"[=:]\s*\S{6,}", text) else text

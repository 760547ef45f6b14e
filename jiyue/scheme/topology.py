"""The network of a scheme as a picture: core, edge router, firewall, zones with their hosts, counties that wait."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from jiyue.i18n import _
from jiyue.scheme import terms
from jiyue.scheme.drawing import Box, Drawing, Label, Line, Shape, fit
from jiyue.scheme.facts import AddressFact, DeviceFact
from jiyue.scheme.model import Scheme

WIDTH = 1560
BOX, HIGH, GAP = 420, 92, 76
ZONES_ABREAST, ZONE_HIGH = 3, 190
MIDDLE = WIDTH // 2
SIDE = 1130
"""Left edge of what hangs beside the chain (counties, other platforms)."""


def topology(facts: Scheme) -> Drawing:
    """From the change set alone; what belongs to others is dotted, what is deferred is dashed."""
    shapes: list[Shape] = []
    y = 10
    chain = [("core", _own(facts, "core")), ("pe", _own(facts, "pe")), ("firewall", _own(facts, "firewall"))]
    if not chain[0][1]:
        shapes += _box(MIDDLE - BOX // 2, y, _("core of the extranet"), _("in the province's shared part"), "other")
        y += HIGH + GAP
    for role, devices in chain:
        if not devices:
            continue
        shapes += _branches(min(len(devices), ZONES_ABREAST), y) if y > 10 else []
        shapes += _row(devices, y, terms.role(role))
        if role == "pe":
            shapes += _side(y, terms.role("county-pe"), _own(facts, "county-pe"))
        if role == "core":
            others = len({name for step in facts.steps for name in step.platforms} - {facts.platform})
            word = _("platforms with schemes of their own")
            shapes += _beside(y, f"{others} ×", word, "other")
        y += HIGH + GAP
    zones = [one for one in facts.addresses if one.kind == "zone"]
    if zones:
        shapes.append(Line(MIDDLE, y - GAP, MIDDLE, y - 24))
        found, y = _zones(facts, zones, y)
        shapes += found
    else:
        hosts = [one for one in facts.devices if one.role in ("dns", "resolver", "ops", "site-host", "zone-host")]
        for first in range(0, len(hosts), ZONES_ABREAST):
            part = hosts[first : first + ZONES_ABREAST]
            shapes += _branches(len(part), y) if y > 10 else []
            shapes += _row(part, y, "")
            y += HIGH + GAP
        y -= GAP
    return Drawing(WIDTH, y + 14, tuple(shapes))


def _own(facts: Scheme, role: str) -> list[DeviceFact]:
    return [one for one in facts.devices if one.role == role]


def _box(x: int, y: int, first: str, second: str, style: str, width: int = BOX) -> list[Shape]:
    middle = x + width // 2
    return [
        Box(x, y, width, HIGH, style),
        Label(middle, y + 40, fit(first, width - 20, 32), 32),
        Label(middle, y + 76, fit(second, width - 20, 26), 26, quiet=True),
    ]


def _row(devices: list[DeviceFact], y: int, word: str) -> list[Shape]:
    """Devices side by side, at most three; more are counted in the last box."""
    shown = devices[:ZONES_ABREAST]
    width, left = _abreast(len(shown))
    shapes: list[Shape] = []
    for number, one in enumerate(shown):
        name = one.name if number < ZONES_ABREAST - 1 or len(devices) == len(shown) else f"{one.name} … {len(devices)}"
        style = "ghost" if one.deferred else "own"
        shapes += _box(left + number * (width + 30), y, name, word or terms.role(one.role), style, width)
    return shapes


def _abreast(count: int) -> tuple[int, int]:
    """Width of boxes that stand side by side, and where the first one begins."""
    width = BOX if count < ZONES_ABREAST else (WIDTH - 2 * 30) // ZONES_ABREAST
    return width, MIDDLE - (count * width + (count - 1) * 30) // 2


def _branches(count: int, y: int) -> list[Shape]:
    """Lines from the device above to each of the boxes that stand side by side at `y`."""
    width, left = _abreast(count)
    middles = [left + number * (width + 30) + width // 2 for number in range(count)]
    bar = y - GAP // 2
    lines: list[Shape] = [Line(MIDDLE, y - GAP, MIDDLE, bar), Line(min(middles), bar, max(middles), bar)]
    return [*lines, *(Line(middle, bar, middle, y) for middle in middles)]


def _side(y: int, word: str, devices: list[DeviceFact]) -> list[Shape]:
    """The counties' routers, summed up beside the edge router they hang on."""
    if not devices:
        return []
    later = sum(1 for one in devices if one.deferred)
    said = _("{later} of them deferred").format(later=later) if later else _("changed now")
    return _beside(y, f"{len(devices)} × {word}", said, "ghost" if later == len(devices) else "own")


def _beside(y: int, first: str, second: str, style: str) -> list[Shape]:
    line = Line(MIDDLE + BOX // 2, y + HIGH // 2, SIDE, y + HIGH // 2, "ghost" if style == "ghost" else "link")
    return [line, *_box(SIDE, y, first, second, style, WIDTH - SIDE - 4)]


def _zones(facts: Scheme, zones: list[AddressFact], y: int) -> tuple[list[Shape], int]:
    titles = dict(one.meaning.split(" ", 1) for one in facts.codes if one.table == "use" and " " in one.meaning)
    rows = -(-len(zones) // ZONES_ABREAST)
    width = (WIDTH - 40 - (ZONES_ABREAST - 1) * 20) // ZONES_ABREAST
    shapes: list[Shape] = [Box(2, y - 24, WIDTH - 4, rows * (ZONE_HIGH + 20) + 28, "frame")]
    for number, zone in enumerate(zones):
        x = 20 + number % ZONES_ABREAST * (width + 20)
        top = y + number // ZONES_ABREAST * (ZONE_HIGH + 20)
        hosts = _hosts(facts, zone)
        shapes.append(Box(x, top, width, ZONE_HIGH, "zone"))
        middle = x + width // 2
        shapes.append(Label(middle, top + 40, fit(f"{zone.name} {titles.get(zone.name, '')}", width - 16, 30), 30))
        shapes.append(Label(middle, top + 82, zone.ipv4 or "—", 28, mono=True))
        shapes.append(Label(middle, top + 122, fit(zone.ipv6 or "—", width - 10, 28), 28, mono=True))
        shapes.append(Label(middle, top + 164, fit(terms.many(hosts), width - 16, 26), 26, quiet=True))
    return shapes, y + rows * (ZONE_HIGH + 20)


def _hosts(facts: Scheme, zone: AddressFact) -> tuple[str, ...]:
    """Devices other than the firewall with a port in the zone, and how many websites it holds."""
    network = ip_network(zone.ipv4)
    walls = {one.name for one in facts.devices if one.role == "firewall"}
    names = [
        one.name.partition(" ")[0]
        for one in facts.addresses
        if one.kind == "port" and one.ipv4 and ip_address(one.ipv4) in network
    ]
    sites = sum(1 for one in facts.sites if one.ipv4 and ip_address(one.ipv4) in network)
    found = tuple(dict.fromkeys(name for name in names if name not in walls))
    return (*found, _("{count} websites").format(count=sites)) if sites else found

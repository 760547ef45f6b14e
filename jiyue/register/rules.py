"""What the guidelines ask of the register as a whole (国办发〔2017〕47号, 国办函〔2018〕55号); pure.

Clashes make an import fail, for two sites cannot be one. Findings are for people: the register is as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.errors import InputError
from inventory.vocab import Level, SiteKind
from jiyue.register.form import Places, Row, levels
from jiyue.register.model import Registered

GOV = ".gov.cn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a registered site does not keep: `rule` is its id, `source` where it stands."""

    rule: str
    host: str
    text: str
    source: str


def clashes(rows: Sequence[Row]) -> Iterator[InputError]:
    """The same domain name or site code twice in what is imported, each named with the first one's place."""
    hosts: dict[str, Row] = {}
    codes: dict[str, Row] = {}
    for row in rows:
        for known, word, value in ((hosts, "domain name", row.site.host), (codes, "site code", row.site.code)):
            first = known.setdefault(value, row)
            if first is not row:
                yield InputError(row.place, f"{word} {value} is at {first.place} too", "one of the two is wrong")


def against(rows: Sequence[Row], known: Iterable[Registered]) -> Iterator[InputError]:
    """A site code that the register gives to another domain name."""
    names = {one.code: one.host for one in known}
    for row in rows:
        held = names.get(row.site.code)
        if held is not None and held != row.site.host:
            fix = "correct the code, or close the other site first"
            yield InputError(row.place, f"site code {row.site.code} is {held}'s in the register", fix)


def findings(sites: Sequence[Registered], places: Places) -> Iterator[Finding]:
    """Every open site against the guidelines, in the register's order."""
    yield from _one_each(sites)
    for one in sites:
        if one.open:
            yield from _named(one)
            if one.kind == SiteKind.DEPARTMENT and levels(places, one.region) is Level.COUNTY:
                text = "a county's departments and townships open no site of their own"
                yield Finding("county-department", one.host, text, "国办发〔2017〕47号")
            if one.code[:6].isdigit() and one.code[:6] != one.region:
                text = f"its site code begins with {one.code[:6]}, its division is {one.region}"
                yield Finding("code-division", one.host, text, "国办发〔2017〕47号")


def _one_each(sites: Sequence[Registered]) -> Iterator[Finding]:
    held: dict[str, list[str]] = {}
    for one in sites:
        if one.open:
            held.setdefault(one.unit, []).append(one.host)
    for unit, hosts in held.items():
        for host in hosts[1:]:
            text = f"{unit} has {len(hosts)} sites: {', '.join(hosts[:5])}; a unit opens one at most"
            yield Finding("one-unit-one-site", host, text, "国办发〔2017〕47号")


def _named(one: Registered) -> Iterator[Finding]:
    source = "国办函〔2018〕55号"
    if not one.host.endswith(GOV):
        yield Finding("gov-cn", one.host, "its name does not end with .gov.cn", source)
        return
    labels = one.host.removesuffix(GOV).split(".")
    if one.kind in (SiteKind.PORTAL, SiteKind.COUNTY) and (len(labels) != 2 or labels[0] != "www"):
        yield Finding("portal-name", one.host, "a portal is called www.NAME.gov.cn", source)
    if one.kind == SiteKind.DEPARTMENT and (len(labels) != 2 or labels[0] == "www"):
        yield Finding("department-name", one.host, "a department's site is called DEPARTMENT.NAME.gov.cn", source)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far one unit is: its open sites, those on a platform, and the rest with who answers for each."""

    unit: str
    registered: tuple[str, ...]
    migrated: tuple[str, ...]
    missing: Mapping[str, str]


def coverage(sites: Sequence[Registered], hosted: Mapping[str, str]) -> tuple[Coverage, ...]:
    """By unit in the register's order; `hosted` is platform by domain name. What is missing has its reason."""
    units: dict[str, list[Registered]] = {}
    for one in sites:
        if one.open:
            units.setdefault(one.unit, []).append(one)
    found = []
    for unit, mine in units.items():
        missing = {one.host: _waits(one) for one in mine if one.host not in hosted}
        migrated = tuple(one.host for one in mine if one.host in hosted)
        found.append(Coverage(unit, tuple(one.host for one in mine), migrated, missing))
    return tuple(found)


def _waits(one: Registered) -> str:
    who = " ".join(word for word in (one.contact, one.phone) if word)
    return f"{one.host} is registered and on no platform; {who or one.unit} answers for it"


def unregistered(sites: Sequence[Registered], hosted: Mapping[str, str]) -> Iterator[Finding]:
    """Sites that run on a platform and that nobody registered, or that are registered as closed."""
    states = {one.host: one.open for one in sites}
    for host, platform in hosted.items():
        if host not in states:
            yield Finding(
                "unregistered", host, f"it runs on {platform} and is not in the register", "国办发〔2017〕47号"
            )
        elif not states[host]:
            yield Finding("closed", host, f"it runs on {platform} and is registered as closed", "国办发〔2017〕47号")

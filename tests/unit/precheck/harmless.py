"""Seeded rewritings of rendered configurations that change nothing: order, names, spelling, splitting."""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Callable

from tests.unit.precheck.mistakes import LINUX, NFT, Change
from tests.unit.precheck.world import OBJECT, Site, Texts, World, changed

Rewrite = Callable[[random.Random, list[str]], list[str] | None]


def harmless(rng: random.Random, world: World) -> tuple[str, Texts]:
    """(what was done, the texts after it); always a text that differs."""
    while True:
        site = rng.choice(world.sites)
        kind, device, key, make = rng.choice(_choices(site))
        if make is None:
            made = _renamed(rng, world, site)
            if made is not None:
                return kind, made
            continue
        lines = world.after[device][key].splitlines()
        new = make(rng, list(lines))
        if new is not None and new != lines:
            text = "".join(f"{line}\n" for line in new)
            return kind, Change(kind, device, key, text, "", "").apply(world.after)


def _choices(site: Site) -> list[tuple[str, str, tuple[str, str], Rewrite | None]]:
    router = (site.router, (site.vendor, OBJECT[site.vendor]))
    if site.vendor == "frr":
        found: list[tuple[str, str, tuple[str, str], Rewrite | None]] = [
            ("frr routes reordered", *router, _reordered(r"ip(v6)? route ")),
            ("frr networks reordered", *router, _reordered(r"  network ")),
            ("frr description", *router, _described(" ")),
            ("frr more specific", *router, _specific("{} {} {}")),
            ("frr comment", *router, lambda _, lines: ["! rewritten", *lines]),
        ]
    else:
        found = [
            ("vendor routes reordered", *router, _reordered(r"ip(v6)? route-static ")),
            ("vendor networks reordered", *router, _reordered(r"  network ")),
            ("vendor description", *router, _described(" ")),
            ("vendor ports abbreviated", *router, _abbreviated),
            ("vendor IPv6 in capitals", *router, _capitals),
            (
                "vendor sysname",
                *router,
                lambda rng, lines: _said(lines, r"sysname ", f"sysname r{rng.randint(0, 999)}"),
            ),
        ]
        if site.lists:
            found += [
                ("lists renamed", *router, _lists_renamed),
                ("list lines reordered", *router, _reordered(r" rule \d+ ")),
                ("rules renumbered", *router, _renumbered),
                ("permits swapped", *router, _permits_swapped),
                ("rule repeated", *router, _repeated),
            ]
    if not site.lists:
        firewall = f"fw{site.number}"
        found += [
            ("accepts swapped", firewall, NFT, _accepts_swapped),
            ("sets renamed", firewall, NFT, _sets_renamed),
            ("ports split", firewall, NFT, _ports_split),
            ("prefix split", firewall, NFT, _prefix_split),
            ("rule repeated", firewall, NFT, _rule_repeated),
            ("rule commented", firewall, NFT, _commented),
            ("counter added", firewall, NFT, _counted),
            ("addresses reordered", firewall, LINUX, _reordered(r"addr ")),
            ("port renamed", firewall, LINUX, None),
        ]
    return found


def _reordered(pattern: str) -> Rewrite:
    """Lines of one kind that follow each other change places."""

    def make(rng: random.Random, lines: list[str]) -> list[str] | None:
        starts = [n for n, line in enumerate(lines) if re.match(pattern, line)
                  and n + 1 < len(lines) and re.match(pattern, lines[n + 1])]  # fmt: skip
        if not starts:
            return None
        n = end = rng.choice(starts)
        while end < len(lines) and re.match(pattern, lines[end]):
            end += 1
        part = lines[n:end]
        rng.shuffle(part)
        return [*lines[:n], *part, *lines[end:]]

    return make


def _described(indent: str) -> Rewrite:
    def make(rng: random.Random, lines: list[str]) -> list[str] | None:
        return _said(lines, rf"{indent}description ", f"{indent}description port {rng.randint(0, 10**6)}")

    return make


def _said(lines: list[str], pattern: str, line: str) -> list[str] | None:
    at = next((n for n, one in enumerate(lines) if re.match(pattern, one)), None)
    return None if at is None else [*lines[:at], line, *lines[at + 1 :]]


def _specific(_: str) -> Rewrite:
    """A static route beside the half of itself, to the same gateway."""

    def make(rng: random.Random, lines: list[str]) -> list[str] | None:
        at = [n for n, line in enumerate(lines) if re.match(r"ip(v6)? route ", line)]
        if not at:
            return None
        n = rng.choice(at)
        words = lines[n].split()
        half = rng.choice(list(ipaddress.ip_network(words[2]).subnets()))
        return [*lines[: n + 1], f"{words[0]} route {half} {words[3]}", *lines[n + 1 :]]

    return make


def _abbreviated(_: random.Random, lines: list[str]) -> list[str]:
    return [re.sub(r"^interface GigabitEthernet", "interface ge", line) for line in lines]


def _capitals(_: random.Random, lines: list[str]) -> list[str]:
    return [re.sub(r"3fff:[0-9a-f:]+", lambda found: found[0].upper(), line) for line in lines]


def _lists_renamed(rng: random.Random, lines: list[str]) -> list[str]:
    word = f"list{rng.randint(0, 999)}-"
    return [line.replace("jiyue-", word) for line in lines]


def _renumbered(rng: random.Random, lines: list[str]) -> list[str]:
    times = rng.randint(2, 9)
    return [re.sub(r"^ rule (\d+)", lambda found: f" rule {int(found[1]) * times}", line) for line in lines]


def _permits_swapped(rng: random.Random, lines: list[str]) -> list[str] | None:
    pairs = [n for n in range(len(lines) - 1) if all(re.match(r" rule \d+ permit", lines[m]) for m in (n, n + 1))]
    if not pairs:
        return None
    n = rng.choice(pairs)
    one, two = (re.match(r" rule (\d+)(.*)", lines[m]) for m in (n, n + 1))
    assert one and two
    return [*lines[:n], f" rule {one[1]}{two[2]}", f" rule {two[1]}{one[2]}", *lines[n + 2 :]]


def _repeated(rng: random.Random, lines: list[str]) -> list[str] | None:
    at = [n for n, line in enumerate(lines) if re.match(r" rule \d+0 permit", line)]
    if not at:
        return None
    n = rng.choice(at)
    found = re.match(r" rule (\d+)(.*)", lines[n])
    assert found
    return [*lines[: n + 1], f" rule {int(found[1]) + 1}{found[2]}", *lines[n + 1 :]]


def _flow(line: str) -> bool:
    return "oifname" in line and line.endswith(" accept")


def _accepts_swapped(rng: random.Random, lines: list[str]) -> list[str] | None:
    at = [n for n, line in enumerate(lines) if _flow(line)]
    if len(at) < 2:
        return None
    n, m = rng.sample(at, 2)
    lines[n], lines[m] = lines[m], lines[n]
    return lines


def _sets_renamed(rng: random.Random, lines: list[str]) -> list[str]:
    word = f"s{rng.randint(0, 999)}_"
    return [re.sub(r"(@|\bset )(\w+)", rf"\g<1>{word}\2", line) for line in lines]


def _ports_split(rng: random.Random, lines: list[str]) -> list[str] | None:
    at = [n for n, line in enumerate(lines) if re.search(r"dport \{ \d+, \d+ \}", line)]
    if not at:
        return None
    n = rng.choice(at)
    found = re.search(r"\{ (\d+), (\d+) \}", lines[n])
    assert found
    return [*lines[:n], *(lines[n].replace(found[0], port) for port in found.groups()), *lines[n + 1 :]]


def _prefix_split(rng: random.Random, lines: list[str]) -> list[str] | None:
    at = [n for n, line in enumerate(lines) if _flow(line) and re.search(r"[sd]addr [0-9a-f.:]+/\d+", line)]
    if not at:
        return None
    n = rng.choice(at)
    found = rng.choice(list(re.finditer(r"[sd]addr ([0-9a-f.:]+/\d+)", lines[n])))
    halves = ipaddress.ip_network(found[1]).subnets()
    return [*lines[:n], *(lines[n].replace(found[1], str(half), 1) for half in halves), *lines[n + 1 :]]


def _rule_repeated(rng: random.Random, lines: list[str]) -> list[str] | None:
    at = [n for n, line in enumerate(lines) if _flow(line)]
    n, m = rng.choice(at), rng.choice(at)
    return [*lines[: m + 1], lines[n], *lines[m + 1 :]]


def _commented(rng: random.Random, lines: list[str]) -> list[str] | None:
    return _at(rng, lines, " accept", f' accept comment "reason {rng.randint(0, 999)}"')


def _counted(rng: random.Random, lines: list[str]) -> list[str] | None:
    return _at(rng, lines, " accept", " counter packets 1 bytes 2 accept")


def _at(rng: random.Random, lines: list[str], old: str, new: str) -> list[str] | None:
    at = [n for n, line in enumerate(lines) if _flow(line)]
    n = rng.choice(at)
    return [*lines[:n], lines[n].replace(old, new), *lines[n + 1 :]]


def _renamed(rng: random.Random, world: World, site: Site) -> Texts | None:
    """A zone's port has another name, in its addresses and in its rules."""
    firewall, zone = f"fw{site.number}", rng.choice(("app", "data", "dmz", "exchange"))
    name = f"{zone}{rng.randint(1, 99)}"
    linux = re.sub(rf"^addr {zone} ", f"addr {name} ", world.after[firewall][LINUX], flags=re.MULTILINE)
    nft = world.after[firewall][NFT].replace(f'ifname "{zone}"', f'ifname "{name}"')
    return changed(changed(world.after, firewall, LINUX, linux), firewall, NFT, nft)

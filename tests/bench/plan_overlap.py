"""Which of 100,000 prefixes lie in which, from one list of texts: netaddr and pytricia beside `ipv6.plan.overlap`."""

from __future__ import annotations

import gc
import socket
import time
from collections.abc import Callable
from ipaddress import IPv6Address
from random import Random
from typing import TypeVar

from netaddr import IPNetwork
from pytricia import PyTricia

from ipv6.plan.overlap import nesting, parse_many, unpack
from ipv6.plan.sparse import leftmost_order
from tests.bench.record import Record, median_and_spread

PREFIXES = 100_000
T = TypeVar("T")
Answer = dict[str, str]
"""The smallest container of each prefix, "" for none."""


def province_list(seed: int = 1) -> list[str]:
    """What a provincial address register holds, shuffled: planes, cities, counties, uses, organisations, LANs, links.

    RFC 5952 text, so that all three can be compared by it.
    """
    chance, found = Random(seed), dict[tuple[int, int], None]()

    def add(address: int, length: int) -> None:
        found[address >> (128 - length) << (128 - length), length] = None

    for plane in (0x3FFF0010 << 96, 0x3FFF0011 << 96, 0x3FFF0FF1 << 96):
        add(plane, 32)
        for city in range(1, 15):
            above = plane | int(f"{city:02d}", 16) << 88
            add(above, 40)
            for digits in chance.sample(range(90), 10):
                _county(add, above | int(f"{digits:02d}", 16) << 80, chance)
    every = list(found)
    chance.shuffle(every)
    return [f"{IPv6Address(address)}/{length}" for address, length in every[:PREFIXES]]


def _county(add: Callable[[int, int], None], county: int, chance: Random) -> None:
    add(county, 48)
    for use in range(8):
        add(county | use << 76, 52)
        add(county | use << 76, 64)
        add(county | 1 << 76 | use + 1, 128)
    for _, link in zip(range(20), leftmost_order(12), strict=False):
        add(county | link << 64, 64)
        add(county | link << 64 | 2, 127)
    for organisation in range(0x80, 0xD0):
        add(county | organisation << 72, 56)
        for lan in range(chance.randrange(4)):
            add(county | organisation << 72 | lan << 64, 64)


def ours(texts: list[str]) -> tuple[list[int], list[int]]:
    """Read, sort, sweep: prefixes and containers as integers."""
    return nesting(parse_many(texts))


def our_answer(found: tuple[list[int], list[int]]) -> Answer:
    """The same as text, outside of the time."""
    return {str(unpack(one)): str(unpack(outer)) if outer >= 0 else "" for one, outer in zip(*found, strict=True)}


def pytricia(texts: list[str]) -> Answer:
    """A trie of all, then the parent of each."""
    trie = PyTricia(128, socket.AF_INET6)
    for text in texts:
        trie[text] = None
    return {text: trie.parent(text) or "" for text in texts}


def netaddr_supernets(texts: list[str]) -> list[IPNetwork | None]:
    """netaddr's own words for the question: the first of a network's supernets, from below, that is listed."""
    networks = [IPNetwork(text) for text in texts]
    known, shortest = set(networks), min(network.prefixlen for network in networks)
    return [
        next((outer for outer in reversed(network.supernet(shortest)) if outer in known), None) for network in networks
    ]


def netaddr_sweep(texts: list[str]) -> list[IPNetwork | None]:
    """Our own method with netaddr's networks: sorted, then one sweep."""
    networks = [IPNetwork(text) for text in texts]
    found: dict[int, IPNetwork | None] = {}
    around: list[IPNetwork] = []
    for at in sorted(range(len(networks)), key=networks.__getitem__):
        while around and networks[at] not in around[-1]:
            around.pop()
        found[at] = around[-1] if around else None
        around.append(networks[at])
    return [found[at] for at in range(len(networks))]


def timed(work: Callable[[list[str]], T], texts: list[str]) -> tuple[T, float]:
    """The answer and the milliseconds of processor time."""
    gc.collect()
    started = time.process_time()
    found = work(texts)
    return found, (time.process_time() - started) * 1000


def measure(rounds: int) -> list[Record]:
    """All four in turn on the same list; the answers must be equal."""
    texts = province_list()
    times: dict[str, list[float]] = {"ours": [], "pytricia": [], "supernet": [], "sweep": []}
    for number in range(max(rounds, 3)):
        found, milliseconds = timed(ours, texts)
        times["ours"].append(milliseconds)
        parents, milliseconds = timed(pytricia, texts)
        times["pytricia"].append(milliseconds)
        for name, work in (("sweep", netaddr_sweep), ("supernet", netaddr_supernets)):
            outer, milliseconds = timed(work, texts)
            times[name].append(milliseconds)
            answer = {text: str(one) if one else "" for text, one in zip(texts, outer, strict=True)}
            if number == 0 and answer != parents:
                raise SystemExit(f"netaddr ({name}) and pytricia disagree")
        if our_answer(found) != parents:
            raise SystemExit("pytricia and we disagree")
    our_value, spread = median_and_spread(times["ours"])
    rows = (
        ("pytricia", "plan-overlap-pytricia", "pytricia: insert each, then parent() of each", 1.5),
        ("supernet", "plan-overlap-netaddr", "netaddr: IPNetwork.supernet() of each against the set of all", 30),
        ("sweep", "plan-overlap-netaddr-sweep", "netaddr networks, sorted and swept the way we do it", 10),
    )
    records = []
    for name, identity, peer, goal in rows:
        value, _ = median_and_spread(times[name])
        ratio = round(value / our_value, 1)
        records.append(
            Record(identity, "overlap and smallest container of each of 100,000 prefixes, from one list of texts; "
                   "processor time", peer, value, our_value, "ms", ratio, f">= {goal:g} x", ratio >= goal,
                   len(times[name]), spread)
        )  # fmt: skip
    return records

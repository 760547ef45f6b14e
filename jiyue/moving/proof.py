"""Measuring that a moved site is what it was: on the host, by address over both families, by name, in the old log."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jiyue.library.model import Record
from jiyue.moving import compare
from jiyue.moving.compare import Tampered
from jiyue.moving.hands import Hands
from jiyue.moving.model import Move

Way = tuple[int, str, str]
"""Family, address (empty: by name) and the host that asks."""
LONG = 1800.0
RESOLVED = 30.0
SAMPLE = 40


@dataclass(frozen=True, slots=True)
class Compared:
    """How many addresses were asked, and what differs."""

    asked: int
    problems: tuple[str, ...]


def ways(move: Move) -> list[Way]:
    """The new host over each family that the site is going to have."""
    found = [(4, move.address4, move.vantages.v4)]
    return [*found, (6, move.public6, move.vantages.v6)] if move.public6 else found


def fetch(hands: Hands, move: Move, urls: Sequence[str], found: Sequence[Way]) -> list[list[list[Any]]]:
    """The answers of each way, side by side."""
    with ThreadPoolExecutor(len(found)) as pool:
        asked = [
            pool.submit(
                hands.ask, host, "fetch", LONG, site=move.site, family=family, address=address, paths=list(urls)
            )
            for family, address, host in found
        ]
        return [one.result() for one in asked]


def answers(hands: Hands, move: Move, urls: Sequence[str], found: Sequence[Way]) -> list[str]:
    """What does not answer 200 there."""
    problems = []
    for (family, address, _), told in zip(found, fetch(hands, move, urls, found), strict=True):
        for url, (status, why, _) in zip(urls, told, strict=True):
            if status != 200:
                problems.append(f"{url} at {address} port 443 over IPv{family}: {status or why}")
    return problems


def same_content(hands: Hands, move: Move, records: Sequence[Record], tree: str) -> Compared:
    """Counts, hashes and every internal link: the new host against the library and against the old host."""
    seen = compare.look(hands.ask(move.new, "scan", LONG, root=tree))
    problems = _said(compare.tampered(records, seen))
    paths = [one.path for one in records]
    links = hands.ask(move.new, "links", LONG, root=tree, site=move.site, paths=paths)
    urls = compare.urls(paths, links)
    old: Way = (4, move.old4, move.vantages.v4)
    before, *after = fetch(hands, move, urls, [old, *ways(move)])
    for (family, _, _), told in zip(ways(move), after, strict=True):
        problems += [f"IPv{family}: {one}" for one in compare.different(urls, before, told)]
    if not any(status == 200 for status, _, _ in before):
        problems.append(f"the old host answers nothing: {before[0][1]}")
    return Compared(len(urls), tuple(problems))


def _said(found: Tampered) -> list[str]:
    words = (("other bytes", found.changed), ("missing", found.missing), ("not in the library", found.added))
    return [f"{path}: {word}" for word, paths in words for path in paths]


def by_name(hands: Hands, move: Move, records: Sequence[Record], sleep: Callable[[float], None]) -> list[str]:
    """Ask as a visitor does: wait until the name leads to the new host over each family, then compare the bytes."""
    problems = []
    for family, address, host in ways(move):
        deadline = time.monotonic() + RESOLVED + (move.low if move.wait is None else move.wait)
        while (found := hands.ask(host, "resolve", site=move.site, family=family)) != [address]:
            if time.monotonic() > deadline:
                problems.append(f"{move.site} is {', '.join(found) or 'nothing'} over IPv{family}, not {address}")
                break
            sleep(0.2)
    if problems:
        return problems
    return served(hands, move, sample(records), [(family, "", host) for family, _, host in ways(move)])


def sample(records: Sequence[Record], most: int = SAMPLE) -> list[Record]:
    """At most `most` records, spread over the site."""
    step = max(1, len(records) // most)
    return list(records[::step][:most])


def served(hands: Hands, move: Move, records: Sequence[Record], found: Sequence[Way]) -> list[str]:
    """Which of these records are not answered with the bytes of the library."""
    urls = [quote(f"/{one.path}", safe="/") for one in records]
    problems = []
    for (family, _, _), told in zip(found, fetch(hands, move, urls, found), strict=True):
        for url, record, (status, digest, _) in zip(urls, records, told, strict=True):
            if status != 200:
                problems.append(f"IPv{family}: {url} answers {status or digest}")
            elif digest != record.sha256:
                problems.append(f"IPv{family}: {url} has other bytes than the library")
    return problems


def still_asked(
    hands: Hands, move: Move, facts: Mapping[str, Any], quiet: float, sleep: Callable[[float], None]
) -> str:
    """Why the old host is not left alone yet: its access log still grows; empty when it does not."""
    log = str(facts.get("log", ""))
    if not log:
        return ""
    deadline = time.monotonic() + quiet + (move.low if move.wait is None else move.wait)
    size = int(hands.ask(move.old, "log-size", log=log)["size"])
    while True:
        sleep(quiet)
        told = hands.ask(move.old, "log-since", log=log, size=size, site=move.site)
        if not told["requests"]:
            return ""
        if time.monotonic() > deadline:
            return f"{move.old} is still asked: {told['requests']} requests, the last {told['last']}"
        size = int(hands.ask(move.old, "log-size", log=log)["size"])

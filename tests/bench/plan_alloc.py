"""Allocation beside netaddr as NetBox uses it: the free prefixes by set subtraction for every single request."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Sequence
from itertools import pairwise

from netaddr import IPNetwork, IPSet

from ipv6.plan.pool import Order, Pool
from ipv6.plan.prefix import Prefix, parse
from tests.bench.record import Record, median_and_spread

PARENT = parse("3fff:10::/32")
WIDE = parse("3fff:10::/44")
PREFIXES = 20_000
LENGTHS = (56, 64, 60, 64, 56, 52, 64)
"""What is asked for in turn, so that gaps arise which later requests fill."""
SAMPLES = (0, 200, 1_000, 2_500, 5_000, 7_500, 10_000, 12_500, 15_000, 17_500, 19_999)
"""Requests of the peer that are measured; its time between two of them is taken as a straight line."""
SIZES = (10_000, 100_000, 1_000_000)


def peer(parent: IPNetwork, children: Sequence[IPNetwork], length: int) -> str:
    """The next prefix as NetBox finds it: parent minus children, sorted, the first that is large enough."""
    available = IPSet([parent]) - IPSet(children)
    first = next(one for one in sorted(available.iter_cidrs()) if one.prefixlen <= length)
    return f"{first.network}/{length}"


def ours() -> tuple[list[Prefix], float]:
    """All requests from a new pool; the seconds they take."""
    started = time.process_time()
    pool = Pool(PARENT, Order.LOWEST)
    found = [pool.take(LENGTHS[number % len(LENGTHS)]) for number in range(PREFIXES)]
    return found, time.process_time() - started


def sampled(found: Sequence[Prefix]) -> float:
    """The peer's seconds for all requests, from the samples; every sample must give our prefix."""
    parent, children = IPNetwork(str(PARENT)), [IPNetwork(str(one)) for one in found]
    points = []
    for number in SAMPLES:
        started = time.process_time()
        answer = peer(parent, children[:number], LENGTHS[number % len(LENGTHS)])
        points.append((number, time.process_time() - started))
        if answer != str(found[number]):
            raise SystemExit(f"request {number}: netaddr finds {answer}, the pool {found[number]}")
    pairs = pairwise(points)
    return sum((after[0] - before[0]) * (before[1] + after[1]) / 2 for before, after in pairs)


def same_sequence(found: Sequence[Prefix], requests: int = 150) -> None:
    """The first requests one by one: the peer's answers are its own children."""
    parent, children = IPNetwork(str(PARENT)), list[IPNetwork]()
    for number in range(requests):
        children.append(IPNetwork(peer(parent, children, LENGTHS[number % len(LENGTHS)])))
    if [str(one) for one in children] != [str(one) for one in found[:requests]]:
        raise SystemExit("netaddr and the pool give different prefixes")


def per_prefix(order: Order, wanted: int) -> float:
    """Microseconds for each of so many /64 from a new pool of 1,048,576."""
    gc.collect()
    pool = Pool(WIDE, order)
    started = time.process_time()
    for _ in range(wanted):
        pool.take(64)
    return (time.process_time() - started) / wanted * 1e6


def measure(rounds: int) -> list[Record]:
    """Both figures in processor time, ours and the peer's in turn."""
    mine, theirs = list[float](), list[float]()
    for _ in range(max(rounds, 3)):
        found, seconds = ours()
        mine.append(seconds * 1000)
        if not theirs:
            same_sequence(found)
        theirs.append(sampled(found) * 1000)
    our_value, spread = median_and_spread(mine)
    peer_value = round(statistics.median(theirs), 0)
    ratio = round(peer_value / our_value, 0)
    records = [
        Record("plan-alloc-netaddr", "20,000 prefixes of /52 to /64 from one /32 in sequence, lowest first; the peer "
               f"sampled at {len(SAMPLES)} requests and interpolated, its answers the same",
               "netaddr.IPSet subtraction for each request, as NetBox does", peer_value, our_value, "ms", ratio,
               ">= 1000 x", ratio >= 1000, len(mine), spread)
    ]  # fmt: skip
    for order in Order:
        series = [[per_prefix(order, size) for size in SIZES] for _ in range(max(rounds, 3))]
        small, middle, large = (statistics.median(column) for column in zip(*series, strict=True))
        growth, spread = median_and_spread([row[2] / row[0] for row in series])
        work = (
            f"time per prefix at 1,000,000 beside 10,000, order {order}: {small:.1f}, {middle:.1f}, {large:.1f} us at "
            "10,000, 100,000, 1,000,000"
        )
        records.append(
            Record(f"plan-alloc-flat-{order}", work, "none, a goal only", None, growth, "x", None, "< 1.5 x",
                   growth < 1.5, len(series), spread)
        )  # fmt: skip
    return records

"""The pre-check: seeded mistakes and harmless rewritings against the oracle, replays on nft and FRR, scale."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from ipv6.precheck.judge import Precheck
from jiyue.workflow.precheck import uncollected
from tests.bench.record import Record, median_and_spread
from tests.drivers.sandbox import Sandbox
from tests.unit.precheck import replay_frr, replay_nft
from tests.unit.precheck.harmless import harmless
from tests.unit.precheck.mistakes import effect, mistake
from tests.unit.precheck.oracle import Oracle
from tests.unit.precheck.scale import province
from tests.unit.precheck.world import Site, world

MISTAKES, REWRITINGS = 10_000, 10_000
KERNEL, ROUTING, HOSTS = 170, 30, 2
"""Cases on nft and on FRR; FRR's are shared by so many sets of daemons, for each case waits for timers."""
DEVICES, RULES, SECONDS = 1000, 500, 10.0
WORLDS = (
    (Site(1, "frr"), Site(2, "huawei_vrp", lists=True)),
    (Site(1, "huawei_vrp"), Site(2, "h3c_comware", lists=True)),
    (Site(1, "h3c_comware", lists=True), Site(2, "frr")),
)
SHARES = 10


def found(seed: int, wanted: int) -> tuple[int, int, int, list[str]]:
    """(mistakes with an effect, found, drawn, missed) until `wanted` have an effect by the oracle."""
    rng = random.Random(seed)
    made = world(WORLDS[seed % len(WORLDS)])
    checker, good = Precheck(), Oracle(made.after)
    real = hit = drawn = 0
    missed: list[str] = []
    while real < wanted:
        drawn += 1
        change = mistake(rng, made)
        after = change.apply(made.after)
        if effect(good, Oracle(after, good), made, change, most=1500) is None:
            continue
        real += 1
        if checker.judge(made.before, after, made.spec).state == "fail":
            hit += 1
        else:
            missed.append(f"{change.kind} {change.device}: {change.old!r} -> {change.new!r}")
    return real, hit, drawn, missed


def reported(seed: int, count: int) -> tuple[int, Counter[str]]:
    """(rewritings judged, those reported by kind)."""
    rng = random.Random(seed)
    made = world(WORLDS[seed % len(WORLDS)])
    checker = Precheck()
    wrong: Counter[str] = Counter()
    for _ in range(count):
        kind, after = harmless(rng, made)
        if checker.judge(made.before, after, made.spec).state != "pass":
            wrong[kind] += 1
    return count, wrong


def kernel(count: int) -> tuple[int, int, int]:
    """(cases, packets, cases that differ) replayed on the kernel's nftables."""
    rng = random.Random(160)
    made = world((Site(1, "frr"), Site(2, "frr")))
    sent = differ = 0
    with Sandbox("nft") as host:
        side = replay_nft.Kernel(host, made, "fw1")
        for change in replay_nft.cases(rng, made, "fw1", count):
            side.load(change.text)
            packets = replay_nft.packets(rng, made, "fw1", change, 60)
            sent += len(packets)
            differ += side.send(packets) != replay_nft.predicted(made, "fw1", change.text, packets)
    return count, sent, differ


def routing(seed: int, count: int) -> tuple[int, int]:
    """(cases, cases that differ) replayed on FRR."""
    rng = random.Random(seed)
    made = world((Site(1, "frr"), Site(2, "frr")))
    differ = 0
    with Sandbox("frr") as host:
        routers = replay_frr.Routers(host, made)
        if routers.agree(60):
            raise SystemExit("FRR did not converge on the unchanged configuration: the figure would not count")
        for change in replay_frr.cases(rng, made, count):
            differ += bool(replay_frr.replay(routers, change))
    return count, differ


def scale(devices: int, rules: int) -> tuple[float, float]:
    """(seconds, processor seconds) to judge a province of that size, both families, before and after."""
    before, after, wanted = province(devices, rules)
    fewest = min(
        texts[("nftables", "inet jiyue")].count(" accept") for name, texts in after.items() if name[:2] == "fw"
    )
    if fewest < rules:
        raise SystemExit(f"only {fewest} rules on a device: the figure would not count")
    started, used = time.perf_counter(), time.process_time()
    with uncollected():
        result = Precheck(notes=False).judge(before, after, wanted)
    taken = time.perf_counter() - started, time.process_time() - used
    if result.state != "pass":
        raise SystemExit(f"the province did not pass: {result.reasons[:3]} {result.unknowns[:3]}")
    return taken


def measure(rounds: int) -> list[Record]:
    """The speed first, on a quiet machine; then the seeded cases, while FRR converges beside them."""
    walls = []
    for _ in range(min(rounds, 3)):
        wall, used = scale(DEVICES, RULES)
        walls.append(wall)
        print(f"precheck scale: {wall:.1f} s, {used:.1f} s of one processor", file=sys.stderr)
    spawn = get_context("spawn")
    # Two work; those that replay mostly wait for daemons and timers, so they have processes of their own.
    with (
        ProcessPoolExecutor(2, mp_context=spawn) as workers,
        ProcessPoolExecutor(HOSTS + 1, mp_context=spawn) as replays,
    ):
        routes = [replays.submit(routing, 40 + host, ROUTING // HOSTS) for host in range(HOSTS)]
        packets = replays.submit(kernel, KERNEL)
        mistakes = [workers.submit(found, seed, MISTAKES // SHARES) for seed in range(SHARES)]
        rewritten = [workers.submit(reported, 1000 + seed, REWRITINGS // SHARES) for seed in range(SHARES)]
        hits = [one.result() for one in mistakes]
        wrong = [one.result() for one in rewritten]
        replayed, by_host = packets.result(), [one.result() for one in routes]
    replayed_routes = sum(one[0] for one in by_host), sum(one[1] for one in by_host)
    for _, _, _, missed in hits:
        for line in missed:
            print(f"precheck missed: {line}", file=sys.stderr)
    real, hit = sum(one[0] for one in hits), sum(one[1] for one in hits)
    count, false = sum(one[0] for one in wrong), sum(sum(one[1].values()) for one in wrong)
    cases = replayed[0] + replayed_routes[0]
    agree = cases - replayed[2] - replayed_routes[1]
    median, spread = median_and_spread(walls)
    nobody = "brute-force oracle"
    work = f"{DEVICES} filtering devices with {RULES} rules or more and their routers, both families, before and after"
    return [
        Record("precheck-found", f"{real} seeded mistakes with an effect, found", nobody, float(real), float(hit),
               "mistakes", None, "all found", hit == real, 1, (float(hit), float(hit))),
        Record("precheck-false", f"{count} harmless rewritings, reported", nobody, 0.0, float(false),
               "reports", None, "none", false == 0, 1, (float(false), float(false))),
        Record("precheck-replay", f"{replayed[0]} cases on nft ({replayed[1]} packets), {replayed_routes[0]} on FRR",
               "nft and FRR themselves", float(cases), float(agree), "cases that agree", None, "all agree",
               agree == cases, 1, (float(agree), float(agree))),
        Record("precheck-scale", work, "none, a goal only", None, median, "s", None, f"< {SECONDS:g} s",
               median < SECONDS, len(walls), spread),
    ]  # fmt: skip

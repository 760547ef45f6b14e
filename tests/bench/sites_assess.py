"""Assessing 1,000 sites: everything of the quick depth on real hosts; the full depth; a packaged scanner beside it."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from jiyue.probe.runner import Runner
from jiyue.probe.ssh import ssh
from jiyue.sites.assess import assess
from jiyue.sites.model import Assessment
from tests.bench.assess.many import EVERY, addresses, name_of, targets, up
from tests.bench.record import Record, median_and_spread

SITES, FULL, SAMPLE = 1_000, 8, 3
SECONDS = 600.0
SCANNED = {"tls-weak", "host-warning"}
"""What testssl.sh and lynis find on these hosts. ssh-audit has nothing to say of a sshd of the lab, which offers one
method; had it seen none, the site would not count as measured."""
PEER = "testssl.sh -p -S -h"


def checked(found: list[Assessment], count: int) -> None:
    """Every planted fault was found, nothing was left unmeasured, nothing else blocks; else there is no figure."""
    unknown = [one.evidence for site in found for one in site.findings if one.severity == "unknown"]
    blocked = {site.site for site in found if not site.passed}
    listed = {site.site for site in found if any(one.id in ("listing", "nginx-autoindex") for one in site.findings)}
    wanted = {name_of(number) for number in range(0, count, EVERY)}
    listing = {name_of(number) for number in range(1, count, EVERY)}
    if len(found) != count or unknown or blocked != wanted or listed != listing:
        odd = sorted(blocked ^ wanted | listed ^ listing)[:5]
        raise SystemExit(
            f"{len(found)} assessed, {len(unknown)} not measured {unknown[:3]}, otherwise than planted: {odd}"
        )


def peer(config: Path, number: int) -> float:
    """Seconds that the scanner takes for protocols, certificate and headers of one site, where we ask from as well."""
    host = addresses(number)[0]
    command = f"testssl --quiet --color 0 --warnings off --nodns none -p -S -h --ip {host} {name_of(number)}:443"
    started = time.perf_counter()
    reply = ssh(config, "vantage", command, timeout=300.0)
    if reply.problem or b"TLS 1.2" not in reply.out:
        raise SystemExit(f"testssl did not run: {reply}")
    return time.perf_counter() - started


def measure(rounds: int) -> list[Record]:
    """Quick, with a prober that is fresh each time; the sample of the peer in between; the full depth once."""
    walls, others = list[float](), list[float]()
    with tempfile.TemporaryDirectory(prefix="jiyue-many-") as name, up(SITES, Path(name)) as config:
        everyone = targets(SITES)
        for number in range(rounds):
            started = time.perf_counter()
            found = assess(everyone, Runner(config))
            walls.append(time.perf_counter() - started)
            checked(found, SITES)
            others += [peer(config, 2 + number * SAMPLE + one) for one in range(SAMPLE)]
        started = time.perf_counter()
        whole = assess(everyone[2 : 2 + FULL * 4 : 4], Runner(config), "full")  # all on one host
        full = time.perf_counter() - started
        odd = [one.evidence for site in whole for one in site.findings if one.severity == "unknown"]
        silent = [site.site for site in whole if not {one.id for one in site.findings} >= SCANNED]
        if odd or silent:
            raise SystemExit(f"the full depth did not measure everything: {odd[:3]}, no scanner of {silent[:3]}")
    median, spread = median_and_spread(walls)
    other, _ = median_and_spread(others)
    each = round(median / SITES, 3)
    scanner = subprocess.run(["testssl", "--version"], capture_output=True, text=True, check=False).stdout
    version = next((word for line in scanner.splitlines() if "testssl" in line for word in line.split()[1:2]), "")
    return [
        Record("sites-assess", f"quick assessment of {SITES} sites on 4 hosts: every check, both families, the hosts",
               "none, a goal only", None, median, "s", None, f"< {SECONDS:g} s", median < SECONDS, rounds, spread),
        Record("sites-assess-each", "one of them, against protocols, certificate and headers alone",
               f"{PEER} {version}".strip(), other, each, "s a site", round(other / each, 1), "< the peer", each < other,
               rounds, (each, each)),
        Record("sites-assess-full", f"full assessment of {FULL} sites of one host: ssh-audit, testssl.sh, lynis too",
               "none, reported", None, round(full, 1), "s", None, "reported", True, 1,
               (round(full, 1), round(full, 1))),
    ]  # fmt: skip

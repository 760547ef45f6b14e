"""A site of 5,000 pages is moved while visitors ask for it, 50 times a second over each family, through the switch.

On a lab of five hosts: the province's name servers, an old host, a new one, the visitors'. Over IPv6 nobody can ask by
name before the switch, because the old host has no IPv6; until then the new host is asked by its address.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import tempfile
import time
from pathlib import Path

from jiyue.moving import flow
from jiyue.moving.model import MOVED
from tests.bench.record import Record, median_and_spread
from tests.lab.moving import MOVE, NEW6, Ground, up

PAGES, RATE, AFTER = 5000, 50.0, 5.0
LOAD = Path(__file__).parent / "moving" / "load.py"
MAKE = """
import os, sys
root, pages = sys.argv[1], int(sys.argv[2])
os.makedirs(f"{root}/c", exist_ok=True)
for n in range(pages):
    text = "".join(f"<p>{n} {line} " + "政务公开" * 20 + "</p>" for line in range(30))
    link = f"<a href='{(n + 1) % pages}.html'>next</a><a href='/'>home</a><link href='/css/style.css'>"
    with open(f"{root}/c/{n}.html", "w") as file:
        file.write(f"<!DOCTYPE html><html><head><meta charset=utf-8></head><body>{text}{link}</body></html>")
"""


class Visitors:
    """The load on the visitors' host."""

    def __init__(self, ground: Ground) -> None:
        ground.client(f"cat > /root/load.py <<'END'\n{LOAD.read_text(encoding='utf-8')}\nEND")
        command = f"python3 /root/load.py {MOVE.site} {RATE} {NEW6} {PAGES}"
        argv = ["ssh", "-F", str(ground.config), "-T", "--", "client", command]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def end(self) -> dict[str, object]:
        """What they saw."""
        out, _ = self.process.communicate(timeout=60)
        found: dict[str, object] = json.loads(out)
        return found


def measure(rounds: int = 1) -> list[Record]:
    """Each round a lab of its own."""
    failed, walls, sent, detail = list[float](), list[float](), 0, ""
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="jiyue-moving-") as folder, up(Path(folder)) as ground:
            ground.on("old", f"python3 -c {shlex.quote(MAKE)} /var/www/{MOVE.site} {PAGES}")
            visitors: list[Visitors] = []

            def after(phase: str) -> None:
                if phase == "verify":
                    time.sleep(AFTER)  # the edge's own count of what the comparison asked has to run out
                    visitors.append(Visitors(ground))  # noqa: B023
                    time.sleep(AFTER)

            started = time.monotonic()
            done = flow.migrate(ground.mover(after=after), MOVE)
            walls.append(time.monotonic() - started - 2 * AFTER)
            assert done.state == MOVED and done.facts["files"] == PAGES + 19, done
            time.sleep(AFTER)
            found = visitors[0].end()
            seen = found["seen"]
            assert isinstance(seen, dict)
            detail = json.dumps(seen, ensure_ascii=False)
            print(detail, f"{walls[-1]:.1f} s")
            failed.append(float(sum(count for word, count in seen.items() if "failed" in word)))
            sent += sum(seen.values())
            for word in (f"4 name {MOVE.old4}", f"4 name {MOVE.address4}", f"6 name {MOVE.address6}"):
                assert seen.get(word, 0) > RATE, f"not enough of {word}: {detail}"
    worst, (median, spread) = max(failed), median_and_spread(walls)
    work = f"a site of {PAGES} pages moved, {RATE:g} requests a second over each family through the switch"
    return [
        Record("sites-migrate-failed", f"{work}, {sent} requests", "none, a goal only", None, worst, "requests", None,
               "0 failed", worst == 0, rounds, (min(failed), worst)),
        Record("sites-migrate-seconds", f"{work}, without the visitors' own time", "none, reported", None, median, "s",
               None, "none", True, rounds, spread),
    ]  # fmt: skip

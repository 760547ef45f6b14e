"""`python -m tests.bench.whole.judge FOLDER SSH_CONFIG SITES`: verify so many sites in full.

Every check of sites, at the depth `full`, with the packed prober over SSH, the evidence on disk and the journal of the
run. Prints how it came out as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from ipv6.verify.build import site_subjects
from ipv6.verify.check import discover
from ipv6.verify.model import Pass
from jiyue.probe.journal import Journal
from jiyue.probe.progress import Progress, State
from jiyue.probe.rounds import settle
from jiyue.probe.runner import Runner
from jiyue.workflow.verify import PATIENCE
from tests.bench.whole.run import world


def main() -> int:
    """Verify and print."""
    folder, config, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    inv, claims = world(count)
    subjects = site_subjects(inv, claims)[:count]
    authority = (folder / "ca.pem").read_text(encoding="ascii")
    runner = Runner(config, folder / "evidence", authority, folder=str(folder / "prober"))
    answers = 0

    def say(state: State) -> None:
        nonlocal answers
        answers = state.answered
        sys.stderr.write(f"\r{state.answered}/{state.asked} {state.rate:.0f}/s {state.subjects}/{state.all_subjects} ")

    started, used = time.monotonic(), time.process_time()
    with Journal(folder / "journal", "bench", 1800.0) as journal:
        seen = settle(discover("full"), subjects, runner.during(journal, Progress(say)), PATIENCE)
    (folder / "results.json").write_text(json.dumps(seen.data(), ensure_ascii=False), encoding="utf-8")
    red = [one for one in seen.results if not isinstance(one.verdict, Pass)]
    said = {
        "seconds": round(time.monotonic() - started, 2),
        "controller_cpu": round(time.process_time() - used, 1),
        "sites": len(seen.sites()),
        "checks": len(seen.results),
        "red": dict(Counter(one.check for one in red)),
        "reasons": [f"{one.check}: {one.reasons[0]}" for one in red[:5]],
    }
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

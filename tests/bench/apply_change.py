"""A dual-stack change on 120 light hosts, and the same again with nothing to change: ours beside Ansible and pyinfra.

Every contestant starts from the same base and has to leave every host in the same state, byte for byte: rule set,
nginx's file, addresses and routes, FRR's running configuration, listening sockets. All of it happens in network
namespaces below this process and is gone when it is killed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.bench.light import contestants
from tests.bench.light.contestants import Contestant
from tests.bench.light.fleet import Fleet, fleet
from tests.bench.light.hosts import HOSTS, ROUTERS
from tests.bench.light.meter import Cost
from tests.bench.record import Record, median_and_spread

ROUNDS = 3
Costs = dict[str, list[Cost]]


def measure(rounds: int) -> list[Record]:
    """In a process tree of its own, so that a kill of this one leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="jiyue-light-") as folder:
        spaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"]
        module = [sys.executable, "-m", "tests.bench.apply_change", folder, str(max(rounds, ROUNDS))]
        subprocess.run(["setpriv", "--pdeathsig", "KILL", *spaces, *module], check=True)
        found = json.loads((Path(folder) / "costs.json").read_text(encoding="utf-8"))
    return records({name: [Cost(**one) for one in costs] for name, costs in found.items()})


class Race:
    """The rounds on one fleet."""

    def __init__(self, hosts: Fleet) -> None:
        self.fleet = hosts
        self.base = hosts.state()
        self.dual: dict[str, str] = {}
        self.costs: Costs = {}

    def change(self, make: Callable[[], Contestant], key: str, also: str = "") -> None:
        """From the base to dual stack; what comes out is compared on every host."""
        self.fleet.reset(also)
        self._same(self.base, "before", key)
        self._cost(make, key)
        if not self.dual:
            self.dual = self.fleet.state()
            if any(self.dual[name] == text for name, text in self.base.items()):
                raise SystemExit(f"{key} changed nothing somewhere")
        self._same(self.dual, "after", key)

    def nothing(self, make: Callable[[], Contestant], key: str) -> None:
        """Where everything is as intended already, and stays so."""
        self._cost(make, key)
        self._same(self.dual, "after", key)

    def _cost(self, make: Callable[[], Contestant], key: str) -> None:
        cost = make().run()
        self.costs.setdefault(key, []).append(cost)
        print(f"{key}: {cost.wall:.1f} s, {cost.cpu:.1f} s of processor time, {cost.rss:.0f} MiB", flush=True)

    def _same(self, wanted: dict[str, str], when: str, key: str) -> None:
        found = self.fleet.state()
        for name, text in wanted.items():
            if found[name] != text:
                raise SystemExit(f"{name} is another {when} {key}:\n--- wanted\n{text}\n--- found\n{found[name]}")


COLD = "rm -rf /var/lib/jiyue /run/jiyue"


def race(hosts: Fleet, rounds: int) -> Costs:
    """Everybody in turn; with Ansible's defaults only in the first round, because it takes so long."""
    running = Race(hosts)
    for number in range(rounds):
        if number == 0:
            running.change(lambda: contestants.ours(hosts, "change"), "ours-first", COLD)
        running.change(lambda: contestants.ours(hosts, "change"), "ours")
        running.change(lambda: contestants.pyinfra(hosts), "pyinfra")
        running.change(lambda: contestants.ansible(hosts, "tuned"), "tuned")
        running.nothing(lambda: contestants.ours(hosts, "nothing"), "nothing-ours")
        running.nothing(lambda: contestants.ansible(hosts, "tuned", "--check", "--diff"), "nothing-tuned")
        running.nothing(lambda: contestants.bare(hosts), "bare")
        if number == 0:
            running.change(lambda: contestants.ansible(hosts, "defaults"), "defaults")
    return running.costs


def records(costs: Costs) -> list[Record]:
    """The figures; a ratio is the peer's median over ours."""
    work = f"dual-stack change on {HOSTS} hosts ({ROUTERS} with FRR), both tasks, same state on every host"
    same = f"nothing to change on {HOSTS} hosts"
    rows = (
        ("apply-change-tuned", work, "ansible-playbook, tuned", "tuned", "ours", 6.0),
        ("apply-change-defaults", work, "ansible-playbook, defaults (one round)", "defaults", "ours", 15.0),
        ("apply-change-pyinfra", work, "pyinfra, 20 at a time", "pyinfra", "ours", 1.0),
        ("apply-nothing", same, "ansible-playbook --check --diff, tuned", "nothing-tuned", "nothing-ours", 15.0),
    )
    found = [_compared(*row, costs) for row in rows]
    ours, spread = median_and_spread([one.wall for one in costs["ours"]])
    alone = median_and_spread([one.wall for one in costs["bare"]])[0]
    share = round(100 * alone / ours, 1)
    goal = "reported; no goal of its own"
    rounds = len(costs["ours"])
    peer = "OpenSSH, 20 at a time: connect and run nothing, once per host"
    found.append(Record("apply-change-share", work, peer, alone, share, "%", None, goal, True, rounds, spread))
    for what, unit in (("cpu", "s"), ("rss", "MiB")):
        mine, spread = median_and_spread([getattr(one, what) for one in costs["ours"]])
        theirs = median_and_spread([getattr(one, what) for one in costs["tuned"]])[0]
        word = {"cpu": "controller's processor time", "rss": "largest memory of the controller's process tree"}[what]
        found.append(
            Record(
                f"apply-change-{what}", f"{work}: {word}", rows[0][2], theirs, mine, unit,
                round(theirs / mine, 2), "below the peer", mine < theirs, rounds, spread,
            )
        )  # fmt: skip
    first = costs["ours-first"][0].wall
    text = f"{work}; the hosts have never seen the agent"
    bounds = (round(first, 2), round(first, 2))
    found.append(
        Record("apply-change-first", text, "none", None, round(first, 2), "s", None, "reported", True, 1, bounds)
    )
    return found


def _compared(identity: str, work: str, peer: str, theirs: str, mine: str, goal: float, costs: Costs) -> Record:
    value, spread = median_and_spread([one.wall for one in costs[mine]])
    against = median_and_spread([one.wall for one in costs[theirs]])[0]
    ratio = round(against / value, 2)
    return Record(
        identity, work, peer, against, value, "s", ratio, f">= {goal:g}x", ratio >= goal, len(costs[theirs]), spread
    )


def main() -> None:
    """Inside: bring the hosts up, race, write the costs."""
    folder, rounds, *size = sys.argv[1:]
    count, routers = (int(size[0]), int(size[1])) if size else (HOSTS, ROUTERS)
    with fleet(Path(folder), count, routers) as hosts:
        costs = race(hosts, int(rounds))
    rows = {name: [asdict(one) for one in each] for name, each in costs.items()}
    (Path(folder) / "costs.json").write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main()

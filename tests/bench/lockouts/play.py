"""Plays one case against the real agent on a host and says how the host stood when its time was over."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from ipv6.apply.bundle import program
from lab.faults.kinds import disk_full, killed_at
from tests.bench.lockouts import hosts
from tests.bench.lockouts.campaign import difference
from tests.bench.lockouts.cases import Case
from tests.drivers.payloads import digest_of, payload
from tests.drivers.sandbox import Sandbox

GRACE = 5.0
"""Seconds after the timer within which the host has to be back."""
FOLDER = "/run/lab/fault/case"
_LOOK = 0.5
"""Seconds left for a look at a device that has not said that it is back: what counts is what it runs."""
CUT = "nsenter --net=/run/operator ip link set dev far down"
DROP = (
    "nft add table inet somebody && nft add chain inet somebody in '{ type filter hook input priority -9; }'"
    " && nft add rule inet somebody in tcp dport 22 drop"
)
_KILL = """\
sleep {seconds:.2f}
kill -9 $(pgrep -f '[j]iyue-timer' | {one})
"""
_USUAL = {"frr": 0.9, "linux": 0.6}
"""Seconds that a commit takes here, about; only to choose a moment within it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` is back, new (the change runs, whole) or half; `late` the seconds between the end of the timer and the
    return (0 when it was back before); `locked_out` whether the operator was cut off in between; `reason` for a
    person."""

    case: Case
    state: str
    late: float
    locked_out: bool
    reason: str = ""


@contextmanager
def host(kind: str, name: str) -> Iterator[tuple[Sandbox, tuple[str, str]]]:
    """A host of that kind at its base, with a picture of it."""
    with Sandbox(name) as sandbox:
        hosts.start(kind, sandbox)
        yield sandbox, hosts.picture(kind, sandbox)


def play(case: Case, sandbox: Sandbox, base: tuple[str, str], grace: float = GRACE) -> Outcome:
    """One case, looked at `grace` seconds after its timer at the latest; the host is as before, unless the outcome says
    otherwise."""
    digest = digest_of(f"case {case.number}")
    folder = hosts.root(sandbox) / "var/lib/jiyue/changes" / digest
    sandbox.must(f"rm -rf {FOLDER} && mkdir -p {FOLDER}")
    surroundings = _arrange(case, sandbox)
    _commit(case, sandbox, surroundings)
    ends = _deadline(folder)
    locked_out = sandbox.run(hosts.ASK).stdout != "SSH-"
    while not _settled(folder, ends) and time.monotonic() < ends + grace - _LOOK:
        time.sleep(0.1)
    returned = time.monotonic()
    seen = hosts.picture(case.host, sandbox)
    if case.accident == "link-cut":
        seen = _joined(case, sandbox, base, seen)
    state, reason = "back", ""
    if seen != base:
        new = _same_objects(case, sandbox)
        state, reason = "new" if new else "half", difference("\n".join(base), "\n".join(seen))
    _tidy(case, sandbox)
    return Outcome(case, state, max(0.0, round(returned - ends, 2)), locked_out, reason)


def _joined(case: Case, sandbox: Sandbox, base: tuple[str, str], seen: tuple[str, str]) -> tuple[str, str]:
    """The texts as seen; what the kernel makes of them is looked at once the link has its carrier again."""
    sandbox.must("nsenter --net=/run/operator ip link set dev far up")
    until = time.monotonic() + GRACE
    kernel = hosts.picture(case.host, sandbox)[1]
    while kernel != base[1] and time.monotonic() < until:
        time.sleep(0.3)
        kernel = hosts.picture(case.host, sandbox)[1]
    return seen[0], kernel


def _arrange(case: Case, sandbox: Sandbox) -> str:
    """Lay the accident out; gives the variables that the agent starts with."""
    action = {"agent-killed": killed_at.KILL, "link-cut": f"os.system({CUT!r})"}.get(case.accident)
    if case.accident == "wrong-acl" and case.number % 4 == 0:
        action = f"os.system({DROP!r})"  # somebody else's rule, in the middle of the change
    if action:
        sandbox.write(f"{FOLDER}/sitecustomize.py", killed_at.hook(case.point, FOLDER, action))
        return f"PYTHONPATH={FOLDER} "
    if case.accident == "disk-full":
        sandbox.must("mkdir -p /var/lib/jiyue")
        disk_full.inject(sandbox, disk_full.DiskFull(free_kb=case.free_kb), FOLDER, 0)
    return ""


def _commit(case: Case, sandbox: Sandbox, surroundings: str) -> None:
    """Send the change as the controller does; nobody ever confirms it."""
    order = payload(f"case {case.number}", hosts.sections(case.host, case.change), timer=case.timer)
    enter = sandbox.enter(f"sh -c '{surroundings}exec /usr/bin/python3 -'")
    controller = subprocess.Popen(
        ["sh", "-c", f"exec {enter}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if case.accident == "controller-killed":
        killer = Timer(case.at * _USUAL[case.host], controller.kill)
        killer.start()
    if case.accident == "timer-killed":
        sandbox.write("/run/accident", _KILL.format(seconds=case.at * case.timer, one=_one(case)))
        sandbox.must("setsid sh /run/accident </dev/null >/dev/null 2>&1 &")
    try:
        controller.communicate(program(order).encode(), timeout=60)
    except BrokenPipeError:
        controller.wait(timeout=60)


def _one(case: Case) -> str:
    return "head -n 1" if case.point % 2 else "tail -n 1"


def _deadline(folder: Path) -> float:
    """When the device's timer ends (monotonic seconds); now when the device never began."""
    until = time.monotonic() + 1.0
    while time.monotonic() < until:  # a controller that was killed leaves its agent at work
        try:
            return max(time.monotonic(), float(json.loads((folder / "state.json").read_text())["deadline"]))
        except (OSError, ValueError):
            time.sleep(0.05)
    return time.monotonic()


def _settled(folder: Path, ends: float) -> bool:
    """Whether the device says it is back, or never touched anything: `armed` is written before, `applying` first."""
    try:
        state = json.loads((folder / "state.json").read_text())["state"]
        return state == "rolled-back" or (state == "armed" and time.monotonic() > ends)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False


def _same_objects(case: Case, sandbox: Sandbox) -> bool:
    """Whether the whole change runs."""
    wanted = hosts.texts(case.host, case.change)
    asked = [{"driver": driver, "object": object} for driver, object in wanted]
    answer = sandbox.agent({"op": "observe", "device": "sandbox", "sections": asked})
    return {(one["driver"], one["object"]): one["text"] for one in answer["sections"]} == dict(wanted)


def _tidy(case: Case, sandbox: Sandbox) -> None:
    if case.accident == "disk-full":
        disk_full.clear(sandbox, disk_full.DiskFull(free_kb=case.free_kb), FOLDER)
    words = ("[/]run/accident", "[j]iyue-timer", "[a]gent-.*expire")
    sandbox.run(
        "".join(f"pkill -9 -f '{word}'; " for word in words) + "nft delete table inet somebody 2>/dev/null; "
        f"nsenter --net=/run/operator ip link set dev far up; rm -rf /var/lib/jiyue/changes {FOLDER}"
    )

"""Plays one case against a stand-in through its gateway and says how the device stood when its time was over."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ipv6.drivers import registry
from tests.bench.lockouts.campaign import difference
from tests.bench.standins import cases
from tests.bench.standins.cases import RATE, Case
from tests.bench.standins.gateway import Gateway
from tests.drivers.payloads import ask, digest_of, payload
from tests.drivers.standin import ROOT, StandIn

GRACE = 5.0
"""Seconds after the timer within which the device has to be back."""
_USUAL = {"huawei_vrp": 6.0, "h3c_comware": 3.5}
"""Seconds that a commit takes here, about; only to choose a moment within it."""
_RUN = "import json, sys; from ipv6.session.main import run; run(sys.stdin.read(), json.loads(sys.argv[1]))"
_TYPE = """\
import pexpect, sys
device = pexpect.spawn(sys.argv[1], sys.argv[2:], timeout=20)
for line in sys.stdin:
    device.expect(rb"[>\\]]$")
    device.sendline(line.strip())
device.expect(pexpect.EOF)
"""
"""Waits for a prompt, types a line, and so on."""
_LOOK, _AFTER, _END = 0.02, 1.0, 60.0
Controller = Callable[["Device", Case], "subprocess.Popen[bytes]"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` is back, new (the change runs, whole) or half; `late` the seconds between the end of the timer and the
    return (0 when it was back before); `locked_out` whether the device's own configuration shut the way; `touched`
    whether the change ever ran, in part or whole; `reason` for a person."""

    case: Case
    state: str
    late: float
    locked_out: bool
    touched: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A stand-in, its gateway and the way through it."""

    box: StandIn
    gateway: Gateway
    folder: Path

    def running(self) -> str:
        """What runs on it, as it stands."""
        return (self.box.state / "running.cfg").read_text(encoding="utf-8")

    def way(self) -> dict[str, Any]:
        """How a session reaches it."""
        return {**asdict(self.box.way), "ssh_config": str(self.folder / "gateway_config"), "answer": 20.0}


@contextmanager
def device(driver: str, folder: Path) -> Iterator[Device]:
    """A device of that vendor at the base of the cases."""
    folder.mkdir(parents=True)
    with StandIn(folder, driver, cases.text(driver, "base"), name="device", rate=RATE) as box:
        state = box.state / "running.cfg"
        with Gateway(box.port, lambda: cases.passable(state.read_text(encoding="utf-8"))) as gateway:
            alias = f"Host device\n  Port {gateway.port}\n  HostKeyAlias [{box.address}]:{box.port}\n"
            (folder / "gateway_config").write_text(alias + (folder / "ssh_config").read_text(), encoding="utf-8")
            yield Device(box, gateway, folder)


def ours(device: Device, case: Case) -> subprocess.Popen[bytes]:
    """The session as Ansible starts it, with the commit; nobody ever confirms it."""
    return _session(device, payload(f"case {case.number}", [cases.section(case)], timer=case.timer))


def theirs(device: Device, case: Case) -> subprocess.Popen[bytes]:
    """The stock way: the commands are typed over SSH, VRP's are committed; no timer anywhere."""
    script = ["system-view", *(line.strip() for line in cases.section(case).forward.splitlines())]
    script += ["commit"] if case.driver == "huawei_vrp" else []
    argv = ["ssh", "-F", device.way()["ssh_config"], "-tt", "-e", "none", "-oConnectTimeout=8", "-l", "root", "device"]
    return _started([sys.executable, "-c", _TYPE, *argv], "".join(f"{line}\n" for line in [*script, "return", "quit"]))


def play(case: Case, device: Device, controller: Controller = ours, grace: float = GRACE) -> Outcome:
    """One case; the device is as before, unless the outcome says otherwise."""
    base = device.running()
    device.gateway.closed_by_device = False
    process = controller(device, case)
    touched, returned = _watch(case, device, process, base, grace)
    seen = device.running()
    device.gateway.join()
    answer = _afterwards(device, case, process, asked=controller is ours)
    at_rest, saved = device.running(), (device.box.state / "startup.cfg").read_text(encoding="utf-8")
    late = max(0.0, returned - (touched + _wait(case))) if touched else 0.0
    state, reason = "back", ""
    if seen != base or at_rest != base or cases.passable(saved) is False:
        whole = _same(case, seen)
        state, reason = (
            "new" if whole else "half",
            f"runs {difference(base, seen) or 'the base'}; later {difference(base, at_rest) or 'the base'}",
        )
    elif answer not in ("", "rolled-back"):
        state, reason = "half", f"the device is back, the controller says {answer}"
    return Outcome(case, state, round(late, 2), device.gateway.closed_by_device, bool(touched), reason)


def _wait(case: Case) -> float:
    """Seconds of this machine until the device's timer fires; Comware counts minutes."""
    return (math.ceil(case.timer / 60) * 60 if case.driver == "h3c_comware" else case.timer) / RATE


def _watch(
    case: Case, device: Device, process: subprocess.Popen[bytes], base: str, grace: float
) -> tuple[float, float]:
    """Let the accident happen and look on until the device is back or its time is over: when the change first ran (0:
    never) and when it was last seen to run (monotonic seconds)."""
    started = time.monotonic()
    happens = started + case.at * _USUAL[case.driver]
    touched = last = ended = 0.0
    pending = case.accident not in cases.LOCKOUTS
    while True:
        now = time.monotonic()
        if pending and now >= happens:
            _accident(case, device, process)
            pending = False
        if device.running() != base:
            touched, last = touched or now, now
        elif process.poll() is not None or touched:
            ended = ended or now
        over = touched and now > touched + _wait(case) + grace
        calm = ended and not pending and now - max(ended, last) > _AFTER
        if over or calm or now > started + _END + _wait(case):
            return touched, last
        time.sleep(_LOOK)


def _accident(case: Case, device: Device, process: subprocess.Popen[bytes]) -> None:
    match case.accident:
        case "controller-killed":
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        case "link-cut":
            device.gateway.cut()
        case "connection-reset":
            device.gateway.reset()
        case "restarted":
            device.box.settings()


def _afterwards(device: Device, case: Case, process: subprocess.Popen[bytes], *, asked: bool) -> str:
    """What the next run is told by the device: nobody's hand is needed; empty when the stock way has no such word."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(30 if asked else 1)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    if not asked:
        return ""
    order = _session(device, ask("rollback", digest_of(f"case {case.number}")))
    said, complaint = order.communicate(timeout=90)
    return str(json.loads(said)["state"]) if said else complaint.decode(errors="replace").strip()[-200:] or "nothing"


def _session(device: Device, order: dict[str, Any]) -> subprocess.Popen[bytes]:
    text = json.dumps({**order, "device": "device"})
    return _started([sys.executable, "-c", _RUN, json.dumps(device.way())], text)


def _started(argv: list[str], text: str) -> subprocess.Popen[bytes]:
    """A program in a process group of its own with `text` to read."""
    process = subprocess.Popen(
        argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(text.encode())
        process.stdin.flush()
    with suppress(BrokenPipeError):
        process.stdin.close()
    process.stdin = None
    return process


def _same(case: Case, running: str) -> bool:
    return registry.driver(case.driver).normalise(running) == cases.section(case).intended

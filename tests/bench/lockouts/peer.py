"""The stock way under the same cases: the file is copied, then the program reloads it; no timer anywhere.

FRR: what `systemctl reload frr` runs (`frr-reload.py --reload /etc/frr/frr.conf`). Linux: `nft -f` of the copied file
and `ip -batch`, as playbooks with copy and command do it. What a controller, a link or an agent does in the middle of a
case happens here to the program that carries the change out.
"""

from __future__ import annotations

import subprocess
import time
from threading import Timer

from ipv6.drivers import registry
from lab.faults.kinds import disk_full, killed_at
from tests.bench.lockouts import hosts
from tests.bench.lockouts.campaign import difference
from tests.bench.lockouts.cases import Case
from tests.bench.lockouts.play import CUT, DROP, FOLDER, GRACE, Outcome
from tests.drivers.sandbox import Sandbox

CONF = {"frr": "/etc/frr/frr.conf", "linux": "/etc/nftables.conf"}
_STEPS = 4
_RELOAD = "{env}/usr/lib/frr/frr-reload.py --reload /etc/frr/frr.conf"


def play(case: Case, sandbox: Sandbox, base: tuple[str, str]) -> Outcome:
    """One case; the sandbox is replaced afterwards unless it is back by itself."""
    started = time.monotonic()
    sandbox.must(f"rm -rf {FOLDER} && mkdir -p {FOLDER} /run/new")
    _stage(case, sandbox)
    enter = sandbox.enter("sh")
    controller = subprocess.Popen(
        ["sh", "-c", f"exec {enter}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if case.accident == "controller-killed":
        killer = Timer(case.at * 2.0, controller.kill)
        killer.start()
    controller.communicate(_script(case).encode(), timeout=120)
    ends = time.monotonic() + case.timer
    locked_out = sandbox.run(hosts.ASK).stdout != "SSH-"
    time.sleep(max(0.0, ends + GRACE - time.monotonic()))
    seen = hosts.picture(case.host, sandbox)
    state = "back" if seen == base else "new" if _whole(case, sandbox) else "half"
    if case.accident == "disk-full":
        disk_full.clear(sandbox, disk_full.DiskFull("/etc/frr" if case.host == "frr" else "/etc"), FOLDER)
    sandbox.run(f"nft delete table inet somebody; {CUT.replace('down', 'up')}")
    return Outcome(
        case, state, round(time.monotonic() - started, 1), locked_out, difference("\n".join(base), "\n".join(seen))
    )


def _stage(case: Case, sandbox: Sandbox) -> None:
    wanted = hosts.texts(case.host, case.change)
    if case.host == "frr":
        header = "frr defaults traditional\nhostname sandbox\nservice integrated-vtysh-config\n"
        sandbox.write("/run/new/conf", header + wanted[hosts.FRR])
    else:
        sandbox.write("/run/new/conf", "table inet jiyue\ndelete table inet jiyue\n" + wanted[hosts.TABLE])
        delta, _ = registry.driver("linux").delta(hosts.texts("linux", "base")[hosts.NETWORK], wanted[hosts.NETWORK])
        sandbox.write("/run/new/batch", "".join(_ip(line) for line in delta.splitlines()))
    if case.accident in ("agent-killed", "link-cut"):
        action = killed_at.KILL if case.accident == "agent-killed" else f"os.system({CUT!r})"
        sandbox.write(f"{FOLDER}/sitecustomize.py", killed_at.hook(case.point, FOLDER, action))
    if case.accident == "disk-full":
        folder = "/etc/frr" if case.host == "frr" else "/etc"
        disk_full.inject(sandbox, disk_full.DiskFull(folder, case.free_kb % 8), FOLDER, 0)


def _script(case: Case) -> str:
    """What the controller has the host do, step by step; a killed program does no further step."""
    environment = f"PYTHONPATH={FOLDER} " if case.accident in ("agent-killed", "link-cut") else ""
    if case.host == "frr":
        middle = f"{DROP}\n" if case.accident == "wrong-acl" and case.number % 4 == 0 else ""
        return f"cp /run/new/conf /etc/frr/frr.conf\n{middle}{_RELOAD.format(env=environment)}\n"
    steps = ["cp /run/new/conf /etc/nftables.conf", "nft -f /etc/nftables.conf", "ip -batch /run/new/batch"]
    if case.accident == "agent-killed":
        steps = steps[: case.point % _STEPS]
    if case.accident == "link-cut":
        steps.insert(case.point % _STEPS, CUT)
    if case.accident == "wrong-acl" and case.number % 4 == 0:
        steps.insert(1, DROP)
    return "\n".join([*steps, ""])


def _ip(line: str) -> str:
    """One line of the delta as `ip -batch` takes it."""
    sign, kind, *words = line.split()
    verb = "replace" if sign == "+" else "del"
    if kind == "addr":
        return f"addr {verb} {words[1]} dev {words[0]}\n"
    return f"route {verb} {' '.join(words)}\n" if kind == "route" else ""


def _whole(case: Case, sandbox: Sandbox) -> bool:
    """Whether the whole change runs and lies in the file that a restart would load."""
    wanted = hosts.texts(case.host, case.change)
    asked = [{"driver": driver, "object": object} for driver, object in wanted]
    answer = sandbox.agent({"op": "observe", "device": "sandbox", "sections": asked})
    runs = {(one["driver"], one["object"]): one["text"] for one in answer.get("sections", ())} == dict(wanted)
    same = sandbox.run(f"cmp -s /run/new/conf {CONF[case.host]}").returncode == 0
    return runs and same

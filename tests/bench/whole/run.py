"""`python -m tests.bench.whole.run FOLDER SITES`, in a network namespace of its own: bring up, verify, tell.

Prints one JSON object: seconds and processor seconds of the verification, MiB of all processes that are ours at their
largest (the controller, its SSH, the probers with their sshd), and how the results came out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from inventory.model import Inventory
from ipv6.plan.plan import make_plan
from ipv6.verify.build import site_subjects
from lab.scene_keys import DnsKeys
from tests.bench.fixture import ROOT, province
from tests.bench.light.meter import descendants
from tests.bench.whole import names, pages, way

BLOCKS = ("198.18.0.0/15", "3fff::/20")
"""Everything in them is this machine: sites, name servers, the simulated internet."""
PERIOD = 0.2


def world(sites: int) -> tuple[Inventory, dict[str, str]]:
    """A province with so many sites, or all the real one has, and its plan."""
    inv = province(0, sites, 0)
    return inv, {claim.key: claim.prefix for claim in make_plan(inv, ()).claims}


def network(addresses: Iterable[str]) -> None:
    """Loopback with these addresses, which answers for the blocks."""
    commands = ["link set lo up"]
    commands += [f"addr add {one} dev lo{' nodad' if ':' in one else ''}" for one in dict.fromkeys(addresses)]
    commands += [f"route add local {one} dev lo" for one in BLOCKS]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands).encode(), check=True)


def resident(pid: int) -> int:
    """Bytes of memory that count for this process, shared pages by their share (proc_pid_smaps_rollup)."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def processor(pid: int) -> float:
    """Seconds of processor time of a process and of its children that have ended."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return sum(map(int, words[11:15])) / 100
    return 0.0


class Meter(threading.Thread):
    """Watches the trees below `roots`, the roots included, until `over`."""

    def __init__(self, roots: tuple[int, ...]) -> None:
        super().__init__(daemon=True)
        self._roots = roots
        self._over = threading.Event()
        self.largest = 0

    def run(self) -> None:
        """Sample."""
        while not self._over.wait(PERIOD):
            pids = {pid for root in self._roots for pid in (root, *descendants(root))}
            self.largest = max(self.largest, sum(map(resident, pids)))

    def end(self) -> float:
        """Stop; MiB at the largest."""
        self._over.set()
        self.join()
        return self.largest / 2**20


def main() -> int:
    """Bring up, verify, print, take down."""
    folder, sites = Path(sys.argv[1]), int(sys.argv[2])
    inv, claims = world(sites)
    keys = DnsKeys(folder / "keys")
    served = names.servers(inv, claims, keys)
    hosted = (one for site in site_subjects(inv, claims) for one in (site.address4, site.address6, site.own6))
    network((*(address for server in served for address in server.addresses), *hosted))
    started: list[subprocess.Popen[bytes]] = []
    try:
        started += [names.knot(folder / server.name, server, keys) for server in served]
        started.append(names.unbound(folder / "unbound", keys))
        nginx, authority = pages.nginx(folder / "nginx", (site.name for site in inv.sites))
        started.append(nginx)
        sshd, config = way.sshd(folder / "ssh")
        started.append(sshd)
        (folder / "ca.pem").write_text(authority, encoding="ascii")
        _until(lambda: _resolves(inv.sites[-1].name), started)
        said = _verify(folder, config, sites, sshd.pid)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(20)
    print(json.dumps(said))
    return 0


def _verify(folder: Path, config: Path, sites: int, sshd: int) -> dict[str, object]:
    argv = [sys.executable, "-m", "tests.bench.whole.judge", str(folder), str(config), str(sites)]
    before = processor(sshd)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=ROOT) as judge:
        meter = Meter((judge.pid, sshd))
        meter.start()
        assert judge.stdout
        out = judge.stdout.read()
        mib = meter.end()
    if judge.returncode:
        raise SystemExit(f"the verification ended {judge.returncode}")
    return {**json.loads(out), "mib": round(mib, 1), "probers_cpu": round(processor(sshd) - before, 1)}


def _resolves(name: str) -> bool:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.query

    query = dns.message.make_query(name, "AAAA", want_dnssec=True)
    with suppress(dns.exception.DNSException, OSError):
        reply = dns.query.udp(query, "::1", timeout=2)
        return bool(reply.answer) and bool(reply.flags & dns.flags.AD)
    return False


def _until(done: Callable[[], bool], started: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + 60
    while not done():
        if time.monotonic() > end or any(process.poll() is not None for process in started):
            raise SystemExit("the names are not served, or a server has ended")
        time.sleep(0.2)


if __name__ == "__main__":
    raise SystemExit(main())

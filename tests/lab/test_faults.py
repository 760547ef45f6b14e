"""Every kind of fault on real hosts: it breaks what it says, clearing it restores, replaying it is the same again."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.errors import InputError
from lab.access import enter_argv, exec_argv
from lab.faults import act, record
from lab.faults.record import Injected
from lab.ready import ReadyCheck, wait
from lab.runtime import down, status, up

from . import small

pytestmark = pytest.mark.lab

REACHED = ReadyCheck("client", ("ping", "-c1", "-W1", "10.1.0.2"), " 0% packet loss", "the client reaches the server")
STATE = "ip -4 -o addr; ip -6 -o addr; ip route; ip -6 route; nft list ruleset; mount | sort; cat /etc/frr/frr.conf"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("lab") / "state"
    up(small.spec(), path)
    wait(path, [REACHED])
    yield path
    down(path)


@pytest.fixture
def lab(directory: Path) -> Iterator[Path]:
    yield directory
    act.clear(directory)
    wait(directory, [REACHED])


def on(lab: Path, host: str, script: str) -> subprocess.CompletedProcess[str]:
    argv = enter_argv(lab, host, ["sh", "-c", script])
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)


def said(lab: Path, host: str, script: str) -> str:
    done = on(lab, host, script)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def milliseconds(lab: Path) -> float:
    """The best of three echoes from the client to the server."""
    return float(said(lab, "client", "ping -c3 -i0.2 -W2 10.1.0.2").rpartition("= ")[2].partition("/")[0])


def settled(lab: Path, host: str) -> str:
    """The host's configuration; the order and the numbers of next hops are the kernel's own affair."""
    return "\n".join(sorted(re.sub(r" nhid \d+", "", line) for line in said(lab, host, STATE).splitlines()))


def test_link_cut_and_back_with_its_routes(lab: Path) -> None:
    before = settled(lab, "web")
    one = act.inject(lab, "link-cut@web,interface=eth0")
    assert on(lab, "client", "ping -c1 -W1 10.1.0.2").returncode == 1
    act.clear(lab, [one.id])
    wait(lab, [REACHED])
    assert settled(lab, "web") == before


def test_a_silent_cut_keeps_the_light_on(lab: Path) -> None:
    act.inject(lab, "link-cut@web,interface=eth0,how=silent")
    assert "LOWER_UP" in said(lab, "web", "ip -o link show eth0")
    assert on(lab, "client", "ping -c1 -W1 10.1.0.2").returncode == 1


def test_a_router_loses_its_core_link_and_comes_back(lab: Path) -> None:
    act.inject(lab, "link-cut@r1,interface=core")
    assert on(lab, "client", "ping -c1 -W1 10.1.0.2").returncode == 1


def test_what_is_left_open_follows_from_the_seed(lab: Path) -> None:
    chosen = [act.inject(lab, "link-cut@web,how=silent,seed=5")]
    act.clear(lab)
    chosen.append(act.inject(lab, "link-cut@web,how=silent,seed=5"))
    act.clear(lab)
    chosen.append(act.replay(lab, chosen[0].id))
    assert len({(one.text, one.seed) for one in chosen}) == 1
    assert len({one.id for one in chosen}) == 3


def test_ssh_hangs_and_goes_on(lab: Path) -> None:
    act.inject(lab, "ssh-hang@web")
    argv = exec_argv(lab, "web", ["hostname"])
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(argv, capture_output=True, timeout=2, check=False)
    act.clear(lab)
    assert subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False).stdout == "web\n"


def test_a_full_disk_takes_nothing_and_keeps_what_it_had(lab: Path) -> None:
    said(lab, "web", "mkdir -p /var/lib/jiyue && echo old > /var/lib/jiyue/old")
    before = settled(lab, "web")
    act.inject(lab, "disk-full@web,free_kb=8")
    full = on(lab, "web", "head -c 20k /dev/zero > /var/lib/jiyue/much")
    assert full.returncode != 0 and "No space left" in full.stderr
    said(lab, "web", "rm /var/lib/jiyue/much; echo new > /var/lib/jiyue/new")
    act.clear(lab)
    assert (
        said(lab, "web", "cat /var/lib/jiyue/old /var/lib/jiyue/new; ls -A /var/lib/jiyue | grep -v ^prober")
        == "old\nnew\nnew\nold\n"
    )
    assert settled(lab, "web") == before


def test_a_wrong_acl_blocks_one_port_of_one_family(lab: Path) -> None:
    act.inject(lab, "wrong-acl@r1,family=4,port=80")
    assert on(lab, "client", "curl -s -m1 http://10.1.0.2/").returncode == 28
    assert on(lab, "client", "ping -c1 -W1 10.1.0.2").returncode == 0
    act.clear(lab)
    assert said(lab, "client", "curl -s -m5 http://10.1.0.2/") == "here"


def test_the_default_route_goes_and_comes(lab: Path) -> None:
    before = settled(lab, "web")
    act.inject(lab, "no-default-route@web")
    assert said(lab, "web", "ip route show default") == ""
    act.clear(lab)
    assert settled(lab, "web") == before


def test_one_program_sees_another_time(lab: Path) -> None:
    python = "/usr/bin/python3 -c 'import time; print(time.time() - %s, time.monotonic() - %s)'"
    act.inject(lab, "clock-jump@web,seconds=-86400")
    wall, monotonic = said(lab, "web", python % (time.time(), time.monotonic())).split()
    assert -86460 < float(wall) < -86340 and abs(float(monotonic)) < 30
    assert abs(int(said(lab, "web", "date +%s")) - time.time()) < 30
    act.clear(lab)
    assert abs(float(said(lab, "web", python % (time.time(), 0)).split()[0])) < 30


def test_a_program_is_killed_once_at_its_point(lab: Path) -> None:
    act.inject(lab, "killed-at@web,point=3")
    program = (
        "import os\nfor n in range(5):\n    open('/tmp/x', 'w').close(); os.remove('/tmp/x'); print(n, flush=True)"
    )
    killed = on(lab, "web", f'/usr/bin/python3 -c "{program}"')
    assert killed.stdout == "0\n1\n" and killed.returncode in (137, -9)
    assert said(lab, "web", f'/usr/bin/python3 -c "{program}"') == "0\n1\n2\n3\n4\n"


def test_half_a_file_and_the_whole_again(lab: Path) -> None:
    whole = said(lab, "web", "echo 0123456789 > /etc/some; cat /etc/some")
    one = act.inject(lab, "half-written@web,path=/etc/some,share=50")
    assert said(lab, "web", "cat /etc/some") == "01234"
    act.clear(lab, [one.id])
    assert said(lab, "web", "cat /etc/some") == whole
    act.replay(lab, one.id)
    said(lab, "web", "echo replaced > /etc/some")
    act.clear(lab)
    assert said(lab, "web", "cat /etc/some") == "replaced\n"


def test_a_slow_path_is_slow_and_loses_the_same_again(lab: Path) -> None:
    assert milliseconds(lab) < 100
    one = act.inject(lab, "slow-path@web,interface=eth0,delay_ms=150")
    assert milliseconds(lab) >= 150
    act.clear(lab, [one.id])
    assert milliseconds(lab) < 100


def test_large_packets_vanish_in_an_mtu_hole(lab: Path) -> None:
    act.inject(lab, "mtu-hole@web,interface=eth0,size=1200")
    assert on(lab, "client", "ping -c1 -W2 -s1000 10.1.0.2").returncode == 0
    large = on(lab, "client", "ping -c1 -W1 -M do -s1300 10.1.0.2")
    assert large.returncode == 1 and "too long" not in large.stdout + large.stderr


def test_a_host_without_power_starts_again_from_its_files(lab: Path) -> None:
    before = {host: settled(lab, host) for host in ("web", "r1")}
    for host in before:
        act.inject(lab, f"host-down@{host}")
        assert said(lab, host, "pgrep -x 'nginx|sshd|zebra' || true") == ""
    until = time.monotonic() + 10
    while status(lab).host("web").phase != "off" and time.monotonic() < until:
        time.sleep(0.1)
    assert (status(lab).host("web").phase, status(lab).host("web").errors) == ("off", ("the power is off",))
    act.clear(lab)
    wait(lab, [REACHED])
    until = time.monotonic() + 10
    while status(lab).host("web").phase != "up" and time.monotonic() < until:
        time.sleep(0.1)
    assert set(status(lab).host("web").services.values()) == {"up"}
    assert said(lab, "client", "curl -s -m5 http://10.1.0.2/") == "here"
    argv = exec_argv(lab, "web", ["hostname"])
    assert subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False).stdout == "web\n"
    assert {host: settled(lab, host) for host in before} == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("wrong-acl", "does not name a fault and a host"),
        ("wrong-acl@nowhere", "no such host"),
        ("no-such@web", "there is no such fault"),
        ("link-cut@web,interface=mgmt0", "it has no interface mgmt0"),
        ("link-cut@web,interface=eth0;reboot", "interface"),
        ("wrong-acl@web,port=99999", "port"),
        ("wrong-acl@web,sport=1", "sport"),
        ("wrong-acl@web,seed=-1", "is no seed"),
        ("half-written@web,path=../etc/passwd", "path"),
    ],
)
def test_what_is_no_fault_touches_nothing(lab: Path, text: str, reason: str) -> None:
    before = record.read(lab)
    with pytest.raises(InputError, match=reason):
        act.inject(lab, text)
    assert record.read(lab) == before


def test_an_interrupted_injection_is_active_and_can_be_cleared(lab: Path) -> None:
    """Recorded first: whatever of it was done is undone."""
    one = act.inject(lab, "wrong-acl@web")
    record.put(lab, Injected(**{**{f: getattr(one, f) for f in one.__slots__}, "state": "injecting"}))
    assert [each.id for each in act.active(lab)] == [one.id]
    act.clear(lab, [one.id])
    assert "lab_fault" not in said(lab, "web", "nft list ruleset")


def test_a_lab_that_goes_down_loses_its_faults(tmp_path: Path) -> None:
    up(small.spec(), tmp_path)
    one = act.inject(tmp_path, "wrong-acl@web")
    down(tmp_path)
    assert act.active(tmp_path) == ()
    up(small.spec(), tmp_path)
    assert act.active(tmp_path) == ()
    assert act.clear(tmp_path, [one.id])[0].state == "cleared"
    down(tmp_path)

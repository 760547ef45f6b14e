"""IPv4 of real routers, read over SSH: what is there, and what a cut neighbour, a lost route and a small link lose."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed
from ipv6.verify import ipv4_state
from ipv6.verify.limits import DEFAULT_LIMITS
from ipv6.verify.model import Probe
from jiyue.probe.runner import Runner
from jiyue.probe.sampler import Watch
from lab.access import exec_argv
from lab.ready import ReadyCheck, wait
from lab.runtime import down, up
from tests.lab import small
from tests.lab.test_runtime import run

pytestmark = pytest.mark.lab

ROUTERS = ("r1", "r2")
CONVERGED = ReadyCheck("r2", ("ip", "-4", "route"), "10.1.0.0/24", "r2 knows the server's LAN")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("lab4") / "state"
    up(small.spec(), path)
    wait(path, [CONVERGED])
    yield path
    down(path)


@pytest.fixture(scope="module")
def runner(directory: Path) -> Runner:
    return Runner(directory / "ssh_config")


def seen(runner: Runner) -> dict[str, str]:
    return ipv4_state.observe(ROUTERS, runner.run_all(map(ipv4_state.ask, ROUTERS)))


def settled(runner: Runner) -> dict[str, str]:
    """A reading in which both ends are neighbours and know each other's LAN."""
    deadline = time.monotonic() + 20
    wanted = {"ospf/r1/10.0.0.2 on core", "route/r1/10.2.0.0/24", "route/r2/10.1.0.0/24"}
    while not wanted <= (found := seen(runner)).keys() and time.monotonic() < deadline:
        time.sleep(0.3)
    return found


def test_routers_are_read_as_they_are(runner: Runner) -> None:
    found = settled(runner)
    assert found["state/r1"] == found["state/r2"] == "read"
    assert found["route/r2/10.1.0.0/24"] == "via 10.0.0.1"
    assert found["route/r1/10.0.0.0/30"] == "on core"
    assert found["ospf/r2/10.0.0.1 on core"] == "Full"
    assert (found["mtu/r1/core"], found["path/r1/10.0.0.2"]) == ("1500", "1500")
    assert not any("mgmt0" in key or "192.168.240" in key for key in found)
    assert ipv4_state.losses(found, settled(runner)) == ()


def test_a_small_link_and_a_cut_neighbour_are_named(directory: Path, runner: Runner) -> None:
    before = settled(runner)
    run(exec_argv(directory, "r2", ["ip", "link", "set", "core", "mtu", "1300"]))
    lost = ipv4_state.losses(before, seen(runner))
    assert "r2: MTU of core was 1500 bytes, is 1300 bytes" in lost
    assert "r1: IPv4 path to 10.0.0.2 carried 1500 bytes, carries 1280 bytes" in lost
    run(exec_argv(directory, "r2", ["ip", "link", "set", "core", "mtu", "1500"]))
    run(exec_argv(directory, "r1", ["vtysh", "-c", "conf t", "-c", "interface core", "-c", "no ip ospf area 0"]))
    time.sleep(1.5)
    lost = ipv4_state.losses(before, seen(runner))
    assert "r1: OSPF neighbour 10.0.0.2 on core was Full, is gone" in lost
    assert "r2: IPv4 route 10.1.0.0/24 was via 10.0.0.1, is gone" in lost
    run(exec_argv(directory, "r1", ["vtysh", "-c", "conf t", "-c", "interface core", "-c", "ip ospf area 0"]))
    assert ipv4_state.losses(before, settled(runner)) == ()


def test_the_way_from_a_client_through_a_small_link(directory: Path, runner: Runner) -> None:
    way = Probe("client", "path", 4, "10.1.0.2")
    assert runner.run_all([way])[way].samples[-1]["mtu"] == 1500
    run(exec_argv(directory, "r1", ["ip", "link", "set", "core", "mtu", "1400"]))
    run(exec_argv(directory, "r2", ["ip", "link", "set", "core", "mtu", "1400"]))
    assert runner.run_all([way])[way].samples[-1]["mtu"] == 1400
    for name in ROUTERS:
        run(exec_argv(directory, name, ["ip", "link", "set", "core", "mtu", "1500"]))


def test_a_device_that_cannot_be_read_is_one_loss(runner: Runner) -> None:
    before = seen(runner)
    gone = {**{key: value for key, value in before.items() if "/r1" not in key}, "state/r1": "unreachable over SSH"}
    assert ipv4_state.losses(before, gone) == ("r1: IPv4 could be read before, now: unreachable over SSH",)


def watch(runner: Runner) -> Watch:
    return Watch(runner, [("changsha", "web", "10.1.0.2")], "client", 80, {**DEFAULT_LIMITS, "sample-patience": 0.6})


def test_a_watch_over_a_quiet_network_loses_nothing(runner: Runner) -> None:
    settled(runner)
    with watch(runner) as seen:
        deadline = time.monotonic() + 15
        while seen.result().echoes < 30 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert seen.running
    found = seen.result()
    assert found.lost == () and seen.losses(["changsha"]) == ()
    assert found.echoes >= 30 and found.pages >= 2
    assert not seen.running


def test_a_watch_names_what_a_cut_link_cost(directory: Path, runner: Runner) -> None:
    settled(runner)
    with watch(runner) as seen:
        deadline = time.monotonic() + 15
        while seen.result().pages < 1 and time.monotonic() < deadline:
            time.sleep(0.1)
        run(exec_argv(directory, "r1", ["ip", "link", "set", "core", "down"]))
        deadline = time.monotonic() + 15
        while not seen.losses(["changsha"]) and time.monotonic() < deadline:
            time.sleep(0.1)
        run(exec_argv(directory, "r1", ["ip", "link", "set", "core", "up"]))
    lost = seen.result().lost
    assert "echo" in {one.kind for one in lost}
    assert all((one.platform, one.address) == ("changsha", "10.1.0.2") for one in lost)
    (said,) = seen.losses(["changsha"])
    assert said.startswith("web at 10.1.0.2 over IPv4: ") and "probes lost since 20" in said
    assert seen.losses(["zhuzhou"]) == ()


def test_a_watch_needs_its_vantage(directory: Path, runner: Runner) -> None:
    with pytest.raises(EnvironmentFailed), Watch(runner, [], "nowhere"):
        pass

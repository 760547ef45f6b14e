"""One device through the real transport while something is wrong with it: refused or taken back, said, nothing lost."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ipv6.apply.bundle import program
from ipv6.apply.transport import AnsibleTransport
from ipv6.drivers import registry
from ipv6.ports import DeviceResult, Target
from lab.access import enter_argv
from lab.faults import act
from lab.runtime import down, up
from lab.services import nft
from lab.spec import FileSpec, HostSpec, LabSpec
from tests.drivers import samples
from tests.drivers.payloads import ask, digest_of, payload

pytestmark = pytest.mark.lab

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
TABLE = "inet jiyue"
BASE, INTENDED = (registry.driver("nftables").render(samples.firewall(dual))[TABLE] for dual in (False, True))
FW = HostSpec("fw", "192.168.240.31/20", files=(FileSpec("/etc/nftables.conf", BASE),), services=(nft(),))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("lab") / "state"
    up(LabSpec("one", (FW,)), path)
    yield path
    down(path)


@pytest.fixture
def lab(directory: Path) -> Iterator[Path]:
    yield directory
    act.clear(directory)
    said(directory, "pkill -f '[j]iyue-timer'; rm -rf /var/lib/jiyue/changes /etc/jiyue")
    said(directory, "nft flush ruleset; nft -f /etc/nftables.conf")


def said(lab: Path, script: str) -> str:
    argv = enter_argv(lab, "fw", ["sh", "-c", script])
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def running(lab: Path) -> str:
    return registry.driver("nftables").normalise(said(lab, f"nft list table {TABLE}"))


def send(lab: Path, order: dict[str, Any], **limits: int) -> DeviceResult:
    way = replace(AnsibleTransport(lab / "ssh_config", lab / "runs", PLAYBOOKS), **limits)
    (result,) = way.run([Target("fw", {**order, "device": "fw"})], "test")
    return result


def commit(lab: Path, seed: str, timer: float = 60, **limits: int) -> DeviceResult:
    return send(lab, change(seed, timer), **limits)


def directly(lab: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Ask the device's agent without the transport; nothing when it is killed."""
    argv = enter_argv(lab, "fw", ["/usr/bin/python3", "-I", "-S", "-"])
    given = program({**order, "device": "fw"})
    done = subprocess.run(argv, input=given, capture_output=True, text=True, timeout=60, check=False)
    answer = json.loads(done.stdout or "{}")
    assert isinstance(answer, dict)
    return answer


def change(seed: str, timer: float = 60) -> dict[str, Any]:
    return payload(seed, [registry.section("nftables", TABLE, BASE, INTENDED)], timer=timer)


def wait_for(lab: Path, text: str, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while running(lab) != text and time.monotonic() < until:
        time.sleep(0.2)
    assert running(lab) == text


@pytest.mark.parametrize("free_kb", [0, 24, 400])
def test_a_full_disk_refuses_before_anything_is_touched(lab: Path, free_kb: int) -> None:
    """Wherever the room ends: no change without its way back, the cause by name; with room again it is committed."""
    said(lab, "rm -rf /var/lib/jiyue && mkdir -p /var/lib/jiyue" if free_kb == 400 else "mkdir -p /var/lib/jiyue")
    act.inject(lab, f"disk-full@fw,free_kb={free_kb}")
    result = commit(lab, f"full {free_kb}")
    assert (result.state == "committed") == (free_kb == 400), result
    if result.state != "committed":
        assert result.state in ("refused", "failed") and "No space left on device" in result.reason
        assert running(lab) == BASE
        act.clear(lab)
        assert commit(lab, f"full {free_kb}").state == "committed"
    assert running(lab) == INTENDED


def test_a_disk_that_fills_up_after_the_commit_does_not_stop_the_way_back(lab: Path) -> None:
    assert directly(lab, change("filled", timer=4))["state"] == "committed"
    act.inject(lab, "disk-full@fw")
    wait_for(lab, BASE)


def test_ssh_that_hangs_is_no_answer_and_silence_rolls_back(lab: Path) -> None:
    assert commit(lab, "hang", timer=6).state == "committed"
    act.inject(lab, "ssh-hang@fw")
    lost = send(lab, ask("confirm", digest_of("hang")), connect=2, limit=6)
    assert lost.state in ("unreachable", "failed") and lost.reason
    wait_for(lab, BASE)
    act.clear(lab)
    late = send(lab, ask("confirm", digest_of("hang")))
    assert (late.state, late.reason) == ("rolled-back", "it was not confirmed in time")


def test_half_a_state_is_refused_and_its_timer_takes_the_change_back(lab: Path) -> None:
    assert directly(lab, change("half"))["state"] == "committed"
    act.inject(lab, f"half-written@fw,path=/var/lib/jiyue/changes/{digest_of('half')}/state.json,share=60")
    confirm = send(lab, ask("confirm", digest_of("half")))
    assert confirm.state == "refused" and "is damaged" in confirm.reason
    assert running(lab) == INTENDED
    said(lab, f"/usr/bin/python3 /var/lib/jiyue/agent-*.pyz expire {digest_of('half')}")  # what its timers run
    assert running(lab) == BASE


def test_half_an_agent_is_sent_again(lab: Path) -> None:
    assert directly(lab, change("agent"))["state"] == "committed"
    path = said(lab, "ls /var/lib/jiyue/agent-*.pyz").strip()
    cache = said(lab, "ls /run/jiyue/*.code").strip()
    for each in (path, cache):
        act.inject(lab, f"half-written@fw,path={each},share=50")
    assert directly(lab, ask("rollback", digest_of("agent")))["state"] == "rolled-back"
    assert running(lab) == BASE


@pytest.mark.parametrize("seconds", [31_536_000, -31_536_000])
def test_a_clock_that_jumps_fires_no_timer(lab: Path, seconds: int) -> None:
    """The deadline is on the monotonic clock: a year forward or back undoes nothing, and it can still be confirmed."""
    assert directly(lab, change(f"clock {seconds}"))["state"] == "committed"
    act.inject(lab, f"clock-jump@fw,seconds={seconds}")
    status = directly(lab, ask("status", digest_of(f"clock {seconds}")))
    assert status["state"] == "committed" and 0 < status["remaining"] <= 60
    confirmed = directly(lab, ask("confirm", digest_of(f"clock {seconds}"))) if seconds > 0 else None
    look = f"from ipv6.agent import ops; print(ops.expire('{digest_of(f'clock {seconds}')}'))"  # what a timer asks
    done = said(lab, f'PYTHONPATH=$(ls /var/lib/jiyue/agent-*.pyz) /usr/bin/python3 -c "{look}"')
    assert (confirmed and confirmed["state"], done) == (("confirmed", "True\n") if confirmed else (None, "False\n"))
    assert running(lab) == INTENDED


def test_a_power_cut_before_the_confirm_ends_at_the_base(lab: Path) -> None:
    assert directly(lab, change("power"))["state"] == "committed"
    act.inject(lab, "host-down@fw")
    act.clear(lab)
    assert running(lab) == BASE
    status = directly(lab, ask("status", digest_of("power")))
    assert (status["state"], status["reason"]) == ("rolled-back", "it was unconfirmed at boot")


def test_an_agent_killed_half_way_is_asked_once_more_and_starts_from_the_base(lab: Path) -> None:
    """For SSH a killed program is a lost connection, so the transport comes again; the second agent clears up first."""
    act.inject(lab, "killed-at@fw,point=10")
    assert commit(lab, "killed").state == "committed"
    said(lab, "ls /run/lab/fault/*/done")
    assert running(lab) == INTENDED
    assert said(lab, "pgrep -f '[j]iyue-timer' | wc -l") == "2\n"
    assert directly(lab, ask("rollback", digest_of("killed")))["state"] == "rolled-back"
    assert running(lab) == BASE


def test_an_agent_killed_before_its_timers_ran_does_not_block_the_device(lab: Path) -> None:
    """It has touched nothing; once its time is over the next change clears it away."""
    assert directly(lab, change("first"))["state"] == "committed"  # the agent lies on the device from here on
    assert directly(lab, ask("rollback", digest_of("first")))["state"] == "rolled-back"
    act.inject(lab, "killed-at@fw,point=5")
    assert directly(lab, change("dead", timer=1)) == {}
    act.clear(lab)
    assert '"state": "armed"' in said(lab, f"cat /var/lib/jiyue/changes/{digest_of('dead')}/state.json")
    until = time.monotonic() + 10
    while (answer := directly(lab, change("next")))["state"] == "refused" and time.monotonic() < until:
        time.sleep(0.3)
    assert (answer["state"], answer["reason"]) == ("committed", "")
    dead = directly(lab, ask("status", digest_of("dead")))
    assert (dead["state"], dead["reason"]) == ("rolled-back", "its timers are gone")


def test_half_a_stored_file_at_boot_is_told_and_the_unconfirmed_is_undone(lab: Path) -> None:
    assert directly(lab, change("stored"))["state"] == "committed"
    assert directly(lab, ask("confirm", digest_of("stored")))["state"] == "confirmed"
    pending = payload("unconfirmed", [registry.section("nftables", TABLE, INTENDED, BASE)])
    assert directly(lab, pending)["state"] == "committed"
    act.inject(lab, "half-written@fw,path=/etc/jiyue/nftables.conf,share=50")
    told = said(lab, "/usr/bin/python3 /var/lib/jiyue/agent-*.pyz boot || test $? = 1")
    assert "failed: nftables: nft -f -" in told
    assert f"{digest_of('unconfirmed')} rolled-back: it was unconfirmed at boot" in told
    assert running(lab) == INTENDED

"""A vendor's command line in every mood: the unknown stops the work, is named, and leaves the device as it was."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from ipv6.agent.host import Failed
from ipv6.apply.transport import AnsibleTransport
from ipv6.drivers import registry
from ipv6.drivers.vendor import OBJECT
from ipv6.ports import Target
from ipv6.session import screen
from ipv6.session.main import secret
from ipv6.session.shell import Shell, complaint
from ipv6.session.vendor import vendor
from tests.drivers import vendor_cases as cases
from tests.drivers.payloads import ask, digest_of, payload
from tests.drivers.standin import StandIn

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
VRP, COMWARE = cases.DRIVERS
CANARY = "canary-7f3b9d-secret"


def texts(driver: str) -> tuple[str, str]:
    old, new = (registry.driver(driver).render(cases.county_dual(driver, step))[OBJECT] for step in ("before", "after"))
    return old, new


def change(driver: str, seed: str = "a", timer: float = 180) -> dict[str, Any]:
    return payload(seed, [registry.section(driver, OBJECT, *texts(driver))], timer=timer)


def running(device: StandIn) -> str:
    return registry.driver(device.driver).normalise((device.state / "running.cfg").read_text())


MOODS = [
    (VRP, {"mode": "immediate"}, "refused", "a device in immediate mode has no commit trial"),
    (VRP, {"candidate": "x"}, "refused", "somebody's uncommitted changes are in its candidate"),
    (VRP, {"surprise": "Warning: The licence expires. Go on?"}, "failed", "it asks what nobody foresaw"),
    (COMWARE, {"surprise": "The clock is not set. Go on?"}, "failed", "it asks what nobody foresaw"),
    (
        VRP,
        {"odd": "system-view"},
        "failed",
        "no known prompt within 3 s after 'system-view', it shows 'pe-430103(rescue)#'",
    ),
    (COMWARE, {"odd": "system-view"}, "failed", "no known prompt within 3 s after 'system-view'"),
    (VRP, {"breaks": 12}, "failed", "its running configuration cannot be read: line 12: it breaks off"),
    (COMWARE, {"breaks": 12}, "failed", "its running configuration cannot be read: line 12: it breaks off"),
]


@pytest.mark.parametrize(("driver", "mood", "state", "reason"), MOODS)
def test_a_mood_that_stops_the_work(
    tmp_path: Path, driver: str, mood: dict[str, str | float], state: str, reason: str
) -> None:
    with StandIn(tmp_path, driver, texts(driver)[0], **mood) as device:
        answer = device.send(change(driver))
        assert answer["state"] == state
        assert reason in answer["reason"]
        assert running(device) == texts(driver)[0]


@pytest.mark.parametrize("driver", cases.DRIVERS)
def test_a_prompt_never_seen_in_the_middle_is_left_to_the_timer(tmp_path: Path, driver: str) -> None:
    """Half of the commands are in when the device shows what no manual knows: nothing more is typed."""
    with StandIn(tmp_path, driver, texts(driver)[0], odd="interface", rate=30) as device:
        answer = device.send(change(driver, timer=60))
        assert answer["state"] == "failed", answer
        assert "no known prompt" in answer["reason"] and "(rescue)#" in answer["reason"]
        until = time.monotonic() + 20
        while running(device) != texts(driver)[0]:
            assert time.monotonic() < until, "the device kept what nobody confirmed"
            time.sleep(0.05)


def test_somebodys_unsaved_lines_are_refused_on_comware(tmp_path: Path) -> None:
    with StandIn(tmp_path, COMWARE, texts(COMWARE)[0]) as device:
        device.type("system-view", "ip host lunch 10.9.9.9", "return", "quit")
        answer = device.send(change(COMWARE))
        assert answer["state"] == "refused"
        assert "somebody's unsaved changes run on it" in answer["reason"] and "lunch" in answer["reason"]


def test_another_serial_number_is_refused(tmp_path: Path) -> None:
    wanted = {"op": "observe", "sections": [{"driver": VRP, "object": OBJECT}]}
    with StandIn(tmp_path, VRP, texts(VRP)[0]) as device:
        assert device.send(wanted)["identity"] == "210235A0X1"
        device.settings(serial="OTHER9")
        answer = device.send(change(VRP))
        assert answer["state"] == "refused"
        assert "its serial number is OTHER9, 210235A0X1 was here before" in answer["reason"]


def test_a_command_that_the_device_does_not_take_leaves_nothing(tmp_path: Path) -> None:
    for driver, state in ((VRP, "refused"), (COMWARE, "rolled-back")):
        with StandIn(tmp_path, driver, texts(driver)[0], name=f"r-{driver[:3]}", delay=0.0005) as device:
            section = registry.section(driver, OBJECT, *texts(driver))
            wrong = replace(section, forward=section.forward + "nosuch thing\n")
            answer = device.send(payload("w", [wrong], timer=180))
            assert answer["state"] == state, answer
            assert "'nosuch thing' at 'nosuch'" in answer["reason"]
            assert running(device) == texts(driver)[0]


def test_both_vendors_travel_by_ansible_and_say_that_they_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIYUE_DEVICE_PASSWORD", CANARY)
    with (
        StandIn(tmp_path, VRP, texts(VRP)[0], name="pe-vrp") as one,
        StandIn(tmp_path, COMWARE, texts(COMWARE)[0], name="pe-comware") as two,
    ):
        devices = {one.name: one, two.name: two}
        way = AnsibleTransport(
            tmp_path / "ssh_config", tmp_path / "runs", PLAYBOOKS, sessions={n: d.driver for n, d in devices.items()}
        )
        orders = [Target(name, {**change(device.driver), "device": name}) for name, device in devices.items()]
        committed = way.run(orders, "push")
        assert [one.state for one in committed] == ["committed", "committed"], committed
        assert all("stand-in" in found.reason and (found.data or {})["standin"] is True for found in committed)
        orders = [Target(name, {**ask("confirm", digest_of("a")), "device": name}) for name in devices]
        assert [one.state for one in way.run(orders, "confirm")] == ["confirmed", "confirmed"]
        assert all(running(device) == texts(device.driver)[1] for device in devices.values())
        kept = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_socket()]
        assert not [path for path in kept if CANARY.encode() in path.read_bytes()]


def test_a_password_of_the_vault_is_seen_nowhere(tmp_path: Path) -> None:
    """Not in a file that the run leaves, not in the command line of any process while it runs."""
    with StandIn(tmp_path, VRP, texts(VRP)[0], name="pe-vrp") as device:
        sessions, vault = {device.name: VRP}, {"": "another", device.name: CANARY}
        way = AnsibleTransport(
            tmp_path / "ssh_config", tmp_path / "runs", PLAYBOOKS, sessions=sessions, passwords=vault
        )
        assert CANARY not in repr(way)
        done, seen = threading.Event(), set[str]()
        watcher = threading.Thread(target=_command_lines, args=(done, seen))
        watcher.start()
        try:
            wanted = {"op": "observe", "device": device.name, "sections": [{"driver": VRP, "object": OBJECT}]}
            (found,) = way.run([Target(device.name, wanted)], "observe")
        finally:
            done.set()
            watcher.join()
        assert found.state == "observed", found
        # The watcher did see the run: its playbook and the session's ssh.
        assert any("observe.yml" in line for line in seen) and any(f" {device.name}" in line for line in seen)
        assert not [line for line in seen if CANARY in line]
        kept = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_socket()]
        assert kept and not [path for path in kept if CANARY.encode() in path.read_bytes()]


def _command_lines(done: threading.Event, seen: set[str]) -> None:
    """Every command line of this machine, again and again."""
    while not done.wait(0.01):
        for process in Path("/proc").iterdir():  # a pattern fails when one of them ends meanwhile
            with contextlib.suppress(OSError):
                seen.add((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))


def test_an_unreachable_one_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "ssh_config").write_text("Host gone\n  ProxyCommand false\n")
    way = AnsibleTransport(tmp_path / "ssh_config", tmp_path / "runs", PLAYBOOKS, sessions={"gone": VRP})
    (found,) = way.run([Target("gone", {"op": "observe", "device": "gone", "sections": []})], "x")
    assert found.state == "unreachable"


def test_a_password_is_taken_out_of_the_environment() -> None:
    environment = {**os.environ, "JIYUE_DEVICE_PASSWORD": "a", "JIYUE_DEVICE_PASSWORD_PE_ONE": "b"}
    assert secret(environment, "pe-one") == "b"
    assert not [name for name in environment if name.startswith("JIYUE_DEVICE_PASSWORD")]


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("  ---- More ----\x1b[16D                \x1b[16Dnext", "next"),
        ("abc\x08\x08X", "aXc"),
        ("50%\r100%", "100%"),
        ("plain", "plain"),
    ],
)
def test_what_a_reader_sees(raw: str, seen: str) -> None:
    assert screen.shown(raw).strip() == seen


class Typed:
    """A shell of a device that takes everything."""

    prompt = "<r>"

    def __init__(self) -> None:
        self.lines: list[str] = []

    def run(self, command: str, *_: object, **__: object) -> str:
        self.lines.append(command)
        return ""


def test_comware_is_typed_no_further_than_half_of_its_timer() -> None:
    """A line that comes after the timer has fired would stay, and nothing would take it back."""
    in_time, late = Typed(), Typed()
    comware = vendor(COMWARE)
    comware.commit(cast(Shell, in_time), "label", 60.0, "sysname a\nospfv3 1\n", "")
    assert in_time.lines[-2:] == ["sysname a", "ospfv3 1"]
    with pytest.raises(Failed, match="0 of 2 commands are in and half of its timer is over"):
        comware.commit(cast(Shell, late), "label", -0.1, "sysname a\nospfv3 1\n", "")
    assert not {"sysname a", "ospfv3 1"} & set(late.lines)


def test_an_echo_goes_however_it_was_wrapped() -> None:
    assert screen.without_echo("peer 10.0.\n0.1 as-num\nber 1\nfirst\n", "peer 10.0.0.1 as-number 1") == "first\n"
    assert screen.without_echo("no echo here", "display version") == "no echo here"


def test_only_its_own_prompts_count() -> None:
    names = frozenset({"pe-1"})
    good = ("<pe-1>", "[~pe-1]", "[*pe-1-GigabitEthernet0/1/0]", "[pe-1-bgp]")
    assert all(screen.is_prompt(line, names) for line in good)
    assert not any(screen.is_prompt(line, names) for line in ("<cr>", "[Y/N]", "<pe-2>", "[pe-12]", ""))


def test_the_caret_names_the_word() -> None:
    said = "          ^\nError: Wrong parameter found at '^' position.\n"
    assert complaint(said, "ip adres 1", 7).startswith("'ip adres 1' at 'adres': Error: Wrong parameter")
    assert complaint("description Error-free\n", "display this", 3) == ""

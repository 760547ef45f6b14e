"""FRR for real: a dual-stack change is committed, confirmed, taken back, and undone by silence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ipv6.drivers import registry
from tests.drivers import samples, stages
from tests.drivers.payloads import ask, digest_of, payload
from tests.drivers.sandbox import Sandbox

OBJECT = "running-config"
BASE = registry.driver("frr").render(samples.router(False))[OBJECT]
INTENDED = registry.driver("frr").render(samples.router(True))[OBJECT]


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    with stages.frr() as host:
        yield host


@pytest.fixture
def router(started: Sandbox) -> Iterator[Sandbox]:
    yield started
    for change in started.must("ls /var/lib/jiyue/changes 2>/dev/null || true").split():
        started.agent(ask("rollback", change))
    assert running(started) == BASE


def running(host: Sandbox) -> str:
    answer = host.agent({"op": "observe", "device": "pe-one", "sections": [{"driver": "frr", "object": OBJECT}]})
    assert answer["state"] == "observed"
    return str(answer["sections"][0]["text"])


def change(seed: str, timer: float = 60.0) -> dict[str, Any]:
    return payload(seed, [registry.section("frr", OBJECT, BASE, INTENDED)], timer=timer)


def test_the_running_configuration_is_what_was_rendered(router: Sandbox) -> None:
    assert running(router) == BASE


def test_commit_then_rollback_is_exact(router: Sandbox) -> None:
    committed = router.agent(change("a"))
    assert (committed["state"], committed["reason"]) == ("committed", "")
    assert committed["changed"] and 50 < committed["remaining"] <= 60
    assert running(router) == INTENDED
    assert "3fff:10::2/128" in router.must("ip -6 addr show dev lo")
    assert router.must("cat /proc/sys/net/ipv6/conf/all/forwarding") == "1\n"
    again = router.agent(change("a"))
    assert (again["state"], again["reason"], again["changed"]) == ("committed", "already committed", False)
    back = router.agent(ask("rollback", digest_of("a")))
    assert back["state"] == "rolled-back"
    assert running(router) == BASE
    assert router.must("cat /proc/sys/net/ipv6/conf/all/forwarding") == "0\n"
    assert router.run("pgrep -f '[j]iyue-timer'").stdout == ""


def test_silence_rolls_back(router: Sandbox) -> None:
    assert router.agent(change("b", timer=2))["state"] == "committed"
    state = wait_for_end(router, "b")
    assert (state["state"], state["reason"]) == ("rolled-back", "it was not confirmed in time")
    assert running(router) == BASE
    late = router.agent(ask("confirm", digest_of("b")))
    assert late["state"] == "rolled-back"


def test_a_killed_timer_is_stood_in_for(router: Sandbox) -> None:
    assert router.agent(change("c", timer=2))["state"] == "committed"
    first = router.must("pgrep -f '[j]iyue-timer 2.00'").split()
    router.must(f"kill -9 {' '.join(first)}")
    assert "1 of 2 timers wait" in router.agent(ask("status", digest_of("c")))["reason"]
    assert wait_for_end(router, "c")["state"] == "rolled-back"
    assert running(router) == BASE


def test_confirmed_stays_and_is_written(router: Sandbox) -> None:
    assert router.agent(change("d", timer=3))["state"] == "committed"
    assert "3fff:10::2" not in router.must("cat /etc/frr/frr.conf")
    assert router.agent(ask("confirm", digest_of("d")))["state"] == "confirmed"
    assert "3fff:10::2" in router.must("cat /etc/frr/frr.conf")
    assert router.run("pgrep -f '[j]iyue-timer'").stdout == ""
    assert running(router) == INTENDED
    assert router.agent(change("d"))["reason"] == "already confirmed"
    assert router.agent(ask("rollback", digest_of("d")))["state"] == "rolled-back"
    assert "3fff:10::2" not in router.must("cat /etc/frr/frr.conf")


def test_a_moved_base_is_refused_and_named(router: Sandbox) -> None:
    router.must("vtysh -c 'conf t' -c 'ip route 203.0.113.0/24 blackhole'")
    answer = router.agent(change("e"))
    router.must("vtysh -c 'conf t' -c 'no ip route 203.0.113.0/24 blackhole'")
    assert answer["state"] == "refused"
    assert "frr running-config is no longer the approved base" in answer["reason"]
    assert "203.0.113.0/24" in answer["reason"]


def test_changes_that_nobody_saved_are_not_confirmed_in_our_name(router: Sandbox) -> None:
    """Approved on top of somebody's unsaved route: `write memory` would keep that route as well."""
    router.must("vtysh -c 'conf t' -c 'ip route 203.0.113.0/24 blackhole'")
    section = registry.section("frr", OBJECT, running(router), INTENDED)
    answer = router.agent(payload("unsaved", [section]))
    kept = running(router)
    router.must("vtysh -c 'conf t' -c 'no ip route 203.0.113.0/24 blackhole'")
    assert answer["state"] == "refused" and "203.0.113.0/24" in kept
    assert "holds changes that nobody has saved: unexpected 'ip route 203.0.113.0/24 blackhole'" in answer["reason"]


def test_another_machine_than_meant_does_nothing(router: Sandbox) -> None:
    wanted = {**change("stranger"), "identity": "f" * 32}
    answer = router.agent(wanted)
    assert answer["state"] == "refused" and "this is another machine" in answer["reason"]
    assert answer["identity"] == router.must("cat /etc/machine-id").strip() != ""
    assert running(router) == BASE


def test_only_what_moved_is_sent_and_comes_with_hints(router: Sandbox) -> None:
    known = {"driver": "frr", "object": OBJECT, "known": registry.text_hash(BASE)}
    order = {"op": "observe", "device": "pe-one", "sections": [known]}
    same = router.agent(order)
    assert "text" not in same["sections"][0] and same["evidence"] == []
    other = router.agent({**order, "sections": [{**known, "known": "0" * 64}]})
    assert other["sections"][0]["text"] == BASE
    assert "/etc/frr/frr.conf" in [one["text"] for one in other["evidence"] if one["what"] == "file"]


def test_a_configuration_that_breaks_off_is_no_configuration(router: Sandbox) -> None:
    fake = "#!/bin/sh\nprintf 'Building configuration...\\n!\\nrouter bgp 64512\\n'\n"
    router.must("d=$(mktemp); cat > $d; chmod 755 $d; mount --bind $d /usr/bin/vtysh", fake)
    answer = router.agent({"op": "observe", "device": "pe-one", "sections": [{"driver": "frr", "object": OBJECT}]})
    router.must("umount /usr/bin/vtysh")
    assert answer["state"] == "failed" and "line 3: it breaks off, `end` is missing" in answer["reason"]


def test_a_second_change_at_the_same_time_is_refused(router: Sandbox) -> None:
    assert router.agent(change("f"))["state"] == "committed"
    answer = router.agent(change("0"))
    assert answer["state"] == "refused"
    assert digest_of("f")[:12] in answer["reason"]


def test_a_configuration_that_vtysh_does_not_take_changes_nothing(router: Sandbox) -> None:
    broken = INTENDED.replace("hello-interval 1", "hello-interval 100000")
    answer = router.agent(payload("1", [registry.section("frr", OBJECT, BASE, broken)]))
    assert answer["state"] in ("refused", "rolled-back")
    assert answer["reason"]
    assert running(router) == BASE


def test_a_hand_made_change_in_the_window_is_taken_back_too(router: Sandbox) -> None:
    assert router.agent(change("2", timer=2))["state"] == "committed"
    router.must("vtysh -c 'conf t' -c 'ip route 203.0.113.0/24 blackhole' -c 'interface to-fw' -c 'no ip ospf area 0'")
    assert wait_for_end(router, "2")["state"] == "rolled-back"
    assert running(router) == BASE


def test_unconfirmed_at_boot_is_undone(router: Sandbox) -> None:
    assert router.agent(change("3"))["state"] == "committed"
    said = router.must("/usr/bin/python3 /var/lib/jiyue/agent-*.pyz boot")
    assert "rolled-back: it was unconfirmed at boot" in said
    assert running(router) == BASE


def test_an_interrupted_attempt_is_cleared_away_first(router: Sandbox) -> None:
    """A commit that was killed half-way: its state says so, half of it runs; asking again starts from the base."""
    assert router.agent(change("5"))["state"] == "committed"
    state = f"/var/lib/jiyue/changes/{digest_of('5')}/state.json"
    router.must(f'sed -i \'s/"committed"/"applying"/\' {state}')
    router.must("vtysh -c 'conf t' -c 'interface to-core' -c 'no ipv6 ospf6 area 0' -c 'exit' -c 'no router ospf6'")
    answer = router.agent(change("5"))
    assert (answer["state"], answer["reason"]) == ("committed", "")
    assert running(router) == INTENDED
    assert router.must("pgrep -f '[j]iyue-timer' | wc -l") == "2\n"


def test_a_damaged_payload_is_refused(router: Sandbox) -> None:
    damaged = change("4")
    damaged["sections"][0]["intended"] += "ip route 198.51.100.0/24 blackhole\n"
    answer = router.agent(damaged)
    assert (answer["state"], "damaged" in answer["reason"]) == ("refused", True)
    assert running(router) == BASE


def wait_for_end(host: Sandbox, seed: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = host.agent(ask("status", digest_of(seed)))
        if answer["state"] != "committed" and answer["state"] != "undoing":
            return answer
        time.sleep(0.3)
    raise AssertionError("the timer never fired")

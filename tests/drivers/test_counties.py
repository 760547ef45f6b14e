"""A VRP and a Comware county router through the whole apply: real change set, store, gates, Ansible, SSH; stand-ins."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ipv6.apply.clock import SystemClock
from ipv6.apply.revert import rollback
from ipv6.apply.run import Policy
from ipv6.change.model import Section
from jiyue.store.part import utc_now
from jiyue.workflow.apply import lock_of, standing, transport
from jiyue.workflow.drift import drift
from tests.drivers.counties import COMWARE, PLATFORM, VRP, Counties, Direct, Eyes, running

BOTH = (VRP, COMWARE)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counties]:
    with Counties(tmp_path_factory.mktemp("counties") / "checkout") as found:
        yield found


@pytest.fixture
def two(started: Counties) -> Iterator[Counties]:
    """Each test begins and ends with routers that run and keep what they did at first, also what is not ours."""
    before = started.raw(), started.saved()
    yield started
    assert (started.raw(), started.saved()) == before


def sections(two: Counties) -> dict[str, Section]:
    held = [one for one in two.services.store.change_set(two.digest).devices if not one.deferred]
    assert [one.device for one in held] == list(BOTH)
    return {one.device: one.sections[0] for one in held}


def lines(two: Counties, device: str, after: int = 0) -> list[tuple[str, str]]:
    entries = two.services.store.entries(two.digest)
    return [(one.step, one.state) for one in entries if one.device == device and one.seq > after]


def end(two: Counties) -> int:
    return max((one.seq for one in two.services.store.entries()), default=0)


def test_a_controller_that_dies_a_second_one_that_applies_and_the_way_back(two: Counties) -> None:
    """Killed between commit and confirm: both routers go back by themselves. The next run goes to the end, one more
    changes nothing, and `rollback` leads to before it."""
    assert two.killed(timer=200) == -9
    for device in BOTH:
        assert lines(two, device)[-1] == ("devices", "committed")
    until = time.monotonic() + 30
    while any(running(two.devices[name]) != one.base for name, one in sections(two).items()):
        assert time.monotonic() < until, "a router kept what nobody confirmed"
        time.sleep(0.1)

    result = two.apply(eyes := Eyes(two.devices))
    (city,) = result.platforms
    assert (city.state, city.code, city.reasons, city.standins) == ("applied", 0, (), BOTH), two.told.notes
    assert eyes.asked == ["by-address"]
    for name, one in sections(two).items():
        assert ("resume", "rolled-back") in lines(two, name)
        assert lines(two, name)[-1] == ("confirm", "confirmed")
        assert running(two.devices[name]) == one.intended and one.base != one.intended
    told = [one.detail for one in two.services.store.entries(two.digest) if one.device and one.state == "confirmed"]
    assert told == ["stand-in, no device"] * 2

    applied = two.raw(), two.saved()
    (again,) = two.apply(Eyes(two.devices, red="nobody may ask")).platforms
    assert (again.state, again.reasons[0], again.standins) == (
        "unchanged",
        "already applied and still as intended",
        BOTH,
    )
    assert (two.raw(), two.saved()) == applied
    shown = {one.device: (one.state, one.kind) for one in standing(two.services, (PLATFORM,))}
    assert shown == dict.fromkeys(BOTH, ("confirmed", "stand-in"))

    services = two.services
    by_hand = ("system-view", "interface LoopBack0", "{}description", "return", "save force", "quit")
    two.devices[COMWARE].type(*(word.replace("{}description", "description by hand") for word in by_hand))
    (seen,) = drift(services, (PLATFORM,), two.told).platforms
    assert (seen.verdict, seen.standins, [one.device for one in seen.objects]) == ("drift", BOTH, [COMWARE])
    assert [line.text for line in seen.objects[0].lines] == ["  interface LoopBack0", "+   description by hand"]
    two.devices[COMWARE].type(*(word.format("undo ") for word in by_hand))
    assert (two.raw(), two.saved()) == applied

    undone = rollback(
        PLATFORM, services.inventory, services.store, transport(services), Eyes(two.devices), SystemClock(), two.told,
        "run-back", lock_of(services), Policy(timer=3600),
    )  # fmt: skip
    assert (undone.state, undone.code, undone.standins) == ("rolled-back", 0, BOTH), undone.reasons
    assert services.store.applied_digest(PLATFORM) == ""


class Jump:
    """A clock that stands at the approval's end as soon as the first router is changed."""

    def __init__(self, two: Counties) -> None:
        self.two, self.since = two, end(two)

    def now(self) -> str:
        """UTC."""
        done = ("devices", "committed") in lines(self.two, VRP, self.since)
        return self.two.services.store.approval(self.two.digest).expires if done else utc_now()


def test_an_approval_that_ends_in_the_middle_of_a_wave_stops_it_there(two: Counties) -> None:
    """The first router's change is taken back, the second one is never touched."""
    since = end(two)
    result = two.apply(Eyes(two.devices), clock=Jump(two), way=Direct(two.devices))
    (city,) = result.platforms
    assert (city.state, city.code, result.exit_code) == ("rolled-back", 3, 3)
    assert f"{PLATFORM}: the approval holds no more: it expired at" in result.halted
    assert lines(two, VRP, since)[-1] == ("rollback", "rolled-back")
    assert ("devices", "started") not in lines(two, COMWARE, since)


def test_a_red_proof_takes_both_back(two: Counties) -> None:
    (city,) = two.apply(Eyes(two.devices, red="3fff:10:103::1 does not answer"), way=Direct(two.devices)).platforms
    assert (city.state, city.code, city.standins) == ("rolled-back", 1, BOTH)
    assert city.reasons == ("3fff:10:103::1 does not answer",)
    for name, one in sections(two).items():
        assert lines(two, name)[-1] == ("rollback", "rolled-back")
        assert running(two.devices[name]) == one.base

"""What every driver folder owes, whichever it is: a new folder is taken up by itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import InputError
from ipv6.agent import device as device_side
from ipv6.agent.host import Refused
from ipv6.drivers import registry
from ipv6.drivers.vendor import OBJECT
from ipv6.plan.intent import DeviceIntent
from ipv6.session.vendor import vendor
from tests.drivers import samples, stages, vendor_cases
from tests.drivers.payloads import ask, digest_of, payload
from tests.drivers.sandbox import Sandbox
from tests.drivers.standin import StandIn

GOLDEN = Path(__file__).parents[1] / "golden" / "drivers"
NAMES = registry.names()


def rendered(name: str) -> Iterator[tuple[str, str, str, str]]:
    """(device, object, IPv4-only text, dual-stack text) of every sample that has the driver."""
    for make in samples.DEVICES:
        four, both = make(False), make(True)
        if name in four.drivers:
            old, new = registry.driver(name).render(four), registry.driver(name).render(both)
            assert old.keys() == new.keys()
            for object in old:
                yield four.name, object, old[object], new[object]


def test_there_are_drivers_and_samples_for_each() -> None:
    assert set(NAMES) >= {"frr", "h3c_comware", "huawei_vrp", "knot", "linux", "nftables", "nginx"}
    for name in NAMES:
        assert list(rendered(name)), f"tests/drivers/samples.py has no device with the driver {name}"


def test_an_unknown_driver_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="frr"):
        registry.driver("vrp9")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_file_and_module_names(name: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,19}", name)
    assert registry.driver(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_the_device_side_is_there_or_the_driver_says_why_not(name: str) -> None:
    if name in registry.on_device():
        assert isinstance(device_side.device(name), device_side.Device)
        return
    assert registry.driver(name).held_back or vendor(name).name == name
    with pytest.raises(Refused, match=name):
        device_side.device(name)


@pytest.mark.parametrize("name", NAMES)
def test_rendering_is_deterministic_and_already_normal(name: str) -> None:
    for (_, _, four, both), again in zip(rendered(name), rendered(name), strict=True):
        assert (four, both) == again[2:]
        for text in (four, both):
            assert text.endswith("\n")
            assert registry.driver(name).normalise(text) == text
            assert registry.driver(name).normalise(f"\n{text}\n\n") == text


@pytest.mark.parametrize("name", NAMES)
def test_golden(name: str) -> None:
    for device, object, four, both in rendered(name):
        for word, text in (("v4", four), ("dual", both)):
            path = GOLDEN / f"{name}-{device}-{word}.txt"
            assert path.is_file(), f"no golden text {path.name} for {object}"
            assert text == path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("name", NAMES)
def test_ipv4_is_the_same_with_ipv6_beside_it(name: str) -> None:
    """No line without a word of IPv6 disappears, and none appears."""
    for _, object, four, both in rendered(name):
        # `#` only parts one view of a vendor's text from the next.
        left, right = [line for line in four.splitlines() if not is6(line)], without6(both)
        assert [line for line in left if line.strip() != "#"] == [line for line in right if line.strip() != "#"], object


def without6(text: str) -> list[str]:
    """The lines without IPv6; a block that only serves it (a set, a process, a remote) goes as a whole."""
    text = re.sub(r"^\tset \w+6 \{\n(\t\t.*\n)+\t\}\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ address-family ipv6 unicast\n(  .*\n)+ exit-address-family\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ (?:address-family ipv6|ipv6-family) unicast\n(  .*\n)+", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ospfv3 1\n( .*\n)+", "", text, flags=re.MULTILINE)
    text = re.sub(r"^router ospf6\n( .*\n)+exit\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^  - id: partner2\n(    .*\n)+", "", text, flags=re.MULTILINE)
    return [line for line in text.splitlines() if not is6(line)]


def is6(line: str) -> bool:
    return bool(re.search(r"[0-9a-f]*:[0-9a-f]*::|::|ipv6|ip6|icmpv6|ospf6|ospfv3|partner2", line))


@pytest.mark.parametrize("name", NAMES)
def test_equal_texts_are_kept_with_a_reason(name: str) -> None:
    for _, object, _, both in rendered(name):
        section = registry.section(name, object, both, both)
        assert section.keep
        assert (section.forward, section.reverse) == ("", "")
        assert section.base_hash == section.intended_hash == registry.text_hash(both)


@pytest.mark.parametrize("name", NAMES)
def test_the_reverse_is_the_forward_of_the_way_back(name: str) -> None:
    for _, object, four, both in rendered(name):
        there, back = registry.section(name, object, four, both), registry.section(name, object, both, four)
        assert not there.keep
        assert there.forward and there.reverse
        assert (there.forward, there.reverse) == (back.reverse, back.forward)


@pytest.mark.parametrize("name", NAMES)
def test_only_devices_of_its_own_kind(name: str) -> None:
    """A renderer that needs what an intent lacks says so by name, or has nothing to say."""
    bare = DeviceIntent("bare", "x", "430000", "shared", (name,), "192.168.240.9", ())
    try:
        texts = registry.driver(name).render(bare)
    except InputError as error:
        assert error.place == "bare"
    else:
        assert all(text == registry.driver(name).normalise(text) for text in texts.values())


# One life for all of them: each stage is where some drivers are at home, with texts of one family and of both.
Texts = Mapping[tuple[str, str], str]
Send = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Stage:
    """A device of some drivers. `bad` is a text per driver that its software does not take; `short` fires soon."""

    base: Texts
    intended: Texts
    bad: Mapping[str, str]
    short: float
    enter: Callable[[Path], AbstractContextManager[Send]]


@contextmanager
def host(enter: Callable[[], AbstractContextManager[Sandbox]]) -> Iterator[Send]:
    with enter() as found:
        yield found.agent


@contextmanager
def standin(name: str, folder: Path) -> Iterator[Send]:
    with StandIn(folder, name, VENDOR[name][0], rate=20, page=20) as found:
        yield found.send


def vendor_texts(name: str) -> tuple[str, str]:
    steps: tuple[vendor_cases.Step, ...] = ("before", "after")
    old, new = (registry.driver(name).render(vendor_cases.county_dual(name, step))[OBJECT] for step in steps)
    return old, new


VENDOR = {name: vendor_texts(name) for name in vendor_cases.DRIVERS}
STAGES = {
    "frr": Stage(
        {("frr", stages.ROUTER): stages.ROUTER_BASE},
        {("frr", stages.ROUTER): stages.ROUTER_INTENDED},
        {"frr": stages.ROUTER_BASE + "router ospf\n frobnicate\nexit\n"},
        10,
        lambda folder: host(stages.frr),
    ),
    "unbound": Stage(
        {("unbound", stages.RESOLVER): stages.RESOLVER_BASE},
        {("unbound", stages.RESOLVER): stages.RESOLVER_INTENDED},
        {"unbound": stages.RESOLVER_BASE + "server:\n    frobnicate: yes\n"},
        10,
        lambda folder: host(stages.unbound),
    ),
    "combined": Stage(
        stages.BASE,
        stages.INTENDED,
        {
            "linux": "addr nowhere 3fff::1/64\n",
            "nftables": "table inet jiyue {\n\tchain x {\n\t\ttcp dport nothing accept\n\t}\n}\n",
            "nginx": stages.INTENDED["nginx", stages.INCLUDE].replace("server_tokens off;", "server_tokens maybe;"),
            "knot": "server:\n    listen to: everybody\n",
        },
        10,
        lambda folder: host(stages.combined),
    ),
    **{
        name: Stage(
            {(name, OBJECT): VENDOR[name][0]},
            {(name, OBJECT): VENDOR[name][1]},
            {name: VENDOR[name][1] + "frobnicate all\n"},
            60,
            partial(standin, name),
        )
        for name in VENDOR
    },
}


def test_every_driver_folder_has_a_stage() -> None:
    assert {name for stage in STAGES.values() for name, _ in stage.base} == set(NAMES)
    assert all(set(stage.bad) == {name for name, _ in stage.base} for stage in STAGES.values())


@pytest.mark.parametrize("name", STAGES)
def test_a_whole_life(name: str, tmp_path: Path) -> None:
    stage = STAGES[name]
    with stage.enter(tmp_path) as send:

        def running() -> Texts:
            wanted = [{"driver": driver, "object": object} for driver, object in stage.base]
            answer = send({"op": "observe", "device": "x", "sections": wanted})
            assert answer["state"] == "observed", answer["reason"]
            return {(one["driver"], one["object"]): one["text"] for one in answer["sections"]}

        def change(seed: str, timer: float = 180, intended: Texts = stage.intended) -> dict[str, Any]:
            sections = [registry.section(*key, stage.base[key], intended[key]) for key in stage.base]
            return send(payload(seed, sections, timer=timer))

        def end(operation: str, seed: str) -> str:
            return str(send(ask(operation, digest_of(seed)))["state"])

        assert running() == stage.base
        for key in stage.base:
            raw = registry.section(*key, stage.base[key], stage.intended[key])
            wrong = replace(raw, intended=stage.bad[key[0]], intended_hash=registry.text_hash(stage.bad[key[0]]))
            wrong = wrong if key[0] in VENDOR else registry.section(*key, stage.base[key], stage.bad[key[0]])
            assert send(payload("bad", [wrong]))["state"] == "refused", key
        moved = [registry.section(*key, text, text) for key, text in stage.intended.items()]
        answer = send(payload("moved", moved, timer=180))
        assert answer["state"] == "refused" and "no longer the approved base" in answer["reason"]
        assert running() == stage.base

        answer = change("first")
        assert (answer["state"], answer["changed"]) == ("committed", True), answer["reason"]
        assert running() == stage.intended
        again = change("first")
        assert (again["state"], again["changed"]) == ("committed", False)
        other = change("second")
        assert other["state"] == "refused" and digest_of("first")[:12] in other["reason"]
        assert end("rollback", "first") == "rolled-back"
        assert running() == stage.base

        assert change("late", stage.short)["state"] == "committed"
        until = time.monotonic() + 60
        while running() != stage.base:
            assert time.monotonic() < until, "the timer did not fire"
        assert end("confirm", "late") == "rolled-back"
        assert running() == stage.base

        assert change("kept")["state"] == "committed"
        assert end("confirm", "kept") == "confirmed"
        assert running() == stage.intended
        assert end("rollback", "kept") == "rolled-back"
        assert running() == stage.base

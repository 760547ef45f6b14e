"""What every driver folder owes, whichever it is: a new folder is taken up by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.errors import InputError
from ipv6.agent import device as device_side
from ipv6.agent.host import Refused
from ipv6.drivers import registry
from ipv6.plan.intent import DeviceIntent
from tests.drivers import samples

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
    assert registry.driver(name).held_back
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

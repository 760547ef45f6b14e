"""VRP and Comware: golden texts per case, commands there and back played on a make-believe device, any two intents."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.errors import Problems
from ipv6.drivers import registry
from ipv6.drivers.h3c_comware.undo import GRAMMAR as COMWARE
from ipv6.drivers.huawei_vrp.undo import GRAMMAR as VRP
from ipv6.drivers.remedy import Grammar
from ipv6.drivers.vendor import OBJECT
from ipv6.plan.intent import DeviceIntent
from tests.drivers import vendor_cases as cases
from tests.drivers.candidate import entered

GOLDEN = Path(__file__).parents[1] / "golden" / "drivers"
GRAMMARS: dict[str, Grammar] = {"huawei_vrp": VRP, "h3c_comware": COMWARE}
EVERY = [(driver, case) for driver in cases.DRIVERS for case in cases.CASES]


def rendered(driver: str, intent: DeviceIntent) -> str:
    return registry.driver(driver).render(intent)[OBJECT]


@pytest.mark.parametrize(("driver", "case"), EVERY)
def test_golden(driver: str, case: str) -> None:
    """`JIYUE_WRITE_GOLDEN=1` writes them anew; read the difference before committing it."""
    base, intended = (rendered(driver, cases.CASES[case](driver, step)) for step in ("before", "after"))
    section = registry.section(driver, OBJECT, base, intended)
    folder = GOLDEN / driver / case
    for name, text in (("intended", intended), ("forward", section.forward), ("reverse", section.reverse)):
        path = folder / f"{name}.txt"
        if os.environ.get("JIYUE_WRITE_GOLDEN"):
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("driver", cases.DRIVERS)
def test_every_folder_is_a_case(driver: str) -> None:
    assert {path.name for path in (GOLDEN / driver).iterdir()} == set(cases.CASES)


@pytest.mark.parametrize(("driver", "case"), EVERY)
def test_the_commands_lead_there_and_back(driver: str, case: str) -> None:
    base, intended = (rendered(driver, cases.CASES[case](driver, step)) for step in ("before", "after"))
    assert base != intended
    there_and_back(driver, base, intended)


def there_and_back(driver: str, base: str, intended: str) -> None:
    section = registry.section(driver, OBJECT, base, intended)
    dialect = GRAMMARS[driver].dialect
    assert entered(base, section.forward, dialect) == intended
    assert entered(intended, section.reverse, dialect) == base


@pytest.mark.parametrize("driver", cases.DRIVERS)
def test_ipv4_is_left_alone(driver: str) -> None:
    """Going dual stack neither removes nor repeats a line of IPv4, on the way there or back."""
    for case in ("pe-dual", "county-dual"):
        base, intended = (rendered(driver, cases.CASES[case](driver, step)) for step in ("before", "after"))
        section = registry.section(driver, OBJECT, base, intended)
        own = {line.strip() for line in base.splitlines()}
        assert not any(line.strip().startswith("undo") for line in section.forward.splitlines())
        views = {line for line in own if line.startswith(("interface ", "bgp "))}
        assert {line.strip() for line in section.forward.splitlines()} & own <= views | {"area 0.0.0.0", ""} | routers(
            own
        )
        removed = {line.strip().removeprefix("undo ") for line in section.reverse.splitlines() if "undo" in line}
        assert not removed & own


def routers(own: set[str]) -> set[str]:
    """Lines that both OSPF processes have in the same words."""
    return {line for line in own if line.startswith(("router-id ", "silent-interface "))}


@pytest.mark.parametrize("driver", cases.DRIVERS)
def test_ports_without_a_hardware_name_are_named_at_once(driver: str) -> None:
    intent = cases.pe(driver, True)
    with pytest.raises(Problems) as caught:
        rendered(driver, replace(intent, ports=tuple(replace(port, hardware="") for port in intent.ports)))
    assert len(caught.value.lines) == 3
    assert "cannot name port to-core; give the interface its `hardware` name" in str(caught.value)


@pytest.mark.parametrize("driver", cases.DRIVERS)
@pytest.mark.parametrize("text", ["core\n undo bgp 64512", "core\u2028#", "core\x00"])
def test_no_text_becomes_a_command(driver: str, text: str) -> None:
    intent = cases.pe(driver, True)
    ports = (replace(intent.ports[0], description=text), *intent.ports[1:])
    with pytest.raises(Problems, match="not printable"):
        rendered(driver, replace(intent, ports=ports))


PIECES = st.sampled_from(sorted(cases.CASES))


@st.composite
def intents(draw: Any, driver: str) -> DeviceIntent:
    """Any mixture of the cases: ports, lists, processes and services of different ones together."""
    base = cases.CASES[draw(PIECES)](driver, "after")
    for part in ("management", "vpns", "bgp", "isis", "routes"):
        other = cases.CASES[draw(PIECES)](driver, "after")
        if draw(st.booleans()) and getattr(other, part) is not None:
            base = replace(base, **{part: getattr(other, part)})
    lists = cases.CASES["acl"](driver, "after").access_lists
    prefix = cases.CASES[draw(st.sampled_from(["bogon-lab", "bogon-field"]))](driver, "after").prefix_lists
    rules = tuple(replace(one, rules=one.rules[draw(st.integers(0, 4)) :]) for one in lists)
    vpns = {vpn.name for vpn in base.vpns}
    ports = tuple(replace(port, vpn=port.vpn if port.vpn in vpns else "") for port in base.ports)
    if vpns and draw(st.booleans()):
        ports = (replace(ports[0], vpn=sorted(vpns)[0]), *ports[1:])
    keep = draw(st.integers(1, len(ports)))
    asn = draw(st.sampled_from([0, 65000, 65001]))
    bgp = base.bgp
    if bgp is not None and asn:
        peers = (replace(bgp.peers[0], asn=asn, description=draw(st.sampled_from(["", "a", "b"]))), *bgp.peers[1:])
        bgp = replace(bgp, peers=peers[: draw(st.integers(1, len(peers)))])
    return replace(base, ports=ports[:keep], access_lists=rules, prefix_lists=prefix, bgp=bgp)


@pytest.mark.parametrize("driver", cases.DRIVERS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_two_intents_there_and_back(driver: str, data: st.DataObject) -> None:
    base, intended = (rendered(driver, data.draw(intents(driver))) for _ in range(2))
    there_and_back(driver, base, intended)
    for text in (base, intended):
        assert registry.driver(driver).normalise(text) == text

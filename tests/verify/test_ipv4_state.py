"""What counts as a loss of IPv4 on a device, and which devices are read at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.model import Inventory
from inventory.source import load
from ipv6.verify import ipv4_state
from ipv6.verify.model import Answer

READ = {"state/a": "read"}


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(Path(__file__).parents[2] / "inventory" / "hunan", "lab")


@pytest.mark.parametrize(
    ("key", "before", "now", "said"),
    [
        ("route/a/10.0.0.0/8", "via 10.1.1.1", "", "a: IPv4 route 10.0.0.0/8 was via 10.1.1.1, is gone"),
        ("route/a/10.0.0.0/8", "via 10.1.1.1", "blackhole", "a: IPv4 route 10.0.0.0/8 was via 10.1.1.1, is blackhole"),
        ("route/a/10.0.0.0/8", "via 10.1.1.1", "via 10.2.2.2", ""),
        ("route/a/10.0.0.0/8", "blackhole", "", ""),
        ("ospf/a/10.1.1.1 on x", "Full", "Init", "a: OSPF neighbour 10.1.1.1 on x was Full, is Init"),
        ("ospf/a/10.1.1.1 on x", "2-Way", "Full", ""),
        ("ospf/a/10.1.1.1 on x", "2-Way", "", "a: OSPF neighbour 10.1.1.1 on x was 2-Way, is gone"),
        ("ospf/a/10.1.1.1 on x", "Init", "", ""),
        ("bgp/a/10.1.1.1", "Established", "Active", "a: BGP neighbour 10.1.1.1 was Established, is Active"),
        ("bgp/a/10.1.1.1", "Active", "", ""),
        ("mtu/a/x", "1500", "1492", "a: MTU of x was 1500 bytes, is 1492 bytes"),
        ("mtu/a/x", "1500", "9000", ""),
        ("mtu/a/x", "1500", "", "a: the interface x is gone"),
        ("path/a/10.1.1.1", "1500", "1280", "a: IPv4 path to 10.1.1.1 carried 1500 bytes, carries 1280 bytes"),
        ("path/a/10.1.1.1", "0", "0", ""),
    ],
)
def test_losses(key: str, before: str, now: str, said: str) -> None:
    after = {**READ, **({key: now} if now else {})}
    assert ipv4_state.losses({**READ, key: before}, after) == ((said,) if said else ())


keys = st.sampled_from(["route/a/10.0.0.0/8", "ospf/a/n on x", "bgp/a/n", "mtu/a/x", "path/a/n"])
values = st.sampled_from(["via 10.1.1.1", "blackhole", "Full", "2-Way", "Established", "1500", "576", "0"])


@given(st.dictionaries(keys, values), st.dictionaries(keys, values))
def test_more_ipv4_is_never_a_loss(before: dict[str, str], more: dict[str, str]) -> None:
    """What is still there is not lost, whatever came on top."""
    assert ipv4_state.losses({**READ, **before}, {**READ, **more, **before}) == ()


def test_a_platform_is_read_with_its_neighbours_and_no_further(inv: Inventory) -> None:
    touched = [device.name for device in inv.platform_by_name["changsha"].devices if inv.holds(device)]
    found = ipv4_state.devices(inv, touched)
    assert set(touched) <= set(found)
    assert "core" in found
    assert not any("zhuzhou" in name for name in found)


def test_a_device_without_an_answer_says_why(inv: Inventory) -> None:
    probe = ipv4_state.ask("core")
    assert ipv4_state.observe(["core"], {probe: Answer(problem="no way in")}) == {"state/core": "no way in"}
    broken = Answer(({"state": "error", "error": "ip: exit status 1"},))
    assert ipv4_state.observe(["core"], {probe: broken}) == {"state/core": "ip: exit status 1"}

"""The compiled code of the agent is a convenience: whatever becomes of it, the agent runs and nothing torn stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ipv6.drivers import registry
from tests.drivers import samples
from tests.drivers.payloads import payload
from tests.drivers.sandbox import Sandbox

TABLE = "inet jiyue"
BASE, INTENDED = (registry.driver("nftables").render(samples.firewall(dual))[TABLE] for dual in (False, True))
CACHE = "/run/jiyue"


@pytest.fixture
def host() -> Iterator[Sandbox]:
    with Sandbox("fw-cache") as found:
        found.must("nft -f -", BASE)
        yield found


def state(host: Sandbox) -> str:
    wanted = {"op": "observe", "device": "sandbox", "sections": [{"driver": "nftables", "object": TABLE}]}
    return str(host.agent(wanted)["state"])


def kept(host: Sandbox) -> list[str]:
    return host.must(f"ls {CACHE} 2>/dev/null || true").split()


def test_a_full_run_leaves_no_part_of_it(host: Sandbox) -> None:
    """Room for a part of the compiled code only: it is not kept, also not in the place of a damaged one."""
    assert state(host) == "observed"
    (whole,) = kept(host)
    host.must(f"cp {CACHE}/{whole} /etc/whole && mount -t tmpfs -o size=24k tmpfs {CACHE}")
    assert (state(host), kept(host)) == ("observed", [])
    host.must(f"head -c 8000 /etc/whole > {CACHE}/{whole}; test $(stat -c %s {CACHE}/{whole}) = 8000")
    assert (state(host), kept(host)) == ("observed", [])
    section = registry.section("nftables", TABLE, BASE, INTENDED)
    assert host.agent(payload("full", [section]))["state"] == "committed"
    assert kept(host) == []


def test_a_read_only_run_does_not_stop_it(host: Sandbox) -> None:
    host.must("mount -o remount,ro /run")
    assert (state(host), kept(host)) == ("observed", [])


@pytest.mark.parametrize("damage", ["head -c 3000 {0} > {0}.x && mv {0}.x {0}", "echo i > {0}", "rm {0} && mkdir {0}"])
def test_a_damaged_one_is_made_again_or_gone_without(host: Sandbox, damage: str) -> None:
    assert state(host) == "observed"
    (whole,) = kept(host)
    host.must(damage.format(f"{CACHE}/{whole}"))
    assert state(host) == "observed"
    size = host.must(f"test ! -f {CACHE}/{whole} || stat -c %s {CACHE}/{whole}").strip()
    assert size == "" or int(size) > 100_000
    assert state(host) == "observed"

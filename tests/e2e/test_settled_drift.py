"""What somebody changes by hand on router, firewall and name server: found, then restored or adopted by review."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from lab.access import enter_argv
from tests.e2e.helpers import ROOT, as_json, jiyue
from tests.e2e.province import Province

pytestmark = [pytest.mark.lab, pytest.mark.breaks]
CITY, ZONE, SITE = "xiangxi", "xxz.gov.cn", "www.xxz.gov.cn"
ROUTER, FIREWALL = "pe-xiangxi", "fw-xiangxi"
PREFIX, WRONG = "2001:db8:ffff::/48", "2001:db8:ffff::80"


def on_host(host: str, *command: str) -> str:
    """What a command prints on a host, entered by the kernel: much quicker than a verb for each."""
    argv = enter_argv(ROOT / "var" / "lab" / "lab", host, list(command))
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


def served() -> list[str]:
    """TTL and data of the site's AAAA, asked of the primary."""
    said = on_host("vantage-v4", "dig", "+noall", "+answer", "AAAA", SITE, "@198.18.0.21").split()
    return [said[1], said[-1]]


def by_hand(ttl: int, address: str) -> None:
    """One line more on the router (saved), one rule more on the firewall, another AAAA in the zone."""
    route = ("-c", "conf t", "-c", f"ipv6 route {PREFIX} blackhole", "-c", "end", "-c", "write memory")
    on_host(ROUTER, "vtysh", *route)
    on_host(FIREWALL, "nft", "insert", "rule", "inet", "jiyue", "forward", "ip6", "daddr", PREFIX, "drop")
    change = f"zone-unset {ZONE} {SITE}. AAAA && knotc zone-set {ZONE} {SITE}. {ttl} AAAA {address}"
    on_host("ns1", "sh", "-c", f"knotc zone-begin {ZONE} && knotc {change} && knotc zone-commit {ZONE}")


def runs_by_hand() -> list[bool]:
    """Whether the router, its file and the firewall hold what was made by hand."""
    texts = (
        on_host(ROUTER, "vtysh", "-c", "show running-config"),
        on_host(ROUTER, "cat", "/etc/frr/frr.conf"),
        on_host(FIREWALL, "nft", "list", "table", "inet", "jiyue"),
    )
    return [PREFIX in text for text in texts]


def drift(code: int) -> dict[str, Any]:
    """The city as `ipv6 drift` sees it."""
    said = jiyue("ipv6", "drift", CITY, "--json", check=False)
    assert said.returncode == code, said.stdout + said.stderr
    (row,) = json.loads(said.stdout)["platforms"]
    assert isinstance(row, dict)
    return row


def found(ttl: int, address: str, before: list[str]) -> None:
    """It names just what was made by hand, with its place."""
    row = drift(1)
    assert (row["verdict"], row["unknown"]) == ("drift", {})
    lines = {(one["device"], one["driver"]): [line.split() for line in one["lines"]] for one in row["objects"]}
    assert lines == {
        (ROUTER, "frr"): [["+", "ipv6", "route", PREFIX, "blackhole"]],
        (FIREWALL, "nftables"): [
            ["table", "inet", "jiyue", "{"], ["chain", "forward", "{"], ["+", "ip6", "daddr", PREFIX, "drop"],
        ],
    }  # fmt: skip
    (record,) = row["records"]
    assert (record["applied"], record["served"]) == (before[1:], [address])
    assert record["ttl"] == [int(before[0]), ttl]


def settle(way: str) -> None:
    """Proposed, handed in, approved by somebody else, applied."""
    digest = as_json("ipv6", "drift", CITY, f"--{way}")["digest"]
    jiyue("ipv6", "submit", CITY)
    jiyue("review", "approve", CITY)
    applied = jiyue("ipv6", "apply", CITY, "--json")
    (row,) = json.loads(applied.stdout)["platforms"]
    assert (row["state"], row["digest"]) == ("applied", digest)


def test_a_change_by_hand_is_restored(province: Province) -> None:
    """Router, firewall and name serve again what was applied; the site is reached under its name."""
    before = served()
    by_hand(int(before[0]), WRONG)
    found(int(before[0]), WRONG, before)
    assert runs_by_hand() == [True, True, True]
    settle("restore")
    assert (served(), runs_by_hand()) == (before, [False, False, False])


def test_a_change_by_hand_is_adopted(province: Province) -> None:
    """What runs is the new base: nothing on the hosts changes, and it is drift no more, nor is what was restored."""
    before = served()
    by_hand(900, before[1])
    found(900, before[1], before)
    settle("adopt")
    assert drift(0)["verdict"] == "same"
    assert (served(), runs_by_hand()) == (["900", before[1]], [True, True, True])

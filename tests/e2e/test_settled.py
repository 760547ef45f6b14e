"""Three cities that are not as they should be, settled by one apply: a change by hand that is restored, one that is
adopted, and a lost rule that `score` finds, blames and drafts the cure for.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

from lab.access import enter_argv
from tests.e2e.helpers import ROOT, as_json, jiyue
from tests.e2e.province import Province

pytestmark = [pytest.mark.lab, pytest.mark.breaks]
PREFIX, WRONG = "2001:db8:ffff::/48", "2001:db8:ffff::80"
RED, SITE, FAULT = "huaihua", "www.huaihua.gov.cn", "wrong-rule@fw-huaihua,source=outside,target=dmz"


@dataclass(frozen=True)
class City:
    """A city whose router, firewall and portal's name somebody changes by hand."""

    name: str
    zone: str

    @property
    def site(self) -> str:
        """Its portal."""
        return f"www.{self.zone}"

    def served(self) -> list[str]:
        """TTL and data of the portal's AAAA, asked of the primary."""
        said = on_host("vantage-v4", "dig", "+noall", "+answer", "AAAA", self.site, "@198.18.0.21").split()
        return [said[1], said[-1]]

    def by_hand(self, ttl: int, address: str) -> None:
        """One line more on the router (saved), one rule more on the firewall, another AAAA in the zone."""
        route = ("-c", "conf t", "-c", f"ipv6 route {PREFIX} blackhole", "-c", "end", "-c", "write memory")
        on_host(f"pe-{self.name}", "vtysh", *route)
        rule = ("insert", "rule", "inet", "jiyue", "forward", "ip6", "daddr", PREFIX, "drop")
        on_host(f"fw-{self.name}", "nft", *rule)
        name = f"{self.zone} {self.site}."
        change = f"zone-unset {name} AAAA && knotc zone-set {name} {ttl} AAAA {address}"
        on_host("ns1", "sh", "-c", f"knotc zone-begin {self.zone} && knotc {change} && knotc zone-commit {self.zone}")

    def runs_by_hand(self) -> list[bool]:
        """Whether the router, its file and the firewall hold what was made by hand."""
        texts = (
            on_host(f"pe-{self.name}", "vtysh", "-c", "show running-config"),
            on_host(f"pe-{self.name}", "cat", "/etc/frr/frr.conf"),
            on_host(f"fw-{self.name}", "nft", "list", "table", "inet", "jiyue"),
        )
        return [PREFIX in text for text in texts]


RESTORED, ADOPTED = City("xiangxi", "xxz.gov.cn"), City("yongzhou", "yzcity.gov.cn")


def on_host(host: str, *command: str) -> str:
    """What a command prints on a host, entered by the kernel: much quicker than a verb for each."""
    argv = enter_argv(ROOT / "var" / "lab" / "lab", host, list(command))
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


def drift(code: int) -> dict[str, Any]:
    """Both cities as `ipv6 drift` sees them."""
    said = jiyue("ipv6", "drift", RESTORED.name, ADOPTED.name, "--json", check=False)
    assert said.returncode == code, said.stdout + said.stderr
    return {row["platform"]: row for row in json.loads(said.stdout)["platforms"]}


def found(row: dict[str, Any], city: City, ttl: int, address: str, before: list[str]) -> None:
    """It names just what was made by hand, with its place."""
    assert (row["verdict"], row["unknown"]) == ("drift", {})
    lines = {(one["device"], one["driver"]): [line.split() for line in one["lines"]] for one in row["objects"]}
    assert lines == {
        (f"pe-{city.name}", "frr"): [["+", "ipv6", "route", PREFIX, "blackhole"]],
        (f"fw-{city.name}", "nftables"): [
            ["table", "inet", "jiyue", "{"], ["chain", "forward", "{"], ["+", "ip6", "daddr", PREFIX, "drop"],
        ],
    }  # fmt: skip
    (record,) = row["records"]
    assert (record["applied"], record["served"]) == (before[1:], [address])
    assert record["ttl"] == [int(before[0]), ttl]


def cause() -> str:
    """The red city's lost rule: layer, owner, place and draft. Gives the digest of the drafted change."""
    assert jiyue("verify", RED, check=False).returncode == 1
    red = as_json("score", RED, "--draft")
    assert red["causes"] and {(one["layer"], one["owner"]) for one in red["causes"]} == {("filter", "network")}
    told = next(one for one in red["causes"] if one["subject"] == SITE)
    assert told["check"] == "firewall-parity" and {"tcp-ports", "tls-valid"} <= set(told["explains"])
    assert f"fw-{RED}: internet to dmz tcp/443 is allowed, IPv6 does otherwise" in " ".join(told["reasons"])
    assert told["draft"]["targets"] == [f"fw-{RED} nftables inet jiyue"] and told["points"] > 0
    assert [command.split()[1:3] for command in told["draft"]["commands"]][-3:] == [
        ["review", "approve"], ["ipv6", "apply"], ["verify", RED]]  # fmt: skip
    (drafted,) = red["proposed"]
    assert drafted["platform"] == RED and not drafted["unchanged"]
    return str(drafted["digest"])


def test_by_hand_and_lost_rules_are_found_and_settled_by_review(province: Province) -> None:
    """Each proposed in its own way, handed in, approved by somebody else; one apply settles all three."""
    old = {city.name: city.served() for city in (RESTORED, ADOPTED)}
    applied = {row["platform"]: row["digest"] for row in as_json("review", "list")["proposals"]}
    RESTORED.by_hand(int(old[RESTORED.name][0]), WRONG)
    ADOPTED.by_hand(900, old[ADOPTED.name][1])
    jiyue("lab", "fault", "inject", FAULT)
    try:
        rows = drift(1)
        found(rows[RESTORED.name], RESTORED, int(old[RESTORED.name][0]), WRONG, old[RESTORED.name])
        found(rows[ADOPTED.name], ADOPTED, 900, old[ADOPTED.name][1], old[ADOPTED.name])
        assert RESTORED.runs_by_hand() == ADOPTED.runs_by_hand() == [True, True, True]
        digests = {
            RESTORED.name: as_json("ipv6", "drift", RESTORED.name, "--restore")["digest"],
            ADOPTED.name: as_json("ipv6", "drift", ADOPTED.name, "--adopt")["digest"],
            RED: cause(),
        }
        assert not set(digests.values()) & set(applied.values())
        jiyue("ipv6", "submit", *digests)
        jiyue("review", "approve", *digests)
        result = json.loads(jiyue("ipv6", "apply", *digests, "--json").stdout)
        assert {row["platform"]: (row["state"], row["digest"]) for row in result["platforms"]} == {
            name: ("applied", digest) for name, digest in digests.items()
        }
        assert {row["verdict"] for row in drift(0).values()} == {"same"}
        assert (RESTORED.served(), RESTORED.runs_by_hand()) == (old[RESTORED.name], [False, False, False])
        assert (ADOPTED.served(), ADOPTED.runs_by_hand()) == (["900", old[ADOPTED.name][1]], [True, True, True])
        jiyue("verify", RED)
        green = as_json("score", RED)
        assert green["causes"] == [] and green["funnel"]["complete"] == green["funnel"]["sites"]
    finally:
        jiyue("lab", "fault", "clear")
    # What was repaired is not broken again by clearing the fault: the table has the flow in both families.
    table = on_host(f"fw-{RED}", "nft", "list", "table", "inet", "jiyue")
    assert table.count('iifname "outside" oifname "dmz" ip6 ') == table.count('iifname "outside" oifname "dmz" ip ') > 0

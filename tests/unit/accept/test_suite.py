"""The acceptance suite's own parts, and that it never runs by accident and never passes without a lab."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inventory.errors import InputError
from inventory.source import load
from ipv6.plan.plan import make_plan
from jiyue.accept.expect import expectations
from jiyue.accept.requirements import REQUIREMENTS
from jiyue.accept.run import run
from tests.acceptance.facts import sections, usable
from tests.acceptance.nft import accepted, default_policies
from tests.acceptance.vantage import aaaa, side_by_side

ROOT = Path(__file__).parents[3]
INV = load(ROOT / "inventory" / "hunan", "lab")
CLAIMS = {claim.key: claim.prefix for claim in make_plan(INV, ()).claims}


def test_a_plain_pytest_collects_nothing_of_it() -> None:
    argv = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/acceptance"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 5 and "no tests" in done.stdout


def test_without_a_lab_everything_is_unknown_and_nothing_is_green(tmp_path: Path) -> None:
    result = run(
        INV,
        ROOT,
        ["changsha"],
        claims=CLAIMS,
        ssh_config=tmp_path / "none",
        output=tmp_path / "accept",
    )
    one = result.of("changsha")
    assert not result.ok and one.verdict == "unknown"
    assert {case.name for case in result.cases if case.verdict == "pass"} == {
        "test_devices_outside_the_environment_are_listed[changsha]"
    }
    assert one.deferred == 9 and one.failed == 0 and one.unknown > 50
    assert all(coverage.tests for coverage in result.requirements)
    assert json.loads((tmp_path / "accept" / "result.json").read_text())["ok"] is False
    assert (tmp_path / "accept" / "junit.xml").is_file()


def test_an_unknown_platform_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such platform"):
        run(INV, ROOT, ["atlantis"], claims=CLAIMS, ssh_config=tmp_path / "none", output=tmp_path / "accept")


def test_what_is_expected_of_a_platform() -> None:
    plan = expectations(INV, CLAIMS, ["changsha"])
    (platform,) = plan["platforms"]
    assert [device["role"] for device in platform["devices"]] == ["pe", "firewall", "site-host", "zone-host"]
    assert len(platform["deferred"]) == 9 and len(platform["functions"]) == 16 and len(platform["zones"]) == 6
    for device in platform["devices"]:
        families = {":" in one["address"] for one in device["addresses"]}
        assert families == {True, False}, device["name"]
    assert platform["sites"][0]["address6"] == "3fff:ff1:100:1000::10"


def test_requirements_are_distinct_and_say_where_they_are_written() -> None:
    assert len({one.id for one in REQUIREMENTS}) == len(REQUIREMENTS)
    assert all(one.clause and one.title and one.title_en for one in REQUIREMENTS)


def test_a_mapped_answer_is_no_aaaa() -> None:
    text = "www.a.test.\t5\tIN\tAAAA\t::ffff:198.18.1.1\nwww.a.test.\t5\tIN\tAAAA\t3fff::1\nx.test. 5 IN AAAA 3fff::2\n"
    assert aaaa(text, "www.a.test") == ["3fff::1"]


def test_link_local_and_tentative_addresses_do_not_count() -> None:
    from ipaddress import ip_interface

    assert usable(ip_interface("3fff::1/64"), {})
    assert not usable(ip_interface("fe80::1/64"), {})
    assert not usable(ip_interface("3fff::1/64"), {"tentative": True})
    assert not usable(ip_interface("3fff::1/64"), {"dadfailed": True})


def rule(*conditions: dict[str, Any], verdict: str = "accept") -> dict[str, Any]:
    return {"rule": {"chain": "forward", "expr": [*({"match": one} for one in conditions), {verdict: None}]}}


def source(family: str, zone: str) -> dict[str, Any]:
    return {"op": "==", "left": {"payload": {"protocol": family, "field": "saddr"}}, "right": zone}


PORT = {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 443}
DATA = {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 5432}


def test_a_rule_without_its_twin_is_seen() -> None:
    pair = [rule(source("ip", "@extranet4"), PORT), rule(source("ip6", "@extranet6"), PORT)]
    four, six = accepted({"nftables": pair})
    assert four == six and len(four) == 1
    four, six = accepted({"nftables": [*pair, rule(source("ip", "10.0.0.1"), DATA)]})
    assert len(four - six) == 1
    four, six = accepted({"nftables": [*pair, rule(source("ip6", "3fff::1"), DATA, verdict="drop")]})
    assert four == six


def test_default_policies_by_hook() -> None:
    chain = {"family": "inet", "hook": "forward", "policy": "drop", "name": "forward"}
    assert default_policies({"nftables": [{"chain": chain}, {"chain": {"family": "inet", "name": "x"}}]}) == {
        ("inet", "forward"): "drop"
    }


def test_a_script_of_many_commands_keeps_their_order() -> None:
    commands = {f"n{number}": f"echo {number}; exit 1" for number in range(20)}
    done = subprocess.run(["sh", "-c", side_by_side(commands)], capture_output=True, text=True, check=True)
    assert sections(done.stdout) == {f"n{number}": str(number) for number in range(20)}

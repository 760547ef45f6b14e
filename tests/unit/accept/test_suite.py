"""The acceptance suite's own parts, and that it never runs by accident and never passes without a lab."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from inventory.clauses import Clause
from inventory.errors import InputError
from inventory.source import load
from ipv6.plan.plan import make_plan
from jiyue.accept.clauses import catalogue, coverage
from jiyue.accept.expect import expectations
from jiyue.accept.requirements import REQUIREMENTS
from jiyue.accept.run import run
from tests.acceptance import host
from tests.acceptance.facts import COMMON, sections, usable
from tests.acceptance.nft import accepted, default_policies, stateful
from tests.acceptance.vantage import aaaa, resolved, side_by_side

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
    assert [device["role"] for device in platform["devices"]] == ["pe", "firewall", "site-host", "zone-host", "dns"]
    assert len(platform["deferred"]) == 9 and len(platform["functions"]) == 16 and len(platform["zones"]) == 6
    for device in platform["devices"]:
        families = {":" in one["address"] for one in device["addresses"]}
        assert families == {True, False}, device["name"]
    portal = platform["sites"][0]
    assert (portal["address6"], portal["behind6"]) == ("3fff:ff1:100:1000::30", "3fff:ff1:100:1000::10")
    (other,) = expectations(INV, CLAIMS, ["zhuzhou"])["platforms"]
    assert (other["sites"][0]["address6"], other["sites"][0]["behind6"]) == ("3fff:ff1:200:1000::10", "")


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


def state(right: Any, verdict: str) -> dict[str, Any]:
    return rule({"op": "in", "left": {"ct": {"key": "state"}}, "right": right}, verdict=verdict)


def test_a_firewall_without_memory_is_seen() -> None:
    known, invalid = state(["established", "related"], "accept"), state("invalid", "drop")
    assert stateful({"nftables": [known, invalid]}, "forward") == (True, True)
    assert stateful({"nftables": [known, invalid]}, "input") == (False, False)
    assert stateful({"nftables": [state({"set": ["established"]}, "accept")]}, "forward") == (True, False)
    assert stateful({"nftables": [state("new", "accept"), state("invalid", "accept")]}, "forward") == (False, False)


def test_a_script_of_many_commands_keeps_their_order() -> None:
    commands = {f"n{number}": f"echo {number}; exit 1" for number in range(20)}
    done = subprocess.run(["sh", "-c", side_by_side(commands)], capture_output=True, text=True, check=True)
    assert sections(done.stdout) == {f"n{number}": str(number) for number in range(20)}


GOOD_SSHD = "config /etc/ssh/sshd_config\n" + "\n".join(
    [
        *(f"{key} {good[0]}" for key, good in host.SSHD.items()),
        "maxauthtries 6",
        "logingracetime 120",
        "ciphers aes256-gcm@x",
    ]
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no sshd told"),
        ("config /x\nbash: sshd: not found", "not found"),
        (GOOD_SSHD.replace("passwordauthentication no", "passwordauthentication yes"), "passwordauthentication yes"),
        (GOOD_SSHD.replace("maxauthtries 6", "maxauthtries 60"), "maxauthtries 60"),
        (GOOD_SSHD.replace("logingracetime 120", "logingracetime 0"), "logingracetime 0"),
        (GOOD_SSHD.replace("loglevel info", "loglevel quiet"), "loglevel quiet"),
        (GOOD_SSHD.replace("aes256-gcm@x", "aes256-ctr,3des-cbc"), "weak ciphers"),
        (f"{GOOD_SSHD}\nconfig /run/second\npermitrootlogin yes", "/run/second: permitrootlogin yes"),
    ],
)
def test_an_sshd_below_the_baseline_is_named(text: str, says: str) -> None:
    assert host.sshd(GOOD_SSHD) == []
    assert any(says in problem for problem in host.sshd(text)), host.sshd(text)


def test_accounts_with_a_weak_way_in() -> None:
    good = "root 0 locked 99999\nwang 1000 set 90\nwww-data 33 locked 99999\n"
    assert host.accounts(good) == ([], 3)
    problems, told = host.accounts(good + "zhao 1001 empty 90\nli 1002 set 99999\ntoor 0 locked 90\nnothing of ours\n")
    assert told == 6 and [line.split()[0] for line in problems] == ["zhao", "li", "toor"]


def test_what_the_hosts_are_asked_about_accounts_gives_no_hash(tmp_path: Path) -> None:
    """The command itself, over files of our own: a state and an age, never what stands in the second field."""
    passwd, shadow = tmp_path / "passwd", tmp_path / "shadow"
    passwd.write_text(
        "root:x:0:0::/root:/bin/sh\nwang:x:1000:1000::/:/bin/sh\nzhao:x:1001:1::/:/bin/sh\nli:x:7:7::/:/x\n"
    )
    shadow.write_text(
        "root:*:1:0:99999:7:::\nwang:$6$salt$secret:1:0:90:7:::\nzhao::1:0::7:::\nli:!$6$salt$secret:1:0:9:7:::\n"
    )
    command = COMMON["accounts"].replace("/etc/passwd", str(passwd)).replace("/etc/shadow", str(shadow))
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:-1] == [
        "root 0 locked 99999",
        "wang 1000 set 90",
        "zhao 1001 empty -",
        "li 7 locked 9",
    ]


def test_clocks_are_off_only_when_they_certainly_are() -> None:
    assert host.clock(10.0, 11.0, 14.0) == 0
    assert host.clock(10.0, 9.0, 14.0) == 1.0 and host.clock(10.0, 20.0, 14.0) == 6.0


def test_risky_ports_count_where_others_reach_them() -> None:
    text = "LISTEN 0 128 0.0.0.0:23 0.0.0.0:*\nLISTEN 0 5 127.0.0.1:6379 0.0.0.0:*\nLISTEN 0 5 [::1]:111 [::]:*\n"
    text += "UNCONN 0 0 *:111 *:*\nLISTEN 0 5 127.0.0.53%lo:53 0.0.0.0:*\nLISTEN 0 5 10.0.0.1:22 0.0.0.0:*\n"
    assert host.risky(host.sockets(text)) == ["*:111 (rpcbind)", "0.0.0.0:23 (telnet)"]


def test_a_wildcard_of_the_other_family_serves_nobody() -> None:
    """`::` alone may or may not take IPv4, `*` likewise: neither is proof."""
    assert host.unserved({"[::]:443"}, "198.18.1.1", 443) == "nothing listens on 198.18.1.1:443, only [::]:443"
    assert "only *:443" in host.unserved({"*:443"}, "3fff::1", 443)
    assert host.unserved({"[::]:443"}, "3fff::1", 443) == "" == host.unserved({"198.18.1.1:443"}, "198.18.1.1", 443)


def test_what_the_resolver_library_maps_is_told_apart() -> None:
    assert resolved("::ffff:198.18.1.1 STREAM www.a.test\n::ffff:198.18.1.1 DGRAM\n") == ([], ["::ffff:198.18.1.1"])
    assert resolved("3fff::1 STREAM www.a.test\n3fff::1 RAW\n") == (["3fff::1"], [])


def test_clauses_are_distinct_and_every_requirement_serves_one() -> None:
    """A clause has tests, or people, or is a gap; all three are there, and no requirement stands outside."""
    clauses = catalogue().clauses
    assert {clause.kind for clause in clauses} == {"notice", "mlps", "indicator"} == set(catalogue().sources)
    served = {id for clause in clauses for id in clause.requirements}
    assert {one.id for one in REQUIREMENTS} - served == {"scope"}
    words = {one["id"]: one["word"] for one in coverage([])}
    assert words["8.1.3.3"] == "gap" and words["通知四"] == "people" and words["8.1.4.1 a)"] == "unknown"
    green = [{"id": one.id, "verdict": "pass", "tests": 2} for one in REQUIREMENTS]
    assert {one["word"] for one in coverage(green)} == {"pass", "gap", "people"}
    red = [{**one, "verdict": "fail" if one["id"] == "host-admin" else "pass"} for one in green]
    assert [one["id"] for one in coverage(red) if one["word"] == "fail"] == [
        "8.1.2.2",
        "8.1.4.1 b)",
        "8.1.4.1 c)",
        "8.1.5.4 a)b)",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"people": "人", "people_en": ""},
        {"people": "人", "people_en": "people", "requirements": ["scope"]},
        {"title_en": ""},
        {"more": 1},
    ],
)
def test_a_clause_that_says_two_things_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Clause.model_validate({"id": "x", "kind": "mlps", "title": "题", "title_en": "title", **change})

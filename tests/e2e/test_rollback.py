"""A city whose verify fails goes back by itself, alone, and says why; then it can be applied again."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.helpers import as_json, jiyue, on_host
from tests.e2e.province import Province

pytestmark = pytest.mark.lab
CITY, SITE, ADDRESS = "loudi", "www.hnloudi.gov.cn", "3fff:ff1:1300:1000::10"


def aaaa(name: str) -> str:
    """What the name servers' primary serves, asked over IPv4, past every cache."""
    return on_host("vantage-v4", "dig", "+short", "AAAA", name, "@198.18.0.21").strip()


def web(family: int) -> int:
    """curl's exit code for the city's portal from the dual-stack host, by address."""
    address = f"[{ADDRESS}]" if family == 6 else "198.18.13.10"
    command = ("curl", "-sS", "-m", "4", "-o", "/dev/null", "--resolve", f"{SITE}:443:{address}", f"https://{SITE}/")
    return jiyue("lab", "exec", "vantage-dual", "--", *command, check=False).returncode


def test_a_fault_in_the_canary_rolls_it_back_and_stops_the_wave(province: Province) -> None:
    """`demo --fault wrong-acl@changsha-fw`: Changsha went back and says why, nobody after it was touched."""
    assert province.faulted is not None
    assert province.faulted.returncode == 1, province.faulted.stderr[-3000:]
    rows = {row["name"]: row for row in province.rows}
    reasons = [str(one) for one in rows["changsha"]["reasons"]]  # type: ignore[attr-defined]
    assert any("3fff:ff1:100:1000::" in one and "443" in one for one in reasons), reasons
    assert "3fff:ff1:100:1000::" in province.page and "443" in province.page
    assert rows["hunan"]["stage"] == "applied"
    # Their approvals hold; that their sites are assessed is asked again by the next run.
    assert {row["stage"] for name, row in rows.items() if name != "hunan"} == {"approved"}
    assert "⚡ f1: wrong-acl@fw-changsha" in province.faulted.stderr
    assert re.search(r"IPv4 was watched for \d+ s: [1-9]\d* pages and \d+ echoes, 0 lost", province.faulted.stderr)


def test_after_the_repair_apply_goes_on_to_the_end(province: Province) -> None:
    """The same approvals hold; the platforms are all applied, then accepted."""
    assert province.repaired is not None
    assert province.repaired.returncode == 0, province.repaired.stdout + province.repaired.stderr


@pytest.mark.breaks
def test_rollback_takes_a_city_back_to_ipv4_only(province: Province) -> None:
    """`ipv6 rollback`: the records go first, then the devices; IPv4 keeps answering."""
    assert aaaa(SITE) == ADDRESS
    jiyue("ipv6", "rollback", CITY)
    assert aaaa(SITE) == ""
    assert web(6) != 0
    assert web(4) == 0


@pytest.mark.breaks
def test_a_city_whose_verify_fails_is_rolled_back_alone(province: Province) -> None:
    """With IPv6 HTTPS blocked on its firewall the city is not confirmed; others keep their state."""
    jiyue("lab", "fault", "inject", f"wrong-acl@{CITY}-fw")
    jiyue("ipv6", "propose", CITY)
    jiyue("ipv6", "submit", CITY)
    jiyue("review", "approve", CITY)
    result = jiyue("ipv6", "apply", CITY, "--json", "--lang", "en", check=False)
    (row,) = json.loads(result.stdout)["platforms"]
    assert row["state"] == "rolled-back", result.stdout + result.stderr
    assert result.returncode == 1
    assert any(ADDRESS in reason and "443" in reason for reason in row["reasons"]), row["reasons"]
    assert aaaa(SITE) == ""
    assert web(4) == 0
    others = [one for one in as_json("status")["platforms"] if one["name"] != CITY]
    assert all(one["stage"] == "accepted" for one in others)


@pytest.mark.breaks
def test_the_same_command_applies_it_once_the_fault_is_gone(province: Province) -> None:
    """The approval still holds; apply, verify and accept bring the city back to accepted."""
    jiyue("lab", "fault", "clear")
    jiyue("ipv6", "apply", CITY)
    assert aaaa(SITE) == ADDRESS
    assert web(6) == 0
    jiyue("verify", CITY)
    jiyue("accept", "run", CITY)
    (row,) = [one for one in as_json("status")["platforms"] if one["name"] == CITY]
    assert row["stage"] == "accepted", row

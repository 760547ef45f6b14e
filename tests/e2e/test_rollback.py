"""A city whose verify fails goes back by itself, alone, and says why; then it can be applied again."""

from __future__ import annotations

import json

import pytest

from tests.e2e.helpers import as_json, jiyue, on_host
from tests.e2e.province import Province

pytestmark = [pytest.mark.lab, pytest.mark.breaks]
CITY, SITE, ADDRESS = "loudi", "www.hnloudi.gov.cn", "3fff:ff1:1300:1000::10"
FAULT = (
    "nft add table inet fault; nft add chain inet fault in '{ type filter hook input priority 0; }'; "
    "nft add rule inet fault in meta nfproto ipv6 tcp dport 443 drop"
)


def aaaa(name: str) -> str:
    """What the name servers' primary serves, asked over IPv4, past every cache."""
    return on_host("vantage-v4", "dig", "+short", "AAAA", name, "@198.18.0.21").strip()


def web(family: int) -> int:
    """curl's exit code for the city's portal from the dual-stack host, by address."""
    address = f"[{ADDRESS}]" if family == 6 else "198.18.13.10"
    command = ("curl", "-sS", "-m", "4", "-o", "/dev/null", "--resolve", f"{SITE}:443:{address}", f"https://{SITE}/")
    return jiyue("lab", "exec", "vantage-dual", "--", *command, check=False).returncode


def test_rollback_takes_a_city_back_to_ipv4_only(province: Province) -> None:
    """`ipv6 rollback`: the records go first, then the devices; IPv4 keeps answering."""
    assert aaaa(SITE) == ADDRESS
    jiyue("ipv6", "rollback", CITY)
    assert aaaa(SITE) == ""
    assert web(6) != 0
    assert web(4) == 0


def test_a_city_whose_verify_fails_is_rolled_back_alone(province: Province) -> None:
    """With IPv6 HTTPS blocked on its site host the city is not confirmed; others keep their state."""
    jiyue("lab", "exec", f"site-{CITY}", "--", "sh", "-c", FAULT)
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


def test_the_same_command_applies_it_once_the_fault_is_gone(province: Province) -> None:
    """The approval still holds; apply, verify and accept bring the city back to accepted."""
    jiyue("lab", "exec", f"site-{CITY}", "--", "nft", "delete", "table", "inet", "fault")
    jiyue("ipv6", "apply", CITY)
    assert aaaa(SITE) == ADDRESS
    assert web(6) == 0
    jiyue("verify", CITY)
    jiyue("accept", "run", CITY)
    (row,) = [one for one in as_json("status")["platforms"] if one["name"] == CITY]
    assert row["stage"] == "accepted", row

"""The finished province's names: all is well, then each thing that goes wrong on a real server is said, and is gone
again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.e2e.helpers import as_json, jiyue, on_host
from tests.e2e.province import Province

pytestmark = pytest.mark.lab
ZONE = "changsha.gov.cn."


def odd() -> dict[tuple[str, str], str]:
    """Verdict by item and server of what `dns check changsha` does not pass; its exit code has to fit."""
    done = jiyue("dns", "check", "changsha", "--json", check=False)
    found = json.loads(done.stdout)["findings"]
    wrong = {(one["item"], one["server"]): one["verdict"] for one in found if one["verdict"] != "pass"}
    assert done.returncode == (1 if wrong else 0)
    return wrong


def until(condition: Callable[[], object]) -> None:
    """Wait until it holds; what is waited for takes no more than a few seconds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_every_zone_is_well_on_four_servers_in_three_places(province: Province) -> None:
    done = jiyue("dns", "check", "--json", check=False)
    found = json.loads(done.stdout)["findings"]
    assert done.returncode == 0, [one for one in found if one["verdict"] != "pass"]
    assert len({one["zone"] for one in found}) == 19
    assert {one["server"] for one in found if one["item"] == "serial"} == {"ns1", "ns2", "ns3", "ns4"}
    six = {one["server"]: one["value"] for one in found if one["item"] == "ns-ipv6"}
    assert six["ns3.hunan.gov.cn."].startswith("3fff:ff1:100:") and six["ns4.hunan.gov.cn."].startswith("3fff:ff1:400:")


def test_delv_on_the_client_with_ipv6_only_trusts_the_root_alone(province: Province) -> None:
    said = on_host("vantage-v6", "delv", "-6", "@::1", "www.changsha.gov.cn", "AAAA")
    assert said.startswith("; fully validated")


def test_every_question_is_logged_with_its_client_of_either_family(province: Province) -> None:
    lines = [line.split() for line in on_host("ns1", "cat", "/var/log/knot/queries.log").splitlines()]
    clients = {words[1] for words in lines if len(words) == 6}
    assert any(":" in one for one in clients) and any(":" not in one for one in clients)
    assert any(words[4] == "www.changsha.gov.cn." for words in lines if len(words) == 6)


def test_the_extranets_resolver_validates_and_answers_nobody_else(province: Province) -> None:
    said = on_host("resolver", "dig", "-b", "127.0.0.1", "@198.18.0.23", "www.changsha.gov.cn", "AAAA")
    assert " ad;" in said.partition("flags:")[2][:40] and "3fff:ff1:100:" in said
    refused = on_host("vantage-v4", "dig", "+tries=1", "+time=3", "@198.18.0.23", "www.changsha.gov.cn", "A")
    assert "REFUSED" in refused
    assert "www.changsha.gov.cn. AAAA IN" in on_host("resolver", "cat", "/var/log/unbound/queries.log")


def serial(host: str) -> str:
    """Of the zone, as the server itself says."""
    return on_host(host, "kdig", "+short", "@127.0.0.1", ZONE, "SOA").split()[2]


def test_a_secondary_in_a_city_follows_over_ipv6_alone(province: Province) -> None:
    default = on_host("ns3", "ip", "-4", "route", "show", "default").split()
    on_host("ns3", "ip", "-4", "route", "del", "default")
    try:
        before = serial("ns3")
        on_host("ns1", "knotc", "zone-sign", ZONE)
        until(lambda: serial("ns3") == serial("ns1") != before)
    finally:
        on_host("ns3", "ip", "-4", "route", "add", *default)


def test_servers_ask_each_other_by_tcp_and_nothing_else_outside(province: Province) -> None:
    """The primary reaches its parent the same way, which is how a roll ends by itself."""
    primary = on_host("ns3", "kdig", "+short", "@127.0.0.1", "ns1.hunan.gov.cn.", "AAAA").strip()
    asked = ("kdig", "+time=2", "+retry=0", f"@{primary}", ZONE, "SOA")
    assert "hostmaster" in on_host("ns3", *asked, "+tcp")
    assert "hostmaster" not in on_host("ns3", *asked, "+notcp", check=False)
    assert on_host("ns3", "sh", "-c", f"nc -6 -z -w 1 {primary} 22 && echo open; true").strip() == ""
    for address in ("198.19.0.13", "3fff:ff0:ffff::13"):
        assert " DS " in on_host("ns1", "kdig", "+tcp", f"@{address}", ZONE, "DS").replace("\t", " ")


def test_a_secondary_that_lags_is_named_and_one_that_is_silent_is_unknown(province: Province) -> None:
    on_host("ns4", "knotc", "zone-freeze", ZONE)
    on_host("ns1", "knotc", "zone-sign", ZONE)
    try:
        until(lambda: odd() == {("serial", "ns4"): "fail"})
    finally:
        on_host("ns4", "knotc", "zone-thaw", ZONE)
        on_host("ns4", "knotc", "zone-refresh", ZONE)
    until(lambda: not odd())
    on_host("ns3", "knotc", "stop")
    try:
        until(lambda: odd() == {("serial", "ns3"): "unknown"})
    finally:
        on_host("ns3", "knotd", "-d", "-c", "/etc/knot/knot.conf")
    until(lambda: not odd())


def test_glue_that_the_parent_lost_is_named(province: Province) -> None:
    name = "ns3.hunan.gov.cn."

    def glue(*words: str) -> None:
        for one in (("zone-begin", "gov.cn."), words, ("zone-commit", "gov.cn.")):
            on_host("ns-govcn", "knotc", *one)

    address = on_host("ns1", "kdig", "+short", "@127.0.0.1", name, "AAAA").strip()
    glue("zone-unset", "gov.cn.", name, "AAAA")
    try:
        assert odd() == {("glue", name): "fail"}
    finally:
        glue("zone-set", "gov.cn.", name, "300", "AAAA", address)
    assert not odd()


def test_the_parent_has_every_ds_that_is_asked_for(province: Province) -> None:
    assert {one["state"] for one in as_json("dns", "ds")["zones"]} == {"same"}
    assert as_json("dns", "ds", "changsha", "--apply")["zones"][0]["state"] == "same"

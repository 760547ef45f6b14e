"""Every hosted site for a client with IPv6 only, and the same as over IPv4 for one with both."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.acceptance.conftest import Record
from tests.acceptance.facts import Facts
from tests.acceptance.host import sockets, unserved
from tests.acceptance.live import Live
from tests.acceptance.vantage import Vantages, aaaa, resolved

PORTS = (80, 443)


@pytest.mark.requirement("platform-ipv6")
def test_nginx_listens_on_the_address_itself(
    platform: dict[str, Any], site: dict[str, Any], facts: Facts, record: Record
) -> None:
    """The exact socket, not `::`: testinfra's `is_listening` calls any IPv4 port open when `::` is bound."""
    host = next(device["name"] for device in platform["devices"] if device["role"] == "site-host")
    listening = sockets(facts.of(host)["listening"])
    record.evidence(facts.evidence(host))
    record.measured(f"{len(listening)} listening sockets")
    for port in PORTS:
        # Behind the edge of a cluster the host still listens on the site's own address.
        for address in (f"{site['address4']}:{port}", f"[{site.get('behind6') or site['address6']}]:{port}"):
            assert address in listening, (
                f"{host} does not listen on {address} for {site['name']}; "
                f"{unserved(listening, address.rpartition(':')[0].strip('[]'), port) or 'only on the wildcard'}"
            )


@pytest.mark.requirement("platform-ipv6")
def test_the_resolver_library_gives_the_native_address_alone(
    platform: dict[str, Any], site: dict[str, Any], vantages: Vantages, record: Record
) -> None:
    """What an application gets: a mapped answer means that there was no AAAA, and `getent ahostsv6` does not say so."""
    native, mapped = resolved(vantages.v6[f"library {site['name']}"])
    record.evidence(vantages.names.get("vantage-v6", ""))
    record.measured(f"native {native}, mapped {mapped}")
    assert not mapped, f"{site['name']}: the library gives IPv4-mapped {', '.join(mapped)}"
    assert native == [site["address6"]], f"{site['name']}: the library gives {native}, planned is {site['address6']}"


@pytest.mark.requirement("platform-ipv6", "name-security")
def test_aaaa_resolves_and_validates_from_the_ipv6_only_client(
    platform: dict[str, Any], site: dict[str, Any], vantages: Vantages, record: Record
) -> None:
    text = vantages.v6[f"aaaa {site['name']}"]
    found = aaaa(text, site["name"])
    flags = re.search(r"flags: ([a-z ]*);", text)
    record.evidence(vantages.names.get("vantage-v6", ""))
    record.measured(f"AAAA {found}, flags {flags.group(1) if flags else 'none'}")
    assert found == [site["address6"]], f"{site['name']} AAAA is {found}, planned is {site['address6']}"
    assert flags and "ad" in flags.group(1).split(), f"{site['name']}: the answer was not validated (no AD flag)"


@pytest.mark.requirement("name-security")
def test_the_chain_of_trust_is_validated_by_delv_on_the_ipv6_only_client(
    platform: dict[str, Any], vantages: Vantages, record: Record
) -> None:
    """From the root's key down, by a second validator: the resolver's word (AD) is not asked for."""
    text = vantages.v6[f"delv {platform['zone']}"].strip()
    first = text.partition("\n")[0]
    record.evidence(vantages.names.get("vantage-v6", ""))
    record.measured(f"delv -6 {platform['zone']} NS: {first or 'said nothing'}")
    assert first == "; fully validated", f"{platform['zone']}: delv says {first or 'nothing'}"
    named = re.findall(rf"^{re.escape(platform['zone'])}\.\s+\d+\s+IN\s+NS\s+\S+$", text, re.MULTILINE)
    assert len(named) >= 2, f"{platform['zone']}: {len(named)} name servers validated"


@pytest.mark.requirement("platform-ipv6")
def test_the_home_page_answers_the_ipv6_only_client(
    platform: dict[str, Any], site: dict[str, Any], vantages: Vantages, record: Record
) -> None:
    got = vantages.fetched(vantages.v6[f"get {site['name']}"])
    record.evidence(vantages.names.get("vantage-v6", ""))
    record.measured(f"status {got.status}, {got.size} bytes at [{got.address}]:443 {got.error}")
    assert got.status == 200, f"https://{site['name']}/ over IPv6: status {got.status}, {got.size} bytes {got.error}"
    assert got.address == site["address6"], f"{site['name']} answered at {got.address}, planned is {site['address6']}"
    assert got.size > 0, f"https://{site['name']}/ over IPv6: empty body"


@pytest.mark.requirement("platform-ipv6")
def test_the_home_page_is_the_same_over_both_families(
    platform: dict[str, Any], site: dict[str, Any], vantages: Vantages, record: Record
) -> None:
    four = vantages.fetched(vantages.dual[f"get4 {site['name']}"])
    six = vantages.fetched(vantages.dual[f"get6 {site['name']}"])
    record.evidence(vantages.names.get("vantage-dual", ""))
    record.measured(f"IPv4 {four.status}, {four.size} bytes; IPv6 {six.status}, {six.size} bytes")
    assert four.status == 200, f"{site['address4']}:443 over IPv4: status {four.status} {four.error}"
    assert four.address == site["address4"] and six.address == site["address6"], "answered at another address"
    assert (six.status, six.size, six.sha256) == (four.status, four.size, four.sha256), (
        f"[{site['address6']}]:443 gives status {six.status}, {six.size} bytes {six.error}; "
        f"{site['address4']}:443 gives status {four.status}, {four.size} bytes"
    )


@pytest.mark.requirement("name-security")
def test_both_name_servers_answer_for_the_zone_over_ipv6(
    platform: dict[str, Any], plan: dict[str, Any], vantages: Vantages, record: Record
) -> None:
    servers = plan["shared"]["name_servers"].values()
    record.evidence(vantages.names.get("vantage-v6", ""))
    assert len(servers) >= 2, "fewer than two name servers"
    for device in servers:
        text = vantages.v6[f"soa {platform['zone']} {device}"]
        flags = re.search(r"flags: ([a-z ]*);", text)
        record.measured(f"{device}: flags {flags.group(1) if flags else 'no answer'}")
        assert flags and "aa" in flags.group(1).split(), (
            f"{device} gives no authoritative answer for {platform['zone']}"
        )
        # An answer has a TTL before the class; the question that dig repeats has none.
        assert re.search(r"^\S+\s+\d+\s+IN\s+SOA\s", text, re.MULTILINE), f"{device} has no SOA of {platform['zone']}"


@pytest.mark.requirement("name-delegation")
def test_the_delegation_can_be_walked_over_ipv6_alone(platform: dict[str, Any], live: Live, record: Record) -> None:
    judge(live, "delegation-ipv6", platform, record)


@pytest.mark.requirement("boundary-live")
def test_forbidden_flows_are_blocked_over_both_families(platform: dict[str, Any], live: Live, record: Record) -> None:
    judge(live, "zone-deny", platform, record)


@pytest.mark.requirement("boundary-live")
def test_allowed_flows_pass_over_both_families(platform: dict[str, Any], live: Live, record: Record) -> None:
    judge(live, "zone-allow", platform, record)


def judge(live: Live, check: str, platform: dict[str, Any], record: Record) -> None:
    """Take over a check's verdict with its reasons and evidence."""
    result = live.of(check, platform["name"])
    for name in result.evidence:
        record.evidence(name)
    record.measured("; ".join(result.reasons) or getattr(result.verdict, "notes", ("",))[0])
    if result.verdict.word == "unknown":
        record.unknown("; ".join(result.reasons))
    assert result.verdict.word == "pass", "; ".join(result.reasons)

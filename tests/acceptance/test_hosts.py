"""Every host by its own account: clock, remote administration, accounts, doors; GB/T 22239-2019 8.1.4."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance import host
from tests.acceptance.conftest import Record
from tests.acceptance.facts import Facts


def check_clock(name: str, facts: Facts, record: Record) -> None:
    told = facts.of(name)
    record.evidence(facts.evidence(name))
    before, after = (float(part) for part in told["asked"].split())
    off = host.clock(before, float(told["clock"]), after)
    record.measured(f"{name}: clock off by {off:.3f} s at most, read within {after - before:.1f} s")
    assert off <= host.CLOCK_SECONDS, f"{name}: the clock is off by {off:.1f} s"


def check_sshd(name: str, facts: Facts, record: Record) -> None:
    text = facts.of(name)["sshd"]
    problems = host.sshd(text)
    record.evidence(facts.evidence(name))
    record.measured(f"{name}: {text.count('config /')} sshd, {len(problems)} settings to change")
    assert not problems, f"{name}: {'; '.join(problems)}"


def check_accounts(name: str, facts: Facts, record: Record) -> None:
    problems, told = host.accounts(facts.of(name)["accounts"])
    record.evidence(facts.evidence(name))
    record.measured(f"{name}: {told} accounts, {len(problems)} problems")
    assert told, f"{name}: no account was told"
    assert not problems, f"{name}: {'; '.join(problems)}"


def check_doors(name: str, facts: Facts, record: Record) -> None:
    listening = host.sockets(facts.of(name)["listening"])
    found = host.risky(listening)
    record.evidence(facts.evidence(name))
    record.measured(f"{name}: {len(listening)} listening sockets")
    assert listening, f"{name}: not even sshd listens"
    assert not found, f"{name} listens on {', '.join(found)}"


@pytest.mark.requirement("host-clock")
def test_the_clock_is_right(platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record) -> None:
    check_clock(device["name"], facts, record)


@pytest.mark.requirement("host-admin")
def test_sshd_keeps_the_baseline(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    check_sshd(device["name"], facts, record)


@pytest.mark.requirement("host-accounts")
def test_no_account_has_a_weak_way_in(
    platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record
) -> None:
    check_accounts(device["name"], facts, record)


@pytest.mark.requirement("host-doors")
def test_no_risky_port_is_open(platform: dict[str, Any], device: dict[str, Any], facts: Facts, record: Record) -> None:
    check_doors(device["name"], facts, record)


@pytest.mark.requirement("host-clock", "host-admin", "host-accounts", "host-doors")
def test_shared_devices_keep_the_host_baseline(plan: dict[str, Any], facts: Facts, record: Record) -> None:
    for device in plan["shared"]["devices"]:
        for check in (check_clock, check_sshd, check_accounts, check_doors):
            check(device["name"], facts, record)


@pytest.mark.requirement("name-security")
def test_name_servers_listen_on_both_families_themselves(plan: dict[str, Any], facts: Facts, record: Record) -> None:
    """Not `::` alone: whether that takes IPv4 too is a setting of the kernel that nobody looks at."""
    served = 0
    # Servers in cities that nobody accepts now are not looked at; the shared ones always are.
    owners = (plan["shared"], *plan["platforms"])
    devices = {device["name"]: device for owner in owners for device in owner["devices"]}
    for name in plan["shared"]["name_servers"].values():
        if name not in devices:
            continue
        device = devices[name]
        listening = host.sockets(facts.of(name)["listening"])
        record.evidence(facts.evidence(name))
        addresses = [one["address"].partition("/")[0] for one in device["addresses"]]
        assert {":" in address for address in addresses} == {True, False}, f"{name}: planned are {addresses}"
        for address in addresses:
            problem = host.unserved(listening, address, 53)
            assert not problem, f"{name}: {problem}"
            served += 1
    record.measured(f"{served} addresses serve port 53")
    assert served >= 4, "fewer than two name servers over both families are planned here"

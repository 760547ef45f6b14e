"""Drift: trees with their place, verdicts, and the change set that settles one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import EnvironmentFailed, InputError
from ipv6.change import records as states
from ipv6.change.model import ChangeSet, DeviceChange, RecordChange
from ipv6.change.plan import derive
from ipv6.drift.compare import Seen, Since, compare
from ipv6.drift.settle import ADOPTED, SERVED, settle
from ipv6.drift.tree import difference, parse
from ipv6.drivers import registry
from tests.drivers import samples
from tests.unit.apply.world import inventory

SINCE = Since("d" * 64, "run-1", "wang@ops", "2026-03-01T08:00:00Z")
CASES = (("frr", samples.router), ("nftables", samples.firewall), ("nginx", samples.site_host),
         ("linux", samples.firewall), ("knot", samples.name_server))  # fmt: skip


@cache
def text(driver: str, dual: bool = True) -> str:
    """What a driver renders for its sample."""
    make = dict(CASES)[driver]
    return next(iter(registry.driver(driver).render(make(dual)).values()))


def shown(driver: str, applied: str, running: str) -> list[str]:
    return [line.text for line in difference(driver, applied, running)]


def test_a_peer_is_shown_below_its_router() -> None:
    applied = text("frr")
    running = applied.replace(" neighbor 10.255.0.1 remote-as 64512\n", " neighbor 10.255.0.1 remote-as 64999\n")
    assert shown("frr", applied, running) == [
        "  router bgp 64512",
        "-   neighbor 10.255.0.1 remote-as 64512",
        "+   neighbor 10.255.0.1 remote-as 64999",
    ]


def test_a_rule_is_shown_below_its_chain() -> None:
    applied = text("nftables")
    running = applied.replace("\t\tct state invalid drop\n", "\t\ttcp dport 23 accept\n\t\tct state invalid drop\n", 1)
    assert shown("nftables", applied, running) == [
        "  table inet jiyue {",
        "    chain forward {",
        "+     tcp dport 23 accept",
    ]


def test_a_listener_is_shown_below_the_server_it_belongs_to() -> None:
    applied = text("nginx")
    gone = next(line for line in applied.splitlines(keepends=True) if "[3fff:ff1:100:1000::11]:443" in line)
    lines = shown("nginx", applied, applied.replace(gone, ""))
    assert lines[0].startswith("  server { # server_name jyj.example.gov.cn")
    assert lines[1:] == [f"-   {gone.strip()}"]


def test_a_whole_block_is_shown_with_what_is_inside() -> None:
    applied, running = text("frr", False), text("frr", False) + "router ospf6\n ospf6 router-id 1.1.1.1\nexit\n"
    assert shown("frr", applied, running) == ["+ router ospf6", "+   ospf6 router-id 1.1.1.1"]


@pytest.mark.parametrize("driver", [name for name, _ in CASES])
def test_equal_texts_differ_in_nothing_and_others_in_something(driver: str) -> None:
    assert difference(driver, text(driver), text(driver)) == ()
    assert difference(driver, text(driver, False), text(driver, True))


@given(st.lists(st.sampled_from(range(40)), max_size=6), st.sampled_from([name for name, _ in CASES]))
def test_only_equal_trees_have_no_difference(gone: list[int], driver: str) -> None:
    """Lines taken out at random: nothing is shown exactly when the trees are the same."""
    lines = text(driver).splitlines(keepends=True)
    running = "".join(line for number, line in enumerate(lines) if number not in gone)
    assert (parse(driver, text(driver)) == parse(driver, running)) == (difference(driver, text(driver), running) == ())


def change() -> ChangeSet:
    """A router and a site host with one name, as it was applied; one more device is deferred."""
    router = registry.section("frr", FRR[2], text("frr", False), text("frr"))
    site = registry.section("nginx", NGINX[2], text("nginx", False), text("nginx"))
    devices = (
        DeviceChange("pe-changsha", "pe", "430100", (router,)),
        DeviceChange("site-changsha", "site-host", "430100", (site,)),
        DeviceChange("pe-430121", "county-pe", "430121", (), "not in this environment"),
    )
    record = RecordChange("ns1", "changsha.gov.cn.", "www.changsha.gov.cn.", "AAAA", 300, (), ("3fff::80",))
    return ChangeSet("changsha", "lab", (), devices, (record,), ())


FRR = ("pe-changsha", "frr", "running-config")
NGINX = ("site-changsha", "nginx", "/etc/nginx/jiyue.conf")
AAAA = ("ns1", "changsha.gov.cn.", "www.changsha.gov.cn.", "AAAA")


def seen(**others: object) -> Seen:
    """Everything as applied, unless told otherwise."""
    fine = Seen({FRR: text("frr"), NGINX: text("nginx")}, {AAAA: (300, ("3fff::80",))}, {})
    return replace(fine, **others)


def test_what_runs_as_applied_is_the_same() -> None:
    found = compare(change(), SINCE, seen())
    assert (found.verdict, found.checked, found.deferred, found.objects) == ("same", 3, 1, ())


def test_moved_objects_records_and_listeners_are_named() -> None:
    deaf = text("nginx") + "# it does not listen on [3fff:ff1:100:1000::11]:443\n"
    hints = {"pe-changsha": ({"what": "file", "when": "", "text": "x"},), "site-changsha": ()}
    found = compare(
        change(),
        SINCE,
        seen(
            sections={FRR: text("frr", False), NGINX: deaf},
            records={AAAA: (300, ("3fff::99",))},
            evidence=hints,
            foreign={"pe-changsha": 2},
        ),
    )
    assert found.verdict == "drift"
    assert [one.device for one in found.objects] == ["pe-changsha", "site-changsha"]
    assert found.records[0].text == "www.changsha.gov.cn. AAAA on ns1 is 3fff::99, applied 3fff::80"
    said = "site-changsha: no site listens on [3fff:ff1:100:1000::11]:443 any more"
    assert [one.text for one in found.listeners] == [said]
    assert set(found.evidence) == {"pe-changsha"} and found.foreign == 2


def test_a_record_that_is_gone_or_lives_longer() -> None:
    gone = compare(change(), SINCE, seen(records={})).records[0]
    assert gone.text == "www.changsha.gov.cn. AAAA on ns1 is nothing, applied 3fff::80"
    longer = compare(change(), SINCE, seen(records={AAAA: (9, ("3fff::80",))})).records[0]
    assert longer.text == "www.changsha.gov.cn. AAAA on ns1: its TTL is 9 s, applied 300 s"


def test_who_does_not_answer_is_unknown_and_never_the_same() -> None:
    found = compare(change(), SINCE, seen(failed={"pe-changsha": "unreachable: timed out", "ns1": "unreachable: gone"}))
    assert (found.verdict, found.checked) == ("unknown", 1)
    assert found.unknown == {"pe-changsha": "unreachable: timed out", "ns1": "unreachable: gone"}
    unread = compare(change(), SINCE, seen(sections={NGINX: text("nginx")}))
    assert unread.unknown == {"pe-changsha": "frr running-config was not read"}


def drifted() -> Seen:
    return seen(sections={FRR: text("frr", False), NGINX: text("nginx")}, records={})


def test_restore_goes_from_what_runs_to_what_was_applied() -> None:
    made = settle(inventory(), change(), compare(change(), SINCE, drifted()), "restore", {"a": "1"})
    frr, nginx = (device.sections[0] for device in made.devices[:2])
    assert (frr.base, frr.intended, frr.keep) == (text("frr", False), text("frr"), "")
    assert frr.forward and frr.reverse and nginx.keep
    assert (made.records[0].before, made.records[0].after, made.records[0].keep) == ((), ("3fff::80",), "")
    assert made.inputs == {"a": "1"} and derive(made).changes


def test_a_ttl_alone_is_restored_or_adopted() -> None:
    """The set starts from the TTL that is served: the publisher refuses one that is in no approved state."""
    longer = compare(change(), SINCE, seen(records={AAAA: (900, ("3fff::80",))}))
    back = settle(inventory(), change(), longer, "restore", {}).records[0]
    assert (states.start(back), states.final(back)) == ((900, ("3fff::80",)), (300, ("3fff::80",)))
    kept = settle(inventory(), change(), longer, "adopt", {}).records[0]
    assert (states.start(kept), states.final(kept), kept.keep) == (*[(900, ("3fff::80",))] * 2, SERVED)


def test_adopt_changes_nothing_on_any_device() -> None:
    made = settle(inventory(), change(), compare(change(), SINCE, drifted()), "adopt", {})
    frr = made.devices[0].sections[0]
    assert (frr.base, frr.intended, frr.forward, frr.reverse, frr.keep) == (*[text("frr", False)] * 2, "", "", ADOPTED)
    assert made.records[0].after == () and made.records[0].keep
    assert not derive(made).changes
    assert compare(made, SINCE, drifted()).verdict == "same"


def test_there_must_be_something_to_settle_and_everything_must_be_known() -> None:
    with pytest.raises(InputError, match="nothing has drifted"):
        settle(inventory(), change(), compare(change(), SINCE, seen()), "restore", {})
    dark = compare(change(), SINCE, seen(failed={"pe-changsha": "unreachable"}))
    with pytest.raises(EnvironmentFailed, match="pe-changsha: unreachable"):
        settle(inventory(), change(), dark, "adopt", {})

"""The prober that apply asks, over made-up answers: what counts as green, what is lost, what is waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed
from inventory.model import Inventory
from inventory.source import load
from ipv6.change.model import ChangeSet, DeviceChange, RecordChange
from ipv6.plan.plan import make_plan
from ipv6.verify.build import site_subjects
from ipv6.verify.model import Answer, Probe
from jiyue.probe import prober
from jiyue.probe.prober import VantageProber, site_baselines
from jiyue.probe.runner import Runner

ROOT = Path(__file__).parents[3]
Give = Callable[[Probe], Answer]
TABLES = {"routes": {"0.0.0.0/0": "via 10.0.0.1"}, "ospf": {"10.0.0.1 on x": "Full"}, "mtu": {"x": 1500}}


class Made(Runner):
    """Answers by a function instead of over SSH; counts the rounds."""

    def __init__(self, give: Give) -> None:
        super().__init__(Path("none"))
        self.give = give
        self.rounds: list[list[Probe]] = []

    def run_all(self, probes: Iterable[Probe]) -> dict[Probe, Answer]:
        asked = list(probes)
        self.rounds.append(asked)
        return {probe: self.give(probe) for probe in asked}


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")


@pytest.fixture(scope="module")
def claims(inv: Inventory) -> dict[str, str]:
    return {claim.key: claim.prefix for claim in make_plan(inv, ()).claims}


def change(platform: str, records: tuple[RecordChange, ...] = ()) -> ChangeSet:
    return ChangeSet(platform, "lab", (), (), records, ())


def healthy(inv: Inventory, claims: dict[str, str]) -> Give:
    """A world in which the change has worked."""
    six = {site.name: site.address6 for site in site_subjects(inv, claims)}
    four = {site.name: str(site.address4) for site in inv.sites}
    denied = {
        (probe.address, probe.port, probe.vantage, probe.netns)
        for subject in prober.zone_subjects(inv, claims)
        for pair in subject.pairs
        if not pair.allowed
        for probe in (prober.probe(pair, 4), prober.probe(pair, 6))
    }

    def give(probe: Probe) -> Answer:
        ms = {"ms": 2.0}
        if probe.kind in ("tcp", "udp") and (probe.address, probe.port, probe.vantage, probe.netns) in denied:
            return Answer(({"state": "timeout", **ms},))
        samples: dict[str, dict[str, object]] = {
            "tcp": {"state": "open"},
            "udp": {"state": "answer"},
            "ping": {"state": "reply"},
            "path": {"state": "reply", "mtu": 1500},
            "state": {"state": "ok", **TABLES},
            "tls": {"state": "ok", "days": 300, "not_after": "2027", "version": "TLSv1.3"},
            "http": {"state": "ok", "status": 200, "size": 10, "sha256": probe.name},
            "visit": {"state": "ok", "status": 200, "size": 10, "address": six.get(probe.name, ""), "text": "<p>x</p>"},
            "walk": {"state": "done", "cuts": cuts(inv, probe.name)},
            "dns": {"state": "answer", "rcode": "NOERROR", "ad": True, "aa": True, "ttl": 300},
        }
        sample = samples[probe.kind]
        if probe.kind == "dns":
            found = {"AAAA": six, "A": four}.get(probe.qtype, {}).get(probe.name)
            sample = {**sample, "rdata": [found or "soa"]}
        return Answer(({**ms, **sample},) * probe.need)

    return give


def cuts(inv: Inventory, name: str) -> list[dict[str, object]]:
    platform = next((one for one in inv.platforms for site in one.sites if site.name == name), inv.platforms[0])
    ns = [{"name": f"ns{n}.", "addresses": [f"3fff::{n}"], "answered": [f"3fff::{n}"]} for n in (1, 2)]
    return [{"zone": ".", "ns": ns[:1]}, {"zone": f"{platform.dns_zone}.", "ns": ns}]


def made(inv: Inventory, claims: dict[str, str], give: Give, patience: float = 0.0) -> tuple[VantageProber, Made]:
    runner = Made(give)
    return VantageProber(inv, Path("none"), claims, patience=patience, runner=runner, pause=0), runner


def test_a_healthy_platform_is_green_by_address_and_by_name(inv: Inventory, claims: dict[str, str]) -> None:
    vantage, runner = made(inv, claims, healthy(inv, claims))
    by_address = vantage.by_address(change("changsha"))
    assert (by_address.ok, by_address.reasons) == (True, ())
    assert by_address.checked == 4 * 5 + 2
    assert not any(probe.qtype == "AAAA" or probe.kind in ("visit", "walk") for probe in runner.rounds[0])
    by_name = vantage.by_name(change("changsha"))
    assert (by_name.ok, by_name.reasons, by_name.checked) == (True, (), 4 * 4)


def test_a_leak_between_zones_is_not_green(inv: Inventory, claims: dict[str, str]) -> None:
    good = healthy(inv, claims)

    def leaky(probe: Probe) -> Answer:
        inside = probe.vantage == "vantage-v6" and probe.port == 5432
        return Answer(({"state": "open", "ms": 1.0},)) if inside else good(probe)

    report = made(inv, claims, leaky)[0].by_address(change("changsha"))
    assert not report.ok
    (reason,) = report.reasons
    assert reason.startswith("zone-deny: internet to data tcp/5432 must be blocked, but [3fff:10:100:3000::10]:5432")


def test_an_unreachable_vantage_is_never_green(inv: Inventory, claims: dict[str, str]) -> None:
    vantage, _ = made(inv, claims, lambda probe: Answer(problem="unreachable over SSH: no route"))
    report = vantage.by_name(change("changsha"))
    assert not report.ok and report.checked == 16
    assert all("unreachable over SSH" in reason for reason in report.reasons)


def test_what_settles_late_is_measured_again_and_only_that(
    inv: Inventory, claims: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    good = healthy(inv, claims)
    late = {"left": 2}

    def give(probe: Probe) -> Answer:
        if probe.kind == "visit" and probe.name == "www.changsha.gov.cn" and late["left"]:
            late["left"] -= 1
            return Answer(({"state": "no-address", "ms": 1.0},))
        return good(probe)

    runner = Made(give)
    vantage = VantageProber(inv, Path("none"), claims, patience=30.0, runner=runner)
    report = vantage.by_name(change("changsha"))
    assert report.ok and report.checked == 16
    assert [len(asked) for asked in runner.rounds] == [12, 1, 1]


def test_ipv4_before_and_after(inv: Inventory, claims: dict[str, str]) -> None:
    good = healthy(inv, claims)
    vantage, runner = made(inv, claims, good)
    before = vantage.ipv4_baseline(change("changsha"))
    assert before["site/www.changsha.gov.cn/a"] == "198.18.1.10"
    assert before["flow/changsha app to data tcp/5432 over IPv4"] == "through"
    assert all(probe.family == 4 for probe in runner.rounds[0])
    assert vantage.ipv4_lost(change("changsha"), before) == ()

    def harmed(probe: Probe) -> Answer:
        if probe.kind == "http":
            return Answer(({"state": "ok", "status": 502, "size": 0, "sha256": "0", "ms": 1.0},) * probe.need)
        if probe.port == 5432:
            return Answer(({"state": "timeout", "ms": 2500.0},) * probe.samples)
        return good(probe)

    lost = made(inv, claims, harmed)[0].ipv4_lost(change("changsha"), before)
    assert any("www.changsha.gov.cn at 198.18.1.10 over IPv4: status was 200, is 502" in one for one in lost)
    assert "changsha app to data tcp/5432 over IPv4: came through before, now timeout after 2500 ms" in lost


def test_a_lost_route_and_a_smaller_way_are_named(inv: Inventory, claims: dict[str, str]) -> None:
    good = healthy(inv, claims)
    devices = (DeviceChange("pe-changsha", "pe", "430100", ()), DeviceChange("core", "core", "430000", (), "deferred"))
    wanted = replace(change("changsha"), devices=devices)
    before = made(inv, claims, good)[0].ipv4_baseline(wanted)
    assert {key for key in before if key.startswith("state/")} >= {"state/pe-changsha", "state/fw-changsha"}

    def harmed(probe: Probe) -> Answer:
        if probe.kind == "state" and probe.vantage == "pe-changsha":
            return Answer(({"state": "ok", **TABLES, "routes": {}, "ospf": {"10.0.0.1 on x": "Init"}},))
        return Answer(({"state": "reply", "mtu": 1400},)) if probe.kind == "path" else good(probe)

    assert made(inv, claims, harmed)[0].ipv4_lost(wanted, before)[:3] == (
        "pe-changsha: IPv4 route 0.0.0.0/0 was via 10.0.0.1, is gone",
        "pe-changsha: OSPF neighbour 10.0.0.1 on x was Full, is Init",
        "www.changsha.gov.cn at 198.18.1.10 over IPv4: packets of 1500 bytes came through, now of 1400",
    )


def test_a_loss_that_is_gone_the_second_time_is_none(inv: Inventory, claims: dict[str, str]) -> None:
    good = healthy(inv, claims)
    vantage, runner = made(inv, claims, good)
    before = vantage.ipv4_baseline(change("changsha"))
    runner.give = lambda probe: Answer(problem="gone") if len(runner.rounds) == 2 else good(probe)
    assert vantage.ipv4_lost(change("changsha"), before) == ()
    assert len(runner.rounds) == 3


def test_an_unmeasured_after_is_a_loss_and_an_unmeasured_before_an_error(
    inv: Inventory, claims: dict[str, str]
) -> None:
    before = made(inv, claims, healthy(inv, claims))[0].ipv4_baseline(change("changsha"))
    dark = made(inv, claims, lambda probe: Answer(problem="gone"))[0]
    assert any("not measured" in one for one in dark.ipv4_lost(change("changsha"), before))
    with pytest.raises(EnvironmentFailed, match="nothing could be measured"):
        dark.ipv4_baseline(change("changsha"))


def test_the_shared_part_is_asked_by_its_neighbours_and_by_its_glue(inv: Inventory, claims: dict[str, str]) -> None:
    address = claims["iface/ns1/dmz"].partition("/")[0]
    record = RecordChange("ns-govcn", "gov.cn.", "ns1.hunan.gov.cn.", "AAAA", 300, (), (address,))
    good = healthy(inv, claims)

    def give(probe: Probe) -> Answer:
        found = good(probe)
        if probe.name == "ns1.hunan.gov.cn.":
            return replace(found, samples=tuple({**one, "rdata": [address]} for one in found.samples))
        return found

    vantage, runner = made(inv, claims, give)
    assert vantage.by_address(change("shared")).ok
    assert {probe.vantage for probe in runner.rounds[0] if probe.family == 6} == {"ns1", "ns2", "core"}
    assert vantage.by_name(change("shared", (record,))).ok
    wrong = replace(record, after=("3fff::bad",))
    report = vantage.by_name(change("shared", (wrong,)))
    assert report.reasons == (f"ns1.hunan.gov.cn. AAAA is {address}, published is 3fff::bad",)


def test_a_negative_answer_of_before_is_waited_out_and_only_it_is_asked_again(
    inv: Inventory, claims: dict[str, str]
) -> None:
    name, target = "1.0.0.3.ip6.arpa.", "core.net.hunan.gov.cn."
    there = RecordChange("ns1", "hunan.gov.cn.", "ns1.hunan.gov.cn.", "AAAA", 300, (), ("3fff::1",))
    late = RecordChange("ns1", "0.0.3.ip6.arpa.", name, "PTR", 300, (), (target,))
    asked: list[str] = []

    def give(probe: Probe) -> Answer:
        asked.append(probe.name)
        old = probe.name == name and asked.count(name) < 3
        sample = {"state": "answer", "rcode": "NXDOMAIN" if old else "NOERROR", "ms": 1.0}
        data = [] if old else [target if probe.name == name else "3fff::1"]
        return Answer(({**sample, "rdata": data},) * probe.samples)

    report = made(inv, claims, give, patience=30)[0].by_name(change("shared", (there, late)))
    assert (report.ok, report.checked, asked) == (True, 2, ["ns1.hunan.gov.cn.", name, name, name])
    asked.clear()
    report = made(inv, claims, give)[0].by_name(change("shared", (late,)))
    assert report.reasons == (f"{name} PTR is NXDOMAIN, published is {target}",)


def test_a_shared_part_without_records_has_nothing_to_show(inv: Inventory, claims: dict[str, str]) -> None:
    report = made(inv, claims, healthy(inv, claims))[0].by_name(change("shared"))
    assert (report.ok, report.checked) == (False, 0)


def test_baselines_are_given_back_by_site() -> None:
    flat = {"site/a.gov.cn/a": "198.18.1.1", "site/a.gov.cn/port/80": "open", "flow/x": "through"}
    assert site_baselines(flat) == {"a.gov.cn": {"a": "198.18.1.1", "port/80": "open"}}

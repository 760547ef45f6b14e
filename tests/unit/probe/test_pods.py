"""Which pod speaks for a zone, and what the zone matrix asks of pods."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.model import Inventory
from ipv6.verify.build_pods import Outside, pod_subject
from ipv6.verify.check import discover
from ipv6.verify.model import FAMILIES, Answer, Fail, Pass, Probe, Unknown
from ipv6.verify.subjects import Place, ZoneSubject
from ipv6.zones.matrix import flows_for
from jiyue.probe.pods import pod_places, real_nodes, spaces
from tests.infra.world import inventory

CHECKS = {check.id: check for check in discover()}
ZONES = ("dmz", "app", "data", "exchange", "ops", "security")


@pytest.fixture(scope="module")
def hunan() -> Inventory:
    return inventory()


def place(zone: str) -> Place:
    number = ZONES.index(zone) + 2
    return Place(zone, ("node", "node"), (f"100.64.1.{number}", f"fd00:200:1::{number}"), f"cni-{number}")


PLACES = {zone: place(zone) for zone in ZONES}
SERVICE = Place("exchange", ("", ""), ("10.2.32.23", "3fff:10:100:7000::23"))
EDGE = Place("dmz", ("", ""), ("198.18.1.30", "3fff:ff1:100:1000::30"))
INTERNET = Place("internet", ("vantage-v4", "vantage-v6"), ("", ""))
CORE = Place("extranet", ("core", "core"), ("10.255.0.1", "3fff:10::1"))


def pod(name: str, node: str, address: str, ready: str = "True", **metadata: Any) -> dict[str, Any]:
    namespace, _, short = name.partition("/")
    return {
        "metadata": {"namespace": namespace, "name": short, **metadata},
        "spec": {"nodeName": node},
        "status": {
            "podIPs": [{"ip": address}, {"ip": "fd00::1"}],
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


def answers(subject: ZoneSubject, allowed: str, denied: str) -> dict[Probe, Answer]:
    return {
        probe: Answer(({"state": allowed if probe.samples > 1 else denied, "ms": 1},))
        for check in ("zone-allow", "zone-deny")
        for probe in CHECKS[check].ask(subject)
    }


def test_what_a_node_prints_is_read_and_noise_is_not() -> None:
    assert spaces("cni-1 100.64.1.2/32\ncni-2 \n\nnsenter: failed\nx y z\n")["100.64.1.2"] == "cni-1"
    assert real_nodes([{"metadata": {"name": "b", "labels": {"type": "kwok"}}},
                       {"metadata": {"name": "a", "labels": {"type": "real"}}}]) == ("a",)  # fmt: skip


def test_a_zone_is_spoken_for_by_its_first_ready_pod_on_a_real_node() -> None:
    pods = [
        pod("changsha-app/b", "node", "100.64.1.3"),
        pod("changsha-app/a", "node", "100.64.1.2", ready="False"),
        pod("changsha-data/gone", "node", "100.64.1.4", deletionTimestamp="now"),
        pod("changsha-ops/elsewhere", "simulated", "100.64.1.5"),
        pod("changsha-dmz/unknown", "node", "100.64.1.6"),
    ]
    found = pod_places(pods, {"node": {f"100.64.1.{n}": f"cni-{n}" for n in range(2, 6)}})
    assert found == {"changsha": {"app": Place("app", ("node", "node"), ("100.64.1.3", "fd00::1"), "cni-3")}}


def test_every_pair_of_zones_is_tried_and_the_matrix_alone_decides(hunan: Inventory) -> None:
    subject = pod_subject(hunan.matrix, "changsha", PLACES)
    tried = {(pair.source.zone, pair.target.zone) for pair in subject.pairs}
    assert tried == {(source, target) for source in ZONES for target in ZONES if source != target}
    allowed = {(pair.source.zone, pair.target.zone, pair.port) for pair in subject.pairs if pair.allowed}
    assert allowed == {
        (flow.source, flow.target, port)
        for flow in flows_for(hunan.matrix, "changsha")
        if flow.protocol == "tcp" and {flow.source, flow.target} <= set(ZONES)
        for port in flow.ports
    }
    assert {probe.family for probe in CHECKS["zone-deny"].ask(subject)} == set(FAMILIES)


def test_from_the_extranet_services_are_tried_and_pods_are_not(hunan: Inventory) -> None:
    subject = pod_subject(hunan.matrix, "changsha", PLACES, [Outside(CORE, {"exchange": SERVICE})])
    outside = [pair for pair in subject.pairs if pair.source == CORE]
    assert {(pair.target, pair.port, pair.allowed) for pair in outside} == {
        (SERVICE, 22, False), (SERVICE, 9443, True)
    }  # fmt: skip


def test_from_the_internet_the_edge_is_tried_and_not_what_name_servers_answer(hunan: Inventory) -> None:
    subject = pod_subject(hunan.matrix, "changsha", PLACES, [Outside(INTERNET, {"dmz": EDGE})])
    outside = [pair for pair in subject.pairs if pair.source == INTERNET]
    assert {pair.target for pair in outside} == {EDGE}
    assert {pair.port for pair in outside if pair.allowed} == {80, 443}
    assert {pair.port for pair in outside if not pair.allowed} == {22}


@pytest.mark.parametrize(
    ("allowed", "denied", "verdicts"),
    [
        ("open", "timeout", (Pass, Pass)),
        ("open", "refused", (Pass, Pass)),
        ("refused", "timeout", (Fail, Unknown)),
        ("open", "open", (Pass, Fail)),
        ("open", "error", (Pass, Unknown)),
    ],
)
def test_a_refusal_is_the_word_of_a_filter_where_everything_listens(
    hunan: Inventory, allowed: str, denied: str, verdicts: tuple[type, type]
) -> None:
    subject = pod_subject(hunan.matrix, "changsha", PLACES)
    found = answers(subject, allowed, denied)
    assert tuple(type(CHECKS[check].judge(subject, found)) for check in ("zone-allow", "zone-deny")) == verdicts


def test_a_zone_without_a_pod_is_no_proof(hunan: Inventory) -> None:
    subject = pod_subject(hunan.matrix, "changsha", {zone: PLACES[zone] for zone in ZONES if zone != "security"})
    probes = CHECKS["zone-allow"].ask(subject)
    found = {
        probe: Answer(({"state": "open", "ms": 1},)) if probe.address else Answer(problem="no address")
        for probe in probes
    }
    assert isinstance(CHECKS["zone-allow"].judge(subject, found), Unknown)
    assert CHECKS["zone-mtu"].applies(subject) is False

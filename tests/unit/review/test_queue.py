"""The authority's desk over the real province: thirteen approvals stay valid, what moved is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inventory.model import SHARED
from ipv6.apply.observe import observe, wanted_by
from ipv6.change.moved import on_devices
from jiyue.review import decide, lab
from jiyue.workflow import review as workflow
from jiyue.workflow import review_queue, review_read
from jiyue.workflow.services import Services
from jiyue.workspace import Workspace
from tests.unit.change.province import Fleet
from tests.unit.review.office import lab_approve
from tests.unit.review.province import checkout, proposed

APPLIED = (SHARED, "hunan", "changsha")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared, the province and three cities, proposed on day 0; made once."""
    root = checkout(tmp_path_factory.mktemp("template"))
    proposed(root, (*APPLIED, "zhuzhou", "xiangxi")).store.database.close()
    return root


@pytest.fixture
def services(template: Path, tmp_path: Path) -> Services:
    """Services of a copy."""
    return Services(Workspace(Path(shutil.copytree(template, tmp_path / "checkout"))))


def fleet_after(services: Services, applied: tuple[str, ...]) -> Fleet:
    """What runs once some platforms are applied: their devices and records as intended, the others on day 0."""
    fleet = Fleet.day(False)
    for platform in applied:
        change = services.store.change_set(workflow.current(services, platform).digest)
        for device in change.devices:
            for section in device.sections if not device.deferred else ():
                fleet.texts[(device.device, section.driver, section.object)] = section.intended
        for record in change.records:
            fleet.records[(record.server, record.zone, record.name, record.type)] = (record.ttl, record.after)
    return fleet


def test_thirteen_approvals_stay_valid(tmp_path: Path) -> None:
    """Shared, province and one city applied: nothing that the other cities own moved, every approval still holds."""
    services = proposed(checkout(tmp_path))
    others = [name for name in services.platforms if name not in APPLIED]
    assert len(others) == 13
    for name in (SHARED, *services.platforms):
        lab_approve(services.store, workflow.current(services, name).digest, services.key_folder)
    digests = {name: workflow.current(services, name).digest for name in others}
    for name in APPLIED:
        services.store.applied(workflow.current(services, name).digest)
    changes = {name: services.store.change_set(digest) for name, digest in digests.items()}
    fleet = fleet_after(services, APPLIED)
    seen = observe(fleet, [one for change in changes.values() for one in wanted_by(change)])
    assert not seen.failed
    for name, change in changes.items():
        assert on_devices(change, seen.sections, seen.records) == (), name
        assert services.store.approval(digests[name]).digest == digests[name]
    rows = {row.record.platform: row for row in review_queue.queue(services, others)}
    assert [name for name, row in rows.items() if row.moved or row.approval] == []


def test_what_moved_is_named(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device and an input of one city; the other city's approval holds."""
    for name in ("changsha", "zhuzhou"):
        lab_approve(services.store, workflow.current(services, name).digest, services.key_folder)
    fleet = Fleet.day(False)
    fleet.texts[("fw-zhuzhou", "linux", "network")] += "addr outside 192.0.2.1/24\n"
    fleet.unreachable = {"site-zhuzhou"}
    monkeypatch.setattr(review_queue, "transport", lambda _: fleet)
    path = services.space.inventory / "platforms" / "zhuzhou.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# seen\n", encoding="utf-8")
    (other, row) = review_queue.queue(services, ("zhuzhou", "changsha"), read_devices=True)
    assert row.record.platform == "zhuzhou"
    assert [(one.kind, one.name) for one in row.moved] == [
        ("input", "inventory/hunan/platforms/zhuzhou.yaml"),
        ("section", "fw-zhuzhou linux network"),
    ]
    assert row.unread == ("site-zhuzhou: unreachable: connection timed out",)
    assert other.moved == () and other.approval == ""


def test_order_and_numbers(services: Services) -> None:
    """What waits for a decision first, then by wave; sizes and findings are counted."""
    everything = (SHARED, *services.platforms)
    workflow.submit(services, ("zhuzhou", "changsha"), None)
    rows = review_queue.queue(services, everything)
    assert [row.record.platform for row in rows] == ["changsha", "zhuzhou", SHARED, "hunan", "xiangxi"]
    row = rows[0]
    assert (row.wave, row.devices, row.sites, row.needed) == ("canary", 5, 4, 1)
    assert row.approval == "nobody has approved it" and row.signers == ()
    assert [one.id for one in row.findings] == ["new-systems"]
    assert row.as_dict()["counts"] == {"high": 0, "medium": 1, "low": 0, "note": 0}


def test_an_emergency_comes_first(services: Services) -> None:
    """Open reviews stand on top until they are done."""
    digest = workflow.current(services, "xiangxi").digest
    services.store.submit(digest)
    keys = lab.lab_keys(services.key_folder, services.inventory.review, services.store.now())
    for name in ("lab-reviewer", "lab-reviewer-2"):
        decide.approve(services.store, digest, keys[name], "", services.store.now(), emergency="故障")
    rows = review_queue.queue(services, (SHARED, *services.platforms))
    assert rows[0].record.platform == "xiangxi" and rows[0].emergency and rows[0].after and not rows[0].late
    assert review_read.open_emergency(services, "xiangxi") == digest


def test_a_damaged_text_is_said(services: Services) -> None:
    """The desk still opens; that proposal has no approval."""
    with services.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE proposals SET change = '{}' WHERE platform = 'zhuzhou'")
    rows = {row.record.platform: row for row in review_queue.queue(services, ("zhuzhou", "changsha"))}
    assert rows["zhuzhou"].approval.startswith("the stored text is damaged")
    assert rows["changsha"].approval == "nobody has approved it"


def test_differences(services: Services) -> None:
    """By device, by object, against an earlier proposal; a typo is told with what is near."""
    change = services.store.change_set(workflow.current(services, "changsha").digest)
    every = review_read.differences(change, ())
    assert {one.name.split()[0] for one in every} >= {"fw-changsha", "pe-changsha", "www.changsha.gov.cn."}
    only = review_read.differences(change, ["fw-changsha"])
    assert {one.name.split()[0] for one in only} == {"fw-changsha"} and len(only) < len(every)
    assert review_read.between(change, change, ()) == []
    with pytest.raises(ValueError, match="is no object of this change set; like fw-changsha"):
        review_read.differences(change, ["fw-changsa"])
    other = services.store.change_set(workflow.current(services, "zhuzhou").digest)
    with pytest.raises(ValueError, match="it is zhuzhou's, not changsha's"):
        review_read.between(other, change, ())

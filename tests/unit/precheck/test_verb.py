"""`jiyue ipv6 precheck` over the real province's proposals, in a checkout of its own; no lab is started."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from inventory.errors import GateError
from ipv6.change.digest import from_json, to_json
from ipv6.change.model import ChangeSet, DeviceChange
from jiyue.store import Store
from jiyue.workflow.precheck import findings
from jiyue.workflow.review_queue import queue
from jiyue.workflow.services import Services
from tests.unit.cli.calls import run as call
from tests.unit.review.province import checkout, proposed

OLD = "3fff:10:100:3000::/52 tcp dport 5432"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return proposed(checkout(tmp_path_factory.mktemp("precheck")))


def verb(services: Services, monkeypatch: pytest.MonkeyPatch, *words: str, code: int) -> dict[str, object]:
    done = call(["ipv6", "precheck", *words, "--json"], monkeypatch, JIYUE_ROOT=str(services.space.root))
    assert done.code == code, done
    found = json.loads(done.out)
    assert isinstance(found, dict) and found["schema"] == "jiyue/ipv6-precheck/1"
    return found


def broken(services: Services, path: Path) -> Path:
    """Changsha's change set with one port of one IPv6 rule off by one."""
    record = services.store.current("changsha")
    assert record is not None
    change = services.store.change_set(record.digest)
    path.write_text(to_json(replace(change, devices=tuple(map(_off_by_one, change.devices)))), encoding="utf-8")
    return path


def _off_by_one(device: DeviceChange) -> DeviceChange:
    sections = tuple(
        replace(one, intended=one.intended.replace(OLD, OLD.replace("5432", "5433"))) for one in device.sections
    )
    return replace(device, sections=sections)


def test_the_provinces_own_proposals_pass(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    found = verb(services, monkeypatch, code=0)
    assert (found["verdict"], found["reasons"], found["unknown"], found["assumed"]) == ("pass", [], [], [])
    assert isinstance(found["checked"], int) and found["checked"] > 5000


def test_a_wrong_port_is_named_and_ends_1(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = verb(services, monkeypatch, "changsha", "--change", str(broken(services, tmp_path / "c.json")), code=1)
    reasons = found["reasons"]
    assert found["verdict"] == "fail" and isinstance(reasons, list)
    assert {("talk", 6, "fw-changsha"), ("leak", 6, "fw-changsha")} <= {
        (one["kind"], one["family"], one["device"]) for one in reasons
    }
    text = call(["ipv6", "precheck", "changsha", "--change", str(tmp_path / "c.json"), "--lang", "en"], monkeypatch,
                JIYUE_ROOT=str(services.space.root))  # fmt: skip
    assert text.code == 1 and "no rule matches" in text.out and "5432" in text.out


def test_another_platform_is_not_told_about_it(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = verb(services, monkeypatch, "zhuzhou", "--change", str(broken(services, tmp_path / "c.json")), code=0)
    assert found["verdict"] == "pass"


def test_bad_input_is_told(services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = str(services.space.root)
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{", encoding="utf-8")
    assert call(["ipv6", "precheck", "--change", str(wrong)], monkeypatch, JIYUE_ROOT=root).code == 2
    assert call(["ipv6", "precheck", "--change", str(tmp_path / "none")], monkeypatch, JIYUE_ROOT=root).code == 4
    assert call(["ipv6", "precheck", "atlantis"], monkeypatch, JIYUE_ROOT=root).code == 2


def test_nothing_proposed_is_nothing_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert call(["ipv6", "precheck"], monkeypatch, JIYUE_ROOT=str(checkout(tmp_path))).code == 5


def test_the_review_queue_gets_findings(services: Services) -> None:
    found = findings(services, ("changsha", "zhuzhou"))
    assert found == {"changsha": (), "zhuzhou": ()}


def test_the_queue_shows_what_breaks_beside_the_proposal(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same verdict as the verb's, for the platform that it concerns; `review list` does not wait for it."""
    record = services.store.current("changsha")
    assert record is not None
    change = from_json(broken(services, tmp_path / "c.json").read_bytes())
    kept = type(services.store).change_set

    def wrong(store: Store, digest: str) -> ChangeSet:
        return change if digest == record.digest else kept(store, digest)

    monkeypatch.setattr(type(services.store), "change_set", wrong)
    names = ("changsha", "zhuzhou")
    told = {row.record.platform: row.findings for row in queue(services, names, prechecked=True)}
    first = told["changsha"][0]
    assert (first.id, first.severity) == ("precheck", "high") and "changsha" in first.place
    assert not [one for one in told["zhuzhou"] if one.id == "precheck"]
    quick = [one.id for row in queue(services, names) for one in row.findings]
    assert "precheck" not in quick


def test_a_damaged_text_is_told_as_not_judged(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(store: Store, digest: str) -> ChangeSet:
        raise GateError(digest, "the stored text is damaged", "propose again")

    monkeypatch.setattr(type(services.store), "change_set", damaged)
    (told,) = findings(services, ("changsha",))["changsha"]
    assert (told.severity, told.cause) == ("medium", "not judged: the stored text is damaged")


def test_an_empty_change_set_is_not_a_pass(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change set without devices leaves what is planned in their place, and says so."""
    path = tmp_path / "empty.json"
    empty = ChangeSet("changsha", services.space.environment, (), (), (), ())
    path.write_text(to_json(empty), encoding="utf-8")
    found = verb(services, monkeypatch, "--change", str(path), code=0)
    assert found["assumed"] == ["changsha"]

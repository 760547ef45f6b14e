"""Entries of clusters are opened for approved change sets only; who only stands in for a cluster is said."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inventory.model import Inventory
from inventory.source import load
from ipv6.plan.plan import make_plan
from jiyue.probe.ssh import Reply
from jiyue.workflow import entries
from lab.scene import scene
from lab.spec import LabSpec

ROOT = Path(__file__).resolve().parents[3]
EDGE = ("198.18.1.30", "3fff:ff1:100:1000::30")


class Store:
    """As far as entries need one; `status` is that of the canary's proposal, nobody else has one."""

    def __init__(self, status: str) -> None:
        self.status = status
        self.kept: dict[tuple[str, str], Any] = {}

    def current(self, platform: str) -> Any:
        return SimpleNamespace(status=self.status) if platform == "changsha" else None

    def put_result(self, kind: str, key: str, data: Any) -> None:
        self.kept[kind, key] = data


@pytest.fixture(scope="module")
def inv() -> Inventory:
    return load(ROOT / "inventory" / "hunan", "lab")


@pytest.fixture(scope="module")
def specs(inv: Inventory, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, LabSpec]:
    folder = tmp_path_factory.mktemp("lab")
    return {real: scene(inv, folder, control_plane=True, real_nodes=real) for real in (False, True)}


def opened(
    inv: Inventory, spec: LabSpec, monkeypatch: pytest.MonkeyPatch, status: str, code: int = 0
) -> tuple[tuple[entries.Entered, ...], Store, list[tuple[str, str]]]:
    store, asked = Store(status), []
    space, prefixes = SimpleNamespace(ssh_config=Path("none")), make_plan(inv).by_key
    services: Any = SimpleNamespace(inventory=inv, store=store, space=space, prefixes=prefixes)

    def ssh(config: Path, host: str, command: str, text: bytes) -> Reply:
        asked.append((host, text.decode()))
        return Reply(code=code, out=b"", err="no such device", problem="")

    monkeypatch.setattr(entries, "ssh", ssh)
    monkeypatch.setattr(entries, "lab_spec", lambda services: spec)
    plane = spec.control_plane
    monkeypatch.setattr(entries, "real", lambda services: [one for one in plane.nodes if one.real] if plane else [])
    return entries.open_entries(services), store, asked


@pytest.mark.parametrize(("real", "host"), [(False, "edge-changsha"), (True, "node-changsha")])
def test_whoever_is_there_gets_the_planned_address(
    inv: Inventory, specs: dict[bool, LabSpec], monkeypatch: pytest.MonkeyPatch, real: bool, host: str
) -> None:
    done, store, asked = opened(inv, specs[real], monkeypatch, "approved")
    assert done == (entries.Entered("changsha", host, not real, EDGE),)
    ((where, script),) = asked
    assert where == host and f"addr replace {EDGE[1]}/64 dev dmz" in script
    assert store.kept["entry", "changsha"] == {"host": host, "standin": not real, "edge": list(EDGE)}
    assert (("pods", "changsha") in store.kept) == real


def test_nothing_is_opened_before_the_approval(
    inv: Inventory, specs: dict[bool, LabSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened(inv, specs[False], monkeypatch, "submitted")[0::2] == ((), [])


def test_an_entry_that_was_not_made_is_said_and_not_kept(
    inv: Inventory, specs: dict[bool, LabSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((one,), store, _) = opened(inv, specs[False], monkeypatch, "approved", code=1)
    assert one.reason == "its entry was not made (no such device)" and not store.kept

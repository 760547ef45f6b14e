"""What `jiyue status` may call accepted: only what runs, was measured whole, and stands on a sound stack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from inventory.errors import GateError
from inventory.model import Inventory
from inventory.source import load
from inventory.vocab import Stage
from ipv6.ports import Signer
from jiyue.workflow.services import Services
from jiyue.workflow.status import platform_rows

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def inv() -> Inventory:
    """The province."""
    return load(ROOT / "inventory" / "hunan")


def row(inv: Inventory, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Changsha's row in a store where it is accepted, after `change` to what the store holds."""
    sites = [{"name": site.name, "ready": True, "reasons": []} for site in inv.sites if site.platform == "changsha"]
    held: dict[str, Any] = {
        "stage": SimpleNamespace(stage=Stage.ACCEPTED, reasons=()),
        "record": SimpleNamespace(digest="d" * 64, status="applied"),
        "verify": {"sites": sites},
        "stack": {"state": "unchanged", "reason": ""},
    }
    change(held)
    results = {"verify": {"changsha": held["verify"]}, "stack": {"changsha": held["stack"]}}

    def approval(digest: str) -> object:
        if held.get("refused"):
            raise GateError("approval", "it expired", "have it reviewed")
        return SimpleNamespace(reviewers=(Signer("li", "unit", "li-key"),), emergency=False)

    store = SimpleNamespace(
        results=lambda kind: results[kind],
        stages=lambda: {"changsha": held["stage"]},
        current=lambda name: held["record"] if name == "changsha" else None,
        approval=approval,
        signers=lambda digest: (Signer("li", "unit", "li-key"),),
    )
    services = cast(Services, SimpleNamespace(inventory=inv, store=store, platforms=("changsha",)))
    (found,) = platform_rows(services)
    return found


def test_accepted(inv: Inventory) -> None:
    """Nothing is wrong."""
    found = row(inv, lambda held: None)
    assert (found["stage"], found["sites_ready"], found["reasons"]) == ("accepted", found["sites_total"], [])


def test_another_proposal_is_current(inv: Inventory) -> None:
    """What was accepted is not what is proposed now."""
    found = row(inv, lambda held: held.update(record=SimpleNamespace(digest="e" * 64, status="proposed")))
    assert found["stage"] == "proposed"
    assert "the current proposal is not the one that runs" in found["reasons"]


def test_a_site_that_was_never_measured(inv: Inventory) -> None:
    """A site registered after acceptance."""
    found = row(inv, lambda held: held["verify"]["sites"].pop())
    assert found["stage"] == "applied" and any("not measured yet" in reason for reason in found["reasons"])


def test_a_red_site(inv: Inventory) -> None:
    """Its reason is told."""

    def red(held: dict[str, Any]) -> None:
        held["verify"]["sites"][0].update(ready=False, reasons=["tcp-ports: 443 refused"])

    found = row(inv, red)
    assert found["stage"] == "applied"
    assert found["reasons"] == ["www.changsha.gov.cn: tcp-ports: 443 refused"]


@pytest.mark.parametrize("state", ["failed", "drifted", "destroyed"])
def test_an_unsound_stack(inv: Inventory, state: str) -> None:
    """A stack that is not as approved keeps a platform from being accepted."""
    assert row(inv, lambda held: held["stack"].update(state=state))["stage"] == "verified"


def test_an_expired_approval_is_told(inv: Inventory) -> None:
    """Who approved what runs stays history, and the reason is there."""
    found = row(inv, lambda held: held.update(refused=True))
    assert found["approved_by"] == "li (li-key)" and found["reasons"] == ["approval: it expired; have it reviewed"]

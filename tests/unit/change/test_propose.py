"""Propose over the whole province with devices in memory: once, again, half applied, applied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inventory.errors import EnvironmentFailed, InputError
from inventory.model import SHARED
from ipv6.change.digest import digest, from_json
from ipv6.ports import JournalEntry
from jiyue.i18n import set_language
from jiyue.propose import BEGUN, NEW, RUNS, SAME, Proposed, proposal_pages, propose
from jiyue.store import Store, open_store
from jiyue.workflow.reporter import Quiet
from tests.unit.change.province import ROOT, Fleet, inventory
from tests.unit.review.office import lab_approve, lab_trust

PLATFORMS = (SHARED, "hunan", "changsha")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with inventory and stacks."""
    set_language("en")
    shutil.copytree(ROOT / "inventory" / "hunan", tmp_path / "inventory" / "hunan")
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    return tmp_path


@pytest.fixture
def store(root: Path) -> Store:
    """An empty store that trusts the lab's own key."""
    return open_store(root / "var" / "lab" / "jiyue.db", lab_trust(root / "var" / "lab" / "keys"))


def ask(root: Path, store: Store, fleet: Fleet, author: str = "wang") -> dict[str, Proposed]:
    """One call."""
    found = propose(inventory(), root, store, fleet, PLATFORMS, author, Quiet())
    return {one.platform: one for one in found}


def approve(root: Path, store: Store, platform: str) -> str:
    """The platform's current proposal, approved."""
    record = store.current(platform)
    assert record is not None
    lab_approve(store, record.digest, root / "var" / "lab" / "keys")
    return record.digest


def test_first_and_second_time(root: Path, store: Store) -> None:
    """The second call keeps digests, author and ledger, and says why nothing is new."""
    first = ask(root, store, Fleet.day(False))
    claims = store.claims()
    second = ask(root, store, Fleet.day(False), "zhao")
    assert [(one.unchanged, one.reason) for one in first.values()] == [(False, NEW)] * 3
    assert [(one.unchanged, one.reason) for one in second.values()] == [(True, SAME)] * 3
    assert {name: one.digest for name, one in first.items()} == {name: one.digest for name, one in second.items()}
    assert store.claims() == claims and store.verify_chain() == len(claims)
    record = store.current("changsha")
    assert record is not None and (record.author, record.status) == ("wang", "proposed")


def test_pages(root: Path, store: Store) -> None:
    """Three pages per proposal, private, and the JSON has the digest of its name."""
    found = ask(root, store, Fleet.day(False))
    pages = proposal_pages(root, "lab", "changsha", found["changsha"].digest)
    change = from_json(pages["json"].read_text(encoding="utf-8"))
    assert digest(change) == found["changsha"].digest
    assert found["changsha"].digest in pages["md"].read_text(encoding="utf-8")
    assert found["changsha"].digest in pages["html"].read_text(encoding="utf-8")
    folder = pages["md"].parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_applied_and_running(root: Path, store: Store) -> None:
    """Once everything runs the applied proposal stays the current one."""
    first = ask(root, store, Fleet.day(False))
    for platform in PLATFORMS:
        store.applied(approve(root, store, platform))
    again = ask(root, store, Fleet.day(True))
    assert {one.reason for one in again.values()} == {RUNS}
    assert {name: one.digest for name, one in again.items()} == {name: one.digest for name, one in first.items()}


def test_half_applied_can_be_resumed(root: Path, store: Store) -> None:
    """After a killed apply the approved proposal stays, although some devices run what is intended already."""
    first = ask(root, store, Fleet.day(False))
    wanted = approve(root, store, "changsha")
    store.journal(JournalEntry("r", "changsha", wanted, "devices", "fw-changsha", "confirmed", ""))
    half, done = Fleet.day(False), Fleet.day(True)
    half.texts.update({key: text for key, text in done.texts.items() if key[0] == "fw-changsha"})
    again = ask(root, store, half)
    assert (again["changsha"].digest, again["changsha"].reason) == (first["changsha"].digest, BEGUN)
    half.texts[("fw-changsha", "linux", "network")] += "addr outside 192.0.2.1/24\n"
    moved = ask(root, store, half)
    assert (moved["changsha"].unchanged, moved["changsha"].reason) == (False, NEW)


def test_reset_devices_open_the_applied_proposal_again(root: Path, store: Store) -> None:
    """A lab that was started anew can be applied again under the same approval."""
    first = ask(root, store, Fleet.day(False))
    store.applied(approve(root, store, "changsha"))
    again = ask(root, store, Fleet.day(False))
    record = store.current("changsha")
    assert again["changsha"].digest == first["changsha"].digest
    assert record is not None and record.status == "approved"


def test_another_input_is_another_proposal(root: Path, store: Store) -> None:
    """The file's hash is bound, so a reviewer always sees what the digest was made from."""
    first = ask(root, store, Fleet.day(False))
    path = root / "inventory" / "hunan" / "platforms" / "changsha.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# seen\n", encoding="utf-8")
    again = ask(root, store, Fleet.day(False))
    assert again["changsha"].digest != first["changsha"].digest
    assert again["hunan"] == Proposed("hunan", first["hunan"].digest, True, SAME)


def test_unreachable_devices_are_all_named(root: Path, store: Store) -> None:
    """Nothing is proposed from half an observation; the ledger keeps what was allocated."""
    fleet = Fleet.day(False)
    fleet.unreachable = {"fw-changsha", "core"}
    with pytest.raises(EnvironmentFailed) as caught:
        ask(root, store, fleet)
    assert caught.value.cause == ("2 devices did not answer: core, fw-changsha (unreachable: connection timed out)")
    assert store.proposals() == () and store.claims()


def test_unknown_platform_before_anything(root: Path, store: Store) -> None:
    """A typo costs nothing."""
    with pytest.raises(InputError):
        propose(inventory(), root, store, Fleet.day(False), ("changcha",), "wang", Quiet())
    assert store.claims() == ()

"""Assessments, journal, stages and results."""

from __future__ import annotations

import pytest

from inventory.errors import InputError
from inventory.vocab import Stage
from ipv6.ports import JournalEntry
from jiyue.store import Store
from tests.unit.store.conftest import Raw

SITE = "www.changsha.gov.cn"


@pytest.mark.parametrize(
    ("rounds", "passed"),
    [
        ([("passed", "2026-04-01T00:00:00Z")], True),
        ([("passed", "2026-03-01T08:00:00Z")], False),
        ([("passed", "2026-04-01T00:00:00Z"), ("failed", "2026-04-01T00:00:00Z")], False),
        ([("failed", "2026-04-01T00:00:00Z"), ("passed", "2026-04-01T00:00:00Z")], True),
        ([], False),
    ],
    ids=["passed", "expired-this-second", "failed-since", "passed-since", "never"],
)
def test_assessed_sites(store: Store, rounds: list[tuple[str, str]], passed: bool) -> None:
    """The latest assessment counts while it lasts."""
    for result, expires in rounds:
        store.put_assessment(SITE, result, "2026-02-01T00:00:00Z", expires, {"tls": "1.3"})
    assert (SITE in store.assessed_sites("2026-03-01T08:00:00Z")) is passed


def test_unknown_result_is_refused(store: Store) -> None:
    """`maybe` is no verdict."""
    with pytest.raises(InputError, match="'maybe' is no result"):
        store.put_assessment(SITE, "maybe", "a", "b", {})


def test_journal_keeps_the_order(store: Store) -> None:
    """Lines come back as written, numbered; the last state of a device counts."""
    for device, state in [("fw", "started"), ("pe", "started"), ("fw", "committed"), ("", "done")]:
        store.journal(JournalEntry("run-1", "changsha", "d1", "commit", device, state, "细节"))
    store.journal(JournalEntry("run-2", "changsha", "d2", "commit", "fw", "confirmed", ""))
    entries = store.entries("d1")
    assert [(entry.seq, entry.device, entry.state) for entry in entries] == [
        (1, "fw", "started"),
        (2, "pe", "started"),
        (3, "fw", "committed"),
        (4, "", "done"),
    ]
    assert entries[0].detail == "细节" and entries[0].at == "2026-03-01T08:00:00Z"
    assert store.last_states("d1") == {"fw": "committed", "pe": "started"}
    assert len(store.entries()) == 5


@pytest.mark.parametrize("table", ["journal", "assessments"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET at = 'x'"])
def test_history_cannot_be_edited(store: Store, raw: Raw, table: str, verb: str) -> None:
    """The database refuses it."""
    store.journal(JournalEntry("r", "p", "d", "s", "x", "y", ""))
    store.put_assessment(SITE, "passed", "a", "b", {})
    with pytest.raises(raw.errors, match="append-only"):
        raw(verb.format(table))


def test_stages_and_results_are_replaced(store: Store) -> None:
    """The latest value counts."""
    store.set_stage("changsha", Stage.VERIFIED)
    store.set_stage("changsha", Stage.APPLIED, ("www.changsha.gov.cn: no AAAA",))
    store.put_result("verify", "changsha", {"sites": 1})
    store.put_result("verify", "changsha", {"sites": 4})
    record = store.stages()["changsha"]
    assert (record.stage, record.reasons) == (Stage.APPLIED, ("www.changsha.gov.cn: no AAAA",))
    assert store.results("verify") == {"changsha": {"sites": 4}}
    assert store.results("other") == {}

"""Every check with cases from files: cases/<check>/{pass,fail,unknown}_<case>.yaml; the name says what must come out.

A case changes answers of a sound site (`made.SOUND`); `expect` are `id: evidence` of what the check then sees.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from ipv6.verify.model import Answer
from jiyue.sites.assess import assess
from jiyue.sites.catalogue import catalogue
from jiyue.sites.check import Check, discover
from tests.unit.sites.made import SOUND, TARGET, Made

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))
CHECKS = {check.id: check for check in discover()}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def merged(case: dict[str, object]) -> dict[str, object]:
    """The case's answers, each over the sound one's where both are objects."""
    found: dict[str, object] = {}
    for key, value in case.get("answers", {}).items():  # type: ignore[attr-defined]
        base = SOUND.get(key)
        found[key] = {**base, **value} if isinstance(base, dict) and isinstance(value, dict) else value
    return found


def seen(check: Check, made: Made) -> tuple[list[str], set[bool]]:
    answers = made.run_all(check.logic.ask(TARGET))
    for _ in range(3):
        answers |= made.run_all(probe for probe in check.follow(TARGET, answers) if probe not in answers)
    found = check.judge(TARGET, answers)
    assert {one.id for one in found} <= set(check.finds)
    return [f"{one.id}: {one.evidence}" for one in found], {one.unknown for one in found}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    told, unknown = seen(CHECKS[path.parent.name], Made(merged(case)))
    assert told == case.get("expect", [])
    verdict = path.stem.partition("_")[0]
    assert unknown == {"pass": set(), "fail": {False}, "unknown": {True}}[verdict]


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_every_check_has_a_failing_case_and_passes_a_sound_site(id: str) -> None:
    assert [path.stem for path in CASES if path.parent.name == id and path.stem.startswith("fail")]
    assert seen(CHECKS[id], Made()) == ([], set())


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_what_was_not_measured_is_unknown_and_blocks(id: str) -> None:
    told, unknown = seen(CHECKS[id], Made(dict.fromkeys(SOUND, "unreachable over SSH: timed out")))
    assert told and unknown == {True}


@pytest.mark.parametrize("id", sorted(CHECKS))
@pytest.mark.parametrize(
    "junk", [{"state": 7}, {"state": "ok", "value": [1]}, {"state": "done", "text": "[[{", "states": 3}, {}]
)
def test_an_answer_that_is_none_never_passes_for_sound(id: str, junk: dict[str, object]) -> None:
    """Whatever a host says: no exception, and nothing sound is made of it."""
    check = CHECKS[id]
    answers = {probe: Answer((junk,)) for probe in check.logic.ask(TARGET)}
    found = check.judge(TARGET, answers)
    assert all(one.id in check.finds for one in found)
    assert found


def test_the_catalogue_knows_every_finding_and_no_other() -> None:
    assert {id for check in CHECKS.values() for id in check.finds} == set(catalogue())


def test_a_sound_site_passes_and_the_record_expires() -> None:
    (found,) = assess([TARGET], Made(), clock=lambda: NOW)
    assert found.passed and found.findings == ()
    assert (found.at, found.expires) == ("2026-03-01T00:00:00Z", "2026-05-30T00:00:00Z")
    assert found.hosts == ("site-a", "fw-a")


def test_nothing_answered_fails_with_every_check_unknown() -> None:
    (found,) = assess([TARGET], Made(dict.fromkeys(SOUND, "gone")), "full", clock=lambda: NOW)
    assert not found.passed
    assert {one.severity for one in found.findings} == {"unknown"}
    assert len({one.id for one in found.findings}) >= len(CHECKS) - 2

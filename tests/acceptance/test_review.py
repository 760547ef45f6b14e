"""What had to happen before anything was changed: the scheme approved, every site assessed (the store's records)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jiyue.accept.result import SHARED
from jiyue.accept.transcript import NotMeasured, Transcript
from tests.acceptance.conftest import Record


def recorded(plan: dict[str, Any], transcript: Transcript, platform: str, record: Record) -> dict[str, Any]:
    """The store's record of one platform or of what is shared, through the transcript like every other answer."""

    def tell() -> bytes:
        found = plan.get("records", {}).get(platform)
        if not found:
            raise NotMeasured(f"{platform}: nothing is recorded of it")
        return json.dumps(found, ensure_ascii=False, sort_keys=True).encode()

    answer, name = transcript.ask("store", f"record of {platform}".encode(), tell)
    record.evidence(name)
    found: dict[str, Any] = json.loads(answer)
    return found


@pytest.mark.requirement("approved")
def test_the_scheme_that_runs_was_approved(
    platform: dict[str, Any], plan: dict[str, Any], transcript: Transcript, record: Record
) -> None:
    name = platform["name"]
    found = recorded(plan, transcript, name, record)
    record.measured(
        f"{found['digest'][:12] or 'nothing'} by {found['author'] or '?'}, approved by {found['reviewers']}"
    )
    assert found["digest"], f"{name}: nothing was applied"
    assert found["reviewers"], f"{name}: nobody's approval of {found['digest'][:12]} can be verified"
    assert all(who.rpartition(" (")[0] != found["author"] for who in found["reviewers"]), (
        f"{name}: {found['author']} approved what they wrote"
    )


@pytest.mark.requirement("audit-log")
def test_the_log_of_decisions_is_whole(plan: dict[str, Any], transcript: Transcript, record: Record) -> None:
    found = recorded(plan, transcript, SHARED, record)
    record.measured(f"{found['entries']} entries, {len(found['breaks'])} breaks")
    assert found["entries"], "the log of decisions is empty"
    assert not found["breaks"], f"the log of decisions is broken at {'; '.join(found['breaks'][:5])}"


@pytest.mark.requirement("assessed")
def test_the_site_passed_its_assessment(
    platform: dict[str, Any], site: dict[str, Any], plan: dict[str, Any], transcript: Transcript, record: Record
) -> None:
    found = recorded(plan, transcript, platform["name"], record)
    result = found["assessed"].get(site["name"], "")
    record.measured(result or "never assessed")
    assert result == "passed", f"{site['name']}: {result or 'never assessed'}"

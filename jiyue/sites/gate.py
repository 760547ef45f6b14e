"""The question that every step asks before it touches a site: was it assessed, did it pass, does that still hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from inventory.errors import GateError
from ipv6.apply.gates import Refused
from jiyue.store.records import PASSED, Assessment

FIX = "run `jiyue site assess`, mend or waive what it finds"


class Assessed(Protocol):
    """Where the latest assessments are; the store is one."""

    def assessments(self) -> Mapping[str, Assessment]: ...


def refusal(known: Mapping[str, Assessment], site: str, now: str) -> str:
    """Why the site may not go on at `now` (UTC, ISO 8601); empty when its latest assessment passed and still holds."""
    found = known.get(site)
    if found is None:
        return "it was never assessed"
    if found.result != PASSED:
        return f"its assessment of {found.at} failed"
    if found.expires <= now:
        return f"its assessment expired on {found.expires}"
    return ""


def passed_assessment(store: Assessed, site: str, now: str) -> bool:
    """Whether the site's latest assessment passed and holds at `now`; an unreadable store raises, it never says yes."""
    return not refusal(store.assessments(), site, now)


def require_assessed(store: Assessed, sites: Iterable[str], now: str) -> None:
    """Raises Refused (exit code 3) naming every site without a passed, unexpired assessment, and why."""
    known = store.assessments()
    refused = [GateError(f"site {one}", why, FIX) for one in sites if (why := refusal(known, one, now))]
    if refused:
        raise Refused(refused)

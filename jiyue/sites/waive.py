"""Findings that somebody answers for until a day: shown as waived, never gone; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from inventory.waivers import Waiver, Waivers
from jiyue.sites.model import Finding, Target


def waive(findings: Iterable[Finding], target: Target, waivers: Waivers, today: date) -> Iterator[Finding]:
    """The findings, those with a waiver that holds today marked with its reason.

    A waiver names a site, whose own findings it covers, or a host, whose findings it covers for all its sites. What was
    not measured can be waived too: somebody then answers for not knowing.
    """
    for one in findings:
        held = next((waiver for waiver in waivers.waivers if _covers(waiver, one, target, today)), None)
        yield one if held is None else replace(one, waived=f"{held.reason} ({held.by})", until=held.expires.isoformat())


def _covers(waiver: Waiver, one: Finding, target: Target, today: date) -> bool:
    if waiver.finding != one.id or waiver.expires < today:
        return False
    return one.about == waiver.host if waiver.host else waiver.site == target.name

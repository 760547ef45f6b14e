"""How what is void, due or found is written, one line each; shared by the verbs of `review`."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.change.findings import Finding
from jiyue.i18n import _, translate
from jiyue.workflow.review_queue import Waiting


def finding_line(one: Finding) -> str:
    """Severity, place, cause and clause of a finding."""
    clause = f" ({one.clause})" if one.clause else ""
    return f"[{_(one.severity)}] {one.id} {one.place}: {translate(one.cause)}{clause}"


def reasons_of(row: Waiting) -> Iterator[str]:
    """English sentences: what moved, what the approval lacks, what is still to be reviewed, then what was decided."""
    if row.moved and row.record.status in ("approved", "submitted"):
        yield f"void, objects that moved since it was proposed: {len(row.moved)}"
    for one in row.moved:
        yield one.text
    yield from row.unread
    if row.approval and row.record.status in ("approved", "applied"):
        yield row.approval
    if row.emergency:
        yield "emergency approval"
    if row.after:
        yield f"emergency change, to be reviewed until {row.after}"
    yield from row.record.reasons

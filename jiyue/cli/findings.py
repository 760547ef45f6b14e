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
    """What moved, what the approval lacks, what is still to be reviewed, then what was decided; in the language set."""
    if row.moved and row.record.status in ("approved", "submitted"):
        yield _("void, objects that moved since it was proposed: {count}").format(count=len(row.moved))
    for one in row.moved:
        yield translate(one.text)
    yield from map(translate, row.unread)
    if row.approval and row.record.status in ("approved", "applied"):
        yield translate(row.approval)
    if row.emergency:
        yield _("emergency approval")
    if row.after:
        yield _("emergency change, to be reviewed until {due}").format(due=row.after)
    if row.late:
        yield _("its review is overdue")
    yield from map(translate, row.record.reasons)

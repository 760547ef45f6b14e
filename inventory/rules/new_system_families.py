"""New systems support IPv6 from the start: the notice of 2019-03-12, section 3(6). Told as a note, it stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from inventory.rules import Reason, rule
from inventory.view import View

NOTICE_DAY = date(2019, 3, 12)


@rule("new-system-families", partial=True)
def new_system_families(view: View) -> Iterator[Reason]:
    """Systems commissioned after the notice without family 6; their zone gets IPv6 by the plan, they must answer."""
    for ref, _, system in view.systems:
        if system.commissioned > NOTICE_DAY and 6 not in system.families:
            cause = f"system {system.name} was commissioned {system.commissioned}, after the notice, without IPv6"
            fix = "enable IPv6 on it once its zone carries IPv6, then write families: [4, 6]"
            yield Reason((*ref, "families"), cause, fix, severity="note")

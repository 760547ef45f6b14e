"""In the field the days on which nothing goes out are known, and from a source: holidays are not remembered."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View

_FILE = "windows.yaml"


@rule("freezes")
def freezes(view: View) -> Iterator[Reason]:
    """A note where there are none, and for each that rests on memory; which year it is, a rule does not know."""
    if view.inventory.environment.kind != "field":
        return
    listed = view.inventory.windows.freezes
    if not listed:
        cause = "no freeze is listed, so changes may go out on public holidays"
        yield Reason((_FILE,), cause, "list the holidays that the State Council announced", severity="note")
    for n, freeze in enumerate(listed):
        if freeze.confidence == "recalled":
            cause = f"the days of {freeze.reason} ({freeze.first} to {freeze.last}) are from memory"
            fix = "look them up and name the source"
            yield Reason((_FILE, "freezes", n, "confidence"), cause, fix, severity="note")

"""The one look of the command's tables."""

from __future__ import annotations

from rich import box
from rich.table import Table


def table(*headings: str, breaks: int = -1) -> Table:
    """A table with these columns; the one at position `breaks` goes over several lines where the terminal is narrow."""
    found = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    broken = breaks % len(headings)
    for position, heading in enumerate(headings):
        found.add_column(heading, no_wrap=position != broken, overflow="fold" if position == broken else "ellipsis")
    return found

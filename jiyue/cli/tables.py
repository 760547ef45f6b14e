"""The one look of the command's tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table


def table(*headings: str, breaks: Sequence[int] = (-1,)) -> Table:
    """A table with these columns; those at the positions `breaks` take several lines where the terminal is narrow."""
    found = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    broken = {position % len(headings) for position in breaks}
    for position, heading in enumerate(headings):
        found.add_column(heading, no_wrap=position not in broken, overflow="fold" if position in broken else "ellipsis")
    return found

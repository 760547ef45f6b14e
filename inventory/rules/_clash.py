"""Finding what is used twice; shared by the uniqueness rules."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from inventory.rules import Reason
from inventory.view import Ref


def twice(items: Iterable[tuple[Hashable, Ref]], what: str, fix: str) -> Iterator[Reason]:
    """One reason for every later use of a key; it names the first use too."""
    first: dict[Hashable, Ref] = {}
    for key, ref in items:
        if key in first:
            yield Reason(ref, f"{what} {key} is already used at {{also}}", fix, also=first[key])
        else:
            first[key] = ref

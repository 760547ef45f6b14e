"""Which platforms a verb works on."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.errors import InputError, Problems
from inventory.model import SHARED
from jiyue.workflow.services import Services


def chosen(services: Services, names: Sequence[str], shared: bool = False) -> tuple[str, ...]:
    """The named platforms in wave order, all when none is named; with `shared` the common change set comes first.

    Problems for unknown names, all at once.
    """
    every = ((SHARED,) if shared else ()) + services.platforms
    unknown = sorted(set(names) - set(every))
    if unknown:
        fix = f"choose from {', '.join(every)}"
        raise Problems([InputError(name, "is not a platform", fix) for name in unknown])
    return tuple(name for name in every if not names or name in names)

"""Planning: the missing allocations, taken inside the ledger's lock."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import randbelow

from inventory.vocab import Stage
from ipv6.plan.plan import make_plan
from ipv6.plan.usage import Row, usage
from jiyue.workflow.services import Services
from jiyue.workflow.stages import advance


@dataclass(frozen=True, slots=True)
class Planned:
    """How many claims the ledger held, how many were added now, and the pools that run full."""

    kept: int
    added: int
    tight: tuple[Row, ...] = ()


def plan(services: Services) -> Planned:
    """Allocate what the inventory needs and the ledger lacks; a second call adds nothing."""
    before = len(services.store.claims())
    added = services.store.allocate(lambda ledger: make_plan(services.inventory, ledger, global_id).new)
    for platform in services.platforms:
        advance(services.store, platform, Stage.PLANNED)
    rows = usage(services.inventory, services.store.claims())
    return Planned(before, len(added), tuple(row for row in rows if row.warnings))


def global_id() -> int:
    """A random global id of 40 bits for a unique local prefix (RFC 4193, section 3.2.2); never 0."""
    return 1 + randbelow((1 << 40) - 1)

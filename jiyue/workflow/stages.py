"""Moving platforms through their lifecycle (design, section 2)."""

from __future__ import annotations

from inventory.vocab import Stage
from jiyue.store import Store

ORDER = tuple(Stage)


def advance(store: Store, platform: str, stage: Stage) -> None:
    """Record that a platform reached `stage`; one that is further already stays where it is."""
    held = store.stages().get(platform)
    if held is None or ORDER.index(held.stage) < ORDER.index(stage) or held.stage is stage:
        store.set_stage(platform, stage)


def fall_back(store: Store, platform: str, stage: Stage, reasons: tuple[str, ...]) -> None:
    """Record that a platform is no further than `stage`, and why."""
    held = store.stages().get(platform)
    if held is not None and ORDER.index(held.stage) < ORDER.index(stage):
        stage = held.stage
    store.set_stage(platform, stage, reasons)

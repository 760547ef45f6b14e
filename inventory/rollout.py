"""The order and the limits of the rollout: `waves.yaml`."""

from __future__ import annotations

from pydantic import Field

from inventory.fields import Frozen, Word
from inventory.types import Flag, Whole


class WaveStep(Frozen):
    """One step of the rollout as `waves.yaml` lists it."""

    name: Word
    canary: Flag = False


class Wave(WaveStep):
    """One step with the platforms whose files name it, by code."""

    platforms: tuple[str, ...]


class Limits(Frozen):
    """Safety limits of the rollout; `share` is the percentage of the environment's routers, firewalls or name
    servers that one wave may change."""

    share: Whole = Field(default=25, ge=1, le=100)

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
    servers that one wave may change.

    `creates` is how many record sets one change set may add to a zone, `deletes` the percentage of a zone that it may
    remove (zones below ten sets aside). `withdraw` is how many of its own record sets may be taken back at once
    without a new approval: it is granted with the change set, so that no other limit stands in the way of an emergency.
    """

    share: Whole = Field(default=25, ge=1, le=100)
    creates: Whole = Field(default=1000, ge=1, le=100000)
    deletes: Whole = Field(default=30, ge=1, le=100)
    withdraw: Whole = Field(default=2000, ge=1, le=100000)


class Names(Frozen):
    """How long resolvers keep a record set, in seconds: `ttl` as a rule, `lowered` while it is being changed."""

    ttl: Whole = Field(default=300, ge=30, le=86400)
    lowered: Whole = Field(default=60, ge=1, le=86400)

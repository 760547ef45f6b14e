"""The order, the pace and the limits of the rollout (`waves.yaml`), and when a change may go out (`windows.yaml`)."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from inventory.fields import Frozen, Title, Word
from inventory.indicators import Sourced
from inventory.types import Day, Flag, Whole, refuse, show

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _hour(value: object) -> time:
    """`HH:MM`; quotes are needed, because YAML may take it for a number."""
    if isinstance(value, time):
        return value
    plain = refuse(f"{show(value)} is not a time of day", 'write it like "00:30", in quotes')
    if not isinstance(value, str) or len(value) != 5:
        raise plain
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise plain from None


Hour = Annotated[time, BeforeValidator(_hour)]


class Pace(Frozen):
    """How carefully one wave (or `shared`) goes.

    `share` is the percentage of one region's devices that a batch may change, `budget` how many platforms may fail
    before the run stops, `soak` the seconds between the last confirm and the evidence that the next step needs;
    with `pause` a person has to say that it may go on.
    """

    share: Whole = Field(default=100, ge=1, le=100)
    budget: Whole = Field(default=0, ge=0, le=100)
    soak: Whole = Field(default=0, ge=0, le=7 * 86400)
    pause: Flag = False


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


class Window(Frozen):
    """A time in which changes may go out: from `start` on each of `days` until `end`, the next day when `end` is not
    later. `waves` names waves (or `shared`) and `environments` environments; empty means all of them."""

    days: tuple[Weekday, ...] = Field(min_length=1)
    start: Hour
    end: Hour
    waves: tuple[Word, ...] = ()
    environments: tuple[Word, ...] = ()

    @property
    def minutes(self) -> int:
        """How long it is open."""
        length = (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute
        return length if length > 0 else length + 24 * 60


def _ordered(freeze: Freeze) -> Freeze:
    if freeze.last < freeze.first:
        raise refuse(f"it ends on {freeze.last}, before it begins", "write the first day before the last")
    return freeze


class Freeze(Sourced):
    """Days on which nothing goes out, the first and the last included; public holidays are announced year by year."""

    first: Day
    last: Day
    reason: Title

    def holds(self, day: date) -> bool:
        """Whether that day belongs to it."""
        return self.first <= day <= self.last


class Hurry(Frozen):
    """What an emergency approval may do that another may not."""

    outside_windows: Flag = False
    in_freezes: Flag = False


class Windows(Frozen):
    """`windows.yaml`; without a window nothing goes out, except in a lab, which is always open.

    China keeps one time, eight hours ahead of UTC and without summer time, so `zone` is a fixed distance.
    """

    zone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    windows: tuple[Window, ...] = ()
    freezes: tuple[Annotated[Freeze, AfterValidator(_ordered)], ...] = ()
    emergency: Hurry = Hurry()

"""UTC times in their one form, 2026-01-31T08:00:00Z, as text that sorts."""

from __future__ import annotations

from datetime import datetime, timedelta

from inventory.errors import InputError

TIME = "%Y-%m-%dT%H:%M:%SZ"
SKEW_SECONDS = 300
"""How far the clocks of two machines may differ."""


def parse_time(text: str) -> datetime:
    """UTC time from its one form; InputError otherwise."""
    try:
        found = datetime.strptime(text, TIME)
    except ValueError:
        found = None
    if found is None or found.strftime(TIME) != text:
        raise InputError("time", f"{text[:40]!r} is not a UTC time", "write 2026-01-31T08:00:00Z")
    return found


def later(text: str, **parts: float) -> str:
    """`text` plus days, hours or seconds."""
    return (parse_time(text) + timedelta(**parts)).strftime(TIME)


def hours_between(start: str, end: str) -> float:
    """Hours from `start` to `end`; negative when `end` is earlier."""
    return (parse_time(end) - parse_time(start)).total_seconds() / 3600

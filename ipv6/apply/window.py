"""Whether a change may go out now: the windows and freezes of `windows.yaml`. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from inventory.model import Inventory
from inventory.rollout import WEEKDAYS, Window

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def closed(inv: Inventory, wave: str, now: str, emergency: bool) -> str:
    """Why `wave` (or `shared`) may not go out at `now` (UTC), empty text when it may.

    A lab is always open. An emergency approval may do what `windows.yaml` says, no more.
    """
    if inv.environment.kind == "lab":
        return ""
    here = _here(now)
    if here is None:
        return f"the clock says {now!r}, which is no time"
    said, rules = here.strftime("%Y-%m-%d %H:%M"), inv.windows
    for freeze in rules.freezes if not (emergency and rules.emergency.in_freezes) else ():
        if freeze.holds(here.date()):
            return f"{said} lies in a freeze until {freeze.last}: {freeze.reason}"
    if emergency and rules.emergency.outside_windows:
        return ""
    mine = [one for one in rules.windows if _is_for(one, wave, inv.environment.name)]
    if any(_open(window, here) for window in mine):
        return ""
    upcoming = [start for window in mine if (start := _next(inv, window, here))]
    opens = f"it opens {min(upcoming):%Y-%m-%d %H:%M}" if upcoming else "it has none"
    return f"{said} (Asia/Shanghai) is outside the change window of {wave}: {opens}"


def unlisted(inv: Inventory, now: str) -> str:
    """Why the freezes may not be complete at `now` (UTC): holidays are announced year by year; empty text otherwise."""
    if inv.environment.kind == "lab" or not (here := _here(now)):
        return ""
    if any(here.year in (freeze.first.year, freeze.last.year) for freeze in inv.windows.freezes):
        return ""
    return f"windows.yaml lists no holiday of {here.year}: a window may be open on one"


def _here(now: str) -> datetime | None:
    try:
        return datetime.strptime(now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(SHANGHAI)
    except ValueError:
        return None


def _is_for(window: Window, wave: str, environment: str) -> bool:
    return (not window.waves or wave in window.waves) and (
        not window.environments or environment in window.environments
    )


def _start(window: Window, day: date) -> datetime | None:
    if WEEKDAYS[day.weekday()] not in window.days:
        return None
    return datetime.combine(day, window.start, SHANGHAI)


def _open(window: Window, here: datetime) -> bool:
    """Today's, or yesterday's that lasts past midnight."""
    for back in (0, 1):
        start = _start(window, here.date() - timedelta(days=back))
        if start is not None and start <= here < start + timedelta(minutes=window.minutes):
            return True
    return False


def _next(inv: Inventory, window: Window, here: datetime) -> datetime | None:
    """When it opens next, freezes left out; looked for through a year."""
    for ahead in range(366):
        start = _start(window, here.date() + timedelta(days=ahead))
        if start and start > here and not any(freeze.holds(start.date()) for freeze in inv.windows.freezes):
            return start
    return None

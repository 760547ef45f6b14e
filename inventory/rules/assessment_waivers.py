"""A waiver names one finding, one site or host there is, a reason, and a day not too far away."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import Ref, View
from inventory.waivers import FILE, LONGEST, Waiver


@rule("assessment-waivers")
def waivers(view: View) -> Iterator[Reason]:
    """Whether one has expired is asked when it is used: a rule does not know what day it is."""
    listed, seen = view.inventory.assessment, dict[tuple[str, str, str], int]()
    sites = {site.name for _, _, site in view.sites}
    sites |= {site.name for _, _, host in view.old_hosts for site in host.sites}
    devices = {device.name for _, _, device in view.devices} | {host.name for _, _, host in view.old_hosts}
    for n, one in enumerate(listed.waivers):
        at: Ref = (FILE, "waivers", n)
        yield from _width(at, one)
        if one.site and one.site not in sites:
            yield Reason((*at, "site"), f"there is no site {show(one.site)}", "write the name of a hosted site")
        if one.host and one.host not in devices:
            yield Reason((*at, "host"), f"there is no device {show(one.host)}", "write the name of a device")
        key = (one.finding, one.site, one.host)
        if key in seen:
            also: Ref = (FILE, "waivers", seen[key])
            yield Reason(at, f"{one.finding} is waived for the same twice, see {{also}}", "keep one", also=also)
        seen.setdefault(key, n)
    for n, script in enumerate(listed.scripts):
        if script.site not in sites:
            yield Reason((FILE, "scripts", n, "site"), f"there is no site {show(script.site)}", "write a hosted site")


def _width(at: Ref, one: Waiver) -> Iterator[Reason]:
    if bool(one.site) == bool(one.host):
        yield Reason(at, "a waiver names either one site or one host", "write site or host, and one of them only")
    if one.expires < one.granted:
        cause = f"it expires on {one.expires}, before it was granted"
        yield Reason((*at, "expires"), cause, "write the day it was granted before the last day")
    elif (days := (one.expires - one.granted).days) > LONGEST:
        cause = f"it holds for {days} days, longer than {LONGEST}"
        yield Reason((*at, "expires"), cause, f"let it end within {LONGEST} days; a new one may follow")

"""New systems of the platform that were commissioned after the notice and do not answer over IPv6."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules.new_system_families import NOTICE_DAY
from ipv6.change.findings import Case, Finding, rule


@rule("new-systems", "湘政办 2019-03-12 三（六）")
def new_systems(case: Case) -> Iterator[Finding]:
    """Each system by name; whether the plan brings its zone IPv6 is said with it."""
    platform = case.inventory.platform_by_name.get(case.change.platform)
    for system in platform.systems if platform else ():
        if system.commissioned > NOTICE_DAY and 6 not in system.families:
            ready = f"zone/{case.change.platform}/{system.zone}" in case.own
            zone = "its zone gets IPv6 here" if ready else "its zone gets no IPv6 here either"
            cause = f"commissioned {system.commissioned}, after the notice, without IPv6; {zone}"
            yield Finding("new-systems", "medium" if ready else "high", system.name, cause)

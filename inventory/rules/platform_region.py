"""One platform for the province and one for each city, no more: the notice's 1+14."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.view import View
from inventory.vocab import Level


@rule("platform-region")
def platform_region(view: View) -> Iterator[Reason]:
    """Codes of platforms against the regions in force."""
    wanted = {code: region for code, region in view.current.items() if region.level != Level.COUNTY}
    codes = [(platform.code, (*ref, "code")) for ref, platform in view.platforms]
    yield from twice(codes, "region code", "write the code of this platform's own region")
    for ref, platform in view.platforms:
        if platform.code not in wanted:
            cause = f"platform {platform.name} has code {platform.code}, no province or city in force"
            yield Reason((*ref, "code"), cause, "write a current code of regions.csv")
    served = {code for code, _ in codes}
    for at, region in view.regions:
        if region.code in wanted and region.code not in served:
            yield Reason(at, f"no platform serves {region.code} {region.name}", "add its file under platforms/")

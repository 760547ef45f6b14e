"""An environment holds regions in force, the province among them, and its control plane's ports differ."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.environment import HELD_LEVELS
from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View
from inventory.vocab import Level


@rule("held-regions")
def held_regions(view: View) -> Iterator[Reason]:
    """Without the province there is no core, so nothing that an environment holds could be reached."""
    file, environment = view.environment_file, view.inventory.environment
    codes = ((code, (file, "holds", n)) for n, code in enumerate(environment.holds))
    yield from twice(codes, "region", "list it once")
    words = set(HELD_LEVELS.values())
    for n, code in enumerate(environment.holds):
        if code not in view.current and code not in words:
            cause = f"holds {show(code)}, no region in force"
            fix = f"write a current code of regions.csv or one of {', '.join(sorted(words))}"
            yield Reason((file, "holds", n), cause, fix)
    province = [code for code, region in view.current.items() if region.level == Level.PROVINCE]
    for code in province:
        if code not in view.inventory.held_regions:
            yield Reason((file, "holds"), f"the province {code} is not held, so the core is missing", f'add "{code}"')
    if (plane := environment.control_plane) is not None:
        ports = ((getattr(plane, key), (file, "control_plane", key)) for key in type(plane).model_fields)
        yield from twice(ports, "port", "give each part its own port")

"""Every uplink of a platform starts at a device that the province shares, and every platform has one."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View


@rule("uplinks")
def uplinks(view: View) -> Iterator[Reason]:
    """Without an uplink nothing of a platform could be reached."""
    shared = {device.name for device in view.inventory.network.devices}
    for ref, uplink in view.uplinks:
        if uplink.device not in shared:
            cause = f"uplink {uplink.id} starts at {show(uplink.device)}, no device of network.yaml"
            yield Reason((*ref, "device"), cause, f"write one of: {', '.join(sorted(shared))}")
    for ref, platform in view.platforms:
        if not platform.uplinks:
            yield Reason(ref, f"platform {platform.name} has no uplink", "add the link from the core under uplinks")

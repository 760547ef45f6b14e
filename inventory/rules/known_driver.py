"""Every driver a device names is a folder of `ipv6/drivers`."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View


@rule("known-driver", partial=True)
def known_driver(view: View) -> Iterator[Reason]:
    """Checked only when the caller says which drivers there are; a device without any could not be managed."""
    for ref, _, device in view.devices:
        if not device.drivers:
            yield Reason((*ref, "drivers"), f"device {device.name} has no driver", "name at least one")
        for n, name in enumerate(device.drivers):
            if view.drivers is not None and name not in view.drivers:
                cause = f"device {device.name} needs unknown driver {show(name)}"
                fix = f"write one of: {', '.join(sorted(view.drivers))}"
                yield Reason((*ref, "drivers", n), cause, fix)

"""The clock: which daemon sets it and from where is the network's to say, so it is named and left."""

from __future__ import annotations

from collections.abc import Iterator

from jiyue.sites.hardening.measure import measure
from jiyue.sites.hardening.model import Left, Look, Step


@measure("clock")
def CLOCK(host: Look) -> Iterator[Step]:
    """Said, not mended: without the network's own sources a daemon would ask the internet's."""
    if not host.clock:
        yield Left("clock", "a time daemon has to be given the network's own sources")

"""Whether the external peers of `integrations.yaml` answer, over each family, from where the command runs."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from inventory.errors import NothingChecked
from inventory.integrations import Integration
from jiyue.workflow.services import Services

TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Reach:
    """One peer over one family; `reason` is empty when its port accepted a connection."""

    peer: str
    owner: str
    address: str
    port: int
    reason: str

    @property
    def ok(self) -> bool:
        """Whether it answered."""
        return not self.reason


def check(services: Services, timeout: float = TIMEOUT) -> tuple[Reach, ...]:
    """Every peer, IPv4 then IPv6; NothingChecked where there is nobody to ask."""
    if services.inventory.environment.kind == "lab":
        raise NothingChecked("integrations.yaml", "the lab has no external peers", "check in the field's environment")
    if not services.inventory.integrations:
        raise NothingChecked("integrations.yaml", "names no external peer", "add the peers of the platforms")
    return asyncio.run(reach_all(services.inventory.integrations, timeout))


async def reach_all(peers: Sequence[Integration], timeout: float) -> tuple[Reach, ...]:
    """All at once; a connection is opened and closed, nothing is sent."""
    asked = [(peer, str(address)) for peer in peers for address in (peer.address4, peer.address6)]
    reasons = await asyncio.gather(*(_reason(address, peer.port, timeout) for peer, address in asked))
    return tuple(
        Reach(peer.id, peer.owner, address, peer.port, reason)
        for (peer, address), reason in zip(asked, reasons, strict=True)
    )


async def _reason(address: str, port: int, timeout: float) -> str:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), timeout)
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return ""

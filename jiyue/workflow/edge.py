"""Where visitors enter a platform's cluster: whether the edge's pods answer, over both families."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from inventory.model import Platform
from ipv6.plan.lookup import Lookup
from jiyue.moving.hands import Hands
from jiyue.moving.model import Vantages
from jiyue.workflow.pods import real
from jiyue.workflow.services import Services

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Edge:
    """Both addresses of a platform's edge, IPv4 first, and why they do not answer (empty when they do)."""

    platform: str
    addresses: tuple[str, ...]
    reason: str = ""


def ask(services: Services) -> tuple[Edge, ...]:
    """Ask the edge of every platform on real nodes for its portal, over both families."""
    claims = services.prefixes
    found = Lookup(services.inventory, claims)
    done = []
    for node in real(services):
        platform = services.inventory.platform_by_name[node.dedicated]
        if addresses := found.edge(platform):
            reason = _answers(services, platform, addresses)
            done.append(Edge(platform.name, addresses, reason))
    return tuple(done)


def _answers(services: Services, platform: Platform, addresses: Sequence[str]) -> str:
    """Why the portal is not had there over both families within `SECONDS`."""
    hands, places = Hands(services.space.ssh_config), Vantages()
    deadline = time.monotonic() + SECONDS
    for address in addresses:
        family, vantage = (6, places.v6) if ":" in address else (4, places.v4)
        while True:
            told = hands.ask(vantage, "fetch", site=platform.portal, family=family, address=address, paths=["/"])
            ((status, why, _),) = told
            if status == 200:
                break
            if time.monotonic() > deadline:
                return f"{platform.portal} at {address} port 443 over IPv{family}: {status or why}"
            time.sleep(1)
    return ""

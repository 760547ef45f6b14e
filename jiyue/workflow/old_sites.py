"""Old sites before they move: assessed where they are served now, their hosts put right first."""

from __future__ import annotations

from collections.abc import Sequence

from jiyue.moving.hands import Hands
from jiyue.moving.model import Move
from jiyue.sites.model import Assessment
from jiyue.workflow import sites
from jiyue.workflow.services import Services


def assess(services: Services, moves: Sequence[Move]) -> list[Assessment]:
    """The assessment of each site at its old host, kept like every other."""
    return sites.assess(services, [move.site for move in moves])


def harden(services: Services, hosts: Sequence[str]) -> dict[str, list[str]]:
    """What was changed on each old host, or why it was not."""
    hands, found = Hands(services.space.ssh_config), {}
    for host in dict.fromkeys(hosts):
        answer = hands.ask(host, "harden")
        found[host] = [*answer["changes"], *([str(answer["refused"])] if "refused" in answer else [])]
    return found

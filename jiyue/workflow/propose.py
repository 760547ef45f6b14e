"""Proposing: one change set and one digest per platform, from what the devices really run."""

from __future__ import annotations

from collections.abc import Sequence

from ipv6.apply.lock import environment_lock
from jiyue import propose as proposals
from jiyue.propose import Proposed
from jiyue.scheme.write import FORMATS
from jiyue.workflow.apply import transport
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.scheme import write_schemes, written
from jiyue.workflow.services import Services, utc_now


def propose(services: Services, platforms: Sequence[str], author: str, reporter: Reporter) -> list[Proposed]:
    """Propose for the named platforms (`shared` included); nothing is proposed when a device does not answer.

    GateError while somebody applies: what runs would change under the reading. The scheme documents of each proposal
    are written beside it when they are not there.
    """
    services.space.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with environment_lock(services.space.var / "apply.lock", utc_now()):
        found = proposals.propose(
            services.inventory, services.space.root, services.store, transport(services), platforms, author, reporter
        )
    # About 0.25 s each on a busy machine, so only where they are not there yet.
    lacking = [one.platform for one in found if not written(services, one.platform, one.digest)]
    write_schemes(services, lacking, FORMATS, None, reporter)
    return found

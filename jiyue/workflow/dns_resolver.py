"""`jiyue dns resolver`: the configuration of the extranet's resolver, written below var."""

from __future__ import annotations

from pathlib import Path

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed
from ipv6.plan.lookup import Lookup
from jiyue.dns import resolver
from jiyue.workflow.services import Services


def export(services: Services) -> list[Path]:
    """Write `var/<env>/dns/resolver/*`, each whole or not at all; IPv6 clients as far as the ledger has their block.

    EnvironmentFailed when nothing can be written there.
    """
    claims = services.prefixes
    clients = Lookup(services.inventory, claims or None).extranet()
    folder = services.space.var / "dns" / "resolver"
    found = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in resolver.render(services.inventory.naming.resolver, clients).items():
            write_whole(folder / name, text)
            found.append(folder / name)
    except OSError as error:
        cause = f"the resolver's files cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(folder), cause, "give this user the folder and some space") from error
    return found

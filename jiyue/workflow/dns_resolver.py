"""`jiyue dns resolver|querylog`: what is handed over to those who set up a server, written below var."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed
from ipv6.drivers.unbound.render import render
from ipv6.plan.build import intents
from ipv6.querylog import install
from jiyue.dns import resolver
from jiyue.workflow.services import Services


def export(services: Services) -> list[Path]:
    """Write `var/<env>/dns/resolver/*`: the rendered file of each resolver, in both families as far as the ledger has
    its addresses, and the rotation of its log."""
    inv, found = services.inventory, {}
    for name, intent in intents(inv, services.prefixes or None).items():
        if intent.resolver:
            (text,) = render(intent).values()
            found[f"{name}.conf"] = text
    return _written(services, "resolver", {**found, resolver.ROTATION: resolver.rotation(inv.naming.resolver.log_days)})


def querylog(services: Services) -> list[Path]:
    """Write `var/<env>/dns/querylog/*`: the program that logs questions on a name server, its service and rotation."""
    queries = services.inventory.naming.queries
    return _written(services, "querylog", install.texts(queries.days, queries.day_megabytes))


def _written(services: Services, part: str, texts: Mapping[str, str]) -> list[Path]:
    """Each whole or not at all; EnvironmentFailed when nothing can be written there."""
    folder = services.space.var / "dns" / part
    found = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in texts.items():
            write_whole(folder / name, text)
            found.append(folder / name)
    except OSError as error:
        cause = f"{part}: its files cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(folder), cause, "give this user the folder and some space") from error
    return found

"""What there is to assess: the inventory's sites with the devices before and behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from inventory.errors import InputError, Problems
from inventory.model import Inventory, Platform
from inventory.vocab import Role
from ipv6.verify.build import site_subjects
from jiyue.sites.check import Depth
from jiyue.sites.model import Target

LINKS: Mapping[str, int] = {"quick": 30, "full": 400}
"""Links of a home page that are followed, by depth."""


def targets(
    inv: Inventory, claims: Mapping[str, str], names: Sequence[str] | None = None, depth: Depth = "quick"
) -> tuple[Target, ...]:
    """The named sites (all for None), in the inventory's order; Problems naming every unknown one."""
    known = {site.name for site in inv.sites}
    if unknown := sorted(set(names or ()) - known):
        fix = "see `jiyue site list`"
        raise Problems([InputError(f"site {name}", "there is no such site", fix) for name in unknown])
    filters = {platform.name: _filter(inv, platform) for platform in inv.platforms}
    scripts = {name: frozenset(one.host for one in inv.assessment.scripts if one.site == name) for name in known}
    return tuple(
        Target(
            name=one.name,
            platform=one.platform,
            address4=one.address4,
            address6=one.address6,
            host=one.host,
            filter=filters[one.platform] or one.host,
            vantages=(one.vantages.v4, one.vantages.v6),
            known=one.known,
            scripts=scripts[one.name],
            days=int(one.limits["certificate-days"]),
            links=LINKS[depth],
        )
        for one in site_subjects(inv, claims)
        if names is None or one.name in names
    )


def served_by(target: Target, host: str, address4: str, filter: str = "") -> Target:
    """The same site where another device serves it (the old host of a site that moves): over IPv4 and by address.

    `host` and `filter` are devices of the inventory, whatever their role; without a filter the host's own counts.
    """
    return replace(target, host=host, filter=filter or host, address4=address4, address6="")


def _filter(inv: Inventory, platform: Platform) -> str:
    held = (device.name for device in platform.devices if device.role is Role.FIREWALL and inv.holds(device))
    return next(held, "")

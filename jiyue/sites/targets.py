"""What there is to assess: hosted sites with the devices before and behind them, and sites that have not moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inventory.errors import InputError, Problems
from inventory.model import Inventory, Platform
from inventory.vocab import Role
from ipv6.verify.build import site_subjects
from ipv6.verify.limits import DEFAULT_LIMITS
from jiyue.sites.check import Depth
from jiyue.sites.model import Target

LINKS: Mapping[str, int] = {"quick": 30, "full": 400}
"""Links of a home page that are followed, by depth."""


def every(inv: Inventory) -> tuple[str, ...]:
    """Hosted sites, then those that are still on their old hosts."""
    return (*(site.name for site in inv.sites), *_old(inv))


def targets(
    inv: Inventory, claims: Mapping[str, str], names: Sequence[str] | None = None, depth: Depth = "quick"
) -> tuple[Target, ...]:
    """The named sites (the hosted ones for None), in the inventory's order; Problems naming every unknown one.

    A site that has not moved is looked at where it is: on its old host, over IPv4, behind that host's own filter.
    """
    known = every(inv)
    if unknown := sorted(set(names or ()) - set(known)):
        fix = "see `jiyue site list`"
        raise Problems([InputError(f"site {name}", "there is no such site", fix) for name in unknown])
    return tuple(one for one in _targets(inv, claims, depth) if names is None or one.name in names) + tuple(
        one for name, one in _old(inv, depth).items() if name in (names or ())
    )


def _targets(inv: Inventory, claims: Mapping[str, str], depth: Depth) -> Iterator[Target]:
    filters = {platform.name: _filter(inv, platform) for platform in inv.platforms}
    for one in site_subjects(inv, claims):
        yield Target(
            name=one.name,
            platform=one.platform,
            address4=one.address4,
            address6=one.own6,
            host=one.host,
            filter=filters[one.platform] or one.host,
            vantages=(one.vantages.v4, one.vantages.v6),
            known=one.known,
            scripts=_scripts(inv, one.name),
            days=int(one.limits["certificate-days"]),
            links=LINKS[depth],
        )


def _old(inv: Inventory, depth: Depth = "quick") -> dict[str, Target]:
    known = frozenset(site.name for site in inv.sites)
    days = int({**DEFAULT_LIMITS, **inv.indicators.values}["certificate-days"])
    found = {}
    for platform in inv.platforms:
        for host in platform.old_hosts:
            held = host.name if platform.code in inv.held_regions else ""
            for site in host.sites:
                found[site.name] = Target(
                    name=site.name, platform=platform.name, address4=str(host.address4), host=held, filter=held,
                    known=known, scripts=_scripts(inv, site.name), days=days, links=LINKS[depth],
                )  # fmt: skip
    return found


def _scripts(inv: Inventory, site: str) -> frozenset[str]:
    return frozenset(one.host for one in inv.assessment.scripts if one.site == site)


def _filter(inv: Inventory, platform: Platform) -> str:
    held = (device.name for device in platform.devices if device.role is Role.FIREWALL and inv.holds(device))
    return next(held, "")

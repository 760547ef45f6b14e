"""Every interface sits on a link that exists, with addresses inside the link's prefixes."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import Interface, Link
from inventory.rules import Reason, rule
from inventory.view import Ref, View
from inventory.vocab import Role


@rule("interface-link")
def interface_link(view: View) -> Iterator[Reason]:
    """Link, both addresses, and the zone server that owns a zone host's port."""
    for ref, device, port in view.interfaces:
        where = f"{device.name} {port.name}"
        link = view.link_by_id.get(port.link)
        if link is None:
            cause = f'{where} is on link "{port.link}", which does not exist'
            yield Reason((*ref, "link"), cause, "write the id of a link or add the link")
            continue
        yield from _addresses(ref, where, port, link)
        wanted = link.zone if device.role == Role.ZONE_HOST else ""
        if port.netns != wanted:
            cause = f'{where} has netns "{port.netns}", its link needs "{wanted}"'
            yield Reason((*ref, "netns"), cause, f"write netns: {wanted}" if wanted else "remove netns")


def _addresses(ref: Ref, where: str, port: Interface, link: Link) -> Iterator[Reason]:
    outer = link.kind == "lan" and port.address4 in (link.prefix4.network_address, link.prefix4.broadcast_address)
    if port.address4 not in link.prefix4 or outer:
        cause = f"{where} has {port.address4}, no host address of link {link.id} {link.prefix4}"
        yield Reason((*ref, "address4"), cause, f"write an address inside {link.prefix4}")
    if link.prefix6 is None and port.address6 is not None:
        cause = f"{where} has {port.address6} on link {link.id}, which the plan numbers"
        yield Reason((*ref, "address6"), cause, "remove address6")
    if link.prefix6 is not None and (port.address6 is None or port.address6 not in link.prefix6):
        has = "no IPv6 address" if port.address6 is None else f"{port.address6}"
        cause = f"{where} has {has}; link {link.id} was assigned {link.prefix6}"
        at = ref if port.address6 is None else (*ref, "address6")
        yield Reason(at, cause, f"write an address6 inside {link.prefix6}")

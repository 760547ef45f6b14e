"""Nobody claims address space that another holds: links, services, loopbacks, management, received blocks."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from inventory.rules import Reason, rule
from inventory.rules._blocks import plane_prefix
from inventory.view import Ref, View

_FIX = "choose a prefix that nobody holds"
Claim4 = tuple[IPv4Network, str, Ref]
Claim6 = tuple[IPv6Network, str, Ref]


@rule("overlapping-claim", partial=True)
def overlapping_claim(view: View) -> Iterator[Reason]:
    """Claims of both families; two equal single addresses are the business of `unique-addresses`."""
    yield from _overlaps(_claims4(view))
    yield from _overlaps(_claims6(view))


def _claims4(view: View) -> list[Claim4]:
    claims: list[Claim4] = [(link.prefix4, f"link {link.id}", (*ref, "prefix4")) for ref, _, link in view.links]
    for ref, platform in view.platforms:
        claims.append((platform.services4, f"services of {platform.name}", (*ref, "services4")))
    for ref, _, device in view.devices:
        claims.append((IPv4Network(device.mgmt4), f"management of {device.name}", (*ref, "mgmt4")))
        if device.loopback4 is not None:
            claims.append((IPv4Network(device.loopback4), f"loopback of {device.name}", (*ref, "loopback4")))
    return claims


def _claims6(view: View) -> list[Claim6]:
    blocks = view.inventory.environment.blocks
    claims: list[Claim6] = [
        (prefix, f"block of plane {block.plane}", (view.environment_file, "blocks", n, "prefix"))
        for n, block in enumerate(blocks)
        if (prefix := plane_prefix(block, view.inventory.addressing.shape)) is not None
    ]
    return claims + [
        (link.prefix6, f"link {link.id}", (*ref, "prefix6")) for ref, _, link in view.links if link.prefix6 is not None
    ]


def _overlaps(claims: list[Claim4] | list[Claim6]) -> Iterator[Reason]:
    """Each claim against the nearest one that contains it; sorting makes one pass enough."""
    order = sorted(range(len(claims)), key=lambda n: (int(claims[n][0].network_address), claims[n][0].prefixlen, n))
    around: list[int] = []
    for n in order:
        while around and int(claims[around[-1]][0].broadcast_address) < int(claims[n][0].network_address):
            around.pop()
        if around and not _same_single(claims, around[-1], n):
            early, late = sorted((around[-1], n))
            held, wanted = claims[early], claims[late]
            cause = f"overlapping claim: {wanted[1]} {wanted[0]} overlaps {held[1]} {held[0]} at {{also}}"
            yield Reason(wanted[2], cause, _FIX, also=held[2])
        around.append(n)


def _same_single(claims: list[Claim4] | list[Claim6], one: int, two: int) -> bool:
    """Two equal host addresses of the same kind, which `unique-addresses` tells better."""
    first, second = claims[one], claims[two]
    kinds = first[1].split(" ")[0], second[1].split(" ")[0]
    return first[0] == second[0] and first[0].prefixlen == first[0].max_prefixlen and kinds[0] == kinds[1]

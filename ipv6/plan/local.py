"""Unique local /48 prefixes (RFC 4193) for the sites that ask for one and say why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from inventory.addressing import Addressing
from inventory.errors import InputError
from ipv6.plan.choice import Fixed
from ipv6.plan.fields import HOST
from ipv6.plan.layout import SUBNET, TYPE, Field
from ipv6.plan.prefix import BITS, Prefix
from ipv6.plan.want import Wanted

LOCAL = 0xFD
"""fc00::/7 with the L bit set: the prefix is assigned here, not by a registry (RFC 4193, section 3.1)."""
GLOBAL_ID_BITS = 40

LOCAL_FIELDS = (
    Field(f"{TYPE}·本地地址", "unique local", 0, 7, "fd: locally assigned (RFC 4193, section 3.1)"),
    Field(f"{TYPE}·全局标识", "global id", 8, 47, "random, drawn once and recorded (RFC 4193, section 3.2.2)"),
    Field(f"{SUBNET}·子网", "subnet", 48, 63, "a LAN or link, always a /64"),
    HOST,
)


def local_prefix(global_id: int) -> Prefix:
    """fd00::/8 followed by the 40-bit global id; InputError for a number that is none."""
    if not 0 < global_id < 1 << GLOBAL_ID_BITS:
        cause = f"{global_id} is no global id of {GLOBAL_ID_BITS} bits"
        raise InputError("local prefix", cause, "draw a random one (RFC 4193, section 3.2.2)")
    return Prefix((LOCAL << GLOBAL_ID_BITS | global_id) << (BITS - 48), 48)


def local_wants(
    addressing: Addressing, held: Mapping[str, Prefix], global_id: Callable[[], int] | None
) -> Iterator[Wanted]:
    """One want for each site without a prefix yet, by id; the number is drawn outside, and the ledger records it.

    InputError when one is needed and nobody gave a source of random numbers.
    """
    for site in sorted(addressing.local, key=lambda site: site.id):
        key = f"ula/{site.region}/{site.id}"
        if key in held:
            continue
        if global_id is None:
            cause = f"{site.id} asks for a unique local prefix and has none yet"
            raise InputError("plan", cause, "run `jiyue ipv6 plan`, which draws the random global id")
        prefix = local_prefix(global_id())
        yield Wanted(0, key, "", Fixed(lambda _, prefix=prefix: prefix))  # type: ignore[misc]

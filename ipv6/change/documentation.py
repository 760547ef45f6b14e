"""Documentation addresses anywhere in a change set: 3fff::/20 (RFC 9637) and 2001:db8::/32 (RFC 3849)."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_interface

from inventory.vocab import DOCUMENTATION
from ipv6.change.encoding import to_json
from ipv6.change.model import ChangeSet

_SIX = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:/\d{1,3})?")


def documentation(change: ChangeSet) -> tuple[str, ...]:
    """Every address of a documentation block, device texts and records included, sorted."""
    found = set()
    for text in set(_SIX.findall(to_json(change))):
        try:
            address = ip_interface(text).ip
        except ValueError:
            continue
        if isinstance(address, IPv6Address) and any(address in block for block in DOCUMENTATION):
            found.add(text)
    return tuple(sorted(found))

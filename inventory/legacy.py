"""What runs outside the platforms still: old hosts and the websites on them, which are going to move."""

from __future__ import annotations

from inventory.fields import Frozen, Host, Title, Word
from inventory.types import Address4
from inventory.vocab import SiteKind


class OldSite(Frozen):
    """A website that has not moved yet; it is going to be served by the platform whose file lists it."""

    name: Host
    title: Title
    owner: Title
    kind: SiteKind = SiteKind.DEPARTMENT


class OldHost(Frozen):
    """A host with old websites: `address4` is what their names point to, `mgmt4` the way in.

    It is no device of the platform: nothing of it is planned, rendered or approved. Its sites are moved, then it goes.
    """

    name: Word
    mgmt4: Address4
    address4: Address4
    sites: tuple[OldSite, ...]

"""External peers that the platforms are joined with (`integrations.yaml`)."""

from __future__ import annotations

from inventory.fields import Frozen, Port, Title, Word
from inventory.types import Address4, Address6


class Integration(Frozen):
    """One external peer: who answers for it, which zone talks to it, and where, in both families."""

    id: Word
    title: Title
    owner: Title
    zone: str
    address4: Address4
    address6: Address6
    port: Port
    clause: str


class Integrations(Frozen):
    """`integrations.yaml`."""

    integrations: tuple[Integration, ...] = ()

"""What a source says now that it did not say before."""

from __future__ import annotations

from dataclasses import dataclass

from ipv6.brownfield.model import Document, Use


@dataclass(frozen=True, slots=True)
class Changes:
    """Uses that are new, gone and the same; lines and cells they stand in do not count."""

    added: tuple[Use, ...]
    removed: tuple[Use, ...]
    kept: int


def changes(before: Document | None, after: Document) -> Changes:
    """Compare a source with its last import; everything is new when there was none."""
    old = {_identity(use): use for use in before.uses} if before else {}
    new = {_identity(use): use for use in after.uses}
    added = tuple(use for key, use in new.items() if key not in old)
    removed = tuple(use for key, use in old.items() if key not in new)
    return Changes(added, removed, len(new) - len(added))


def _identity(use: Use) -> tuple[str, ...]:
    return use.kind, use.value, use.vrf, use.device, use.interface, use.name, use.via, use.status

"""Observed use as values: what one source says is in use, and what in it could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from inventory.errors import EnvironmentFailed, InputError
from inventory.fields import Frozen

SCHEMA = "jiyue/brownfield/1"
MOST_USES = 200_000
"""Uses in one source; more is no list of a city but a mistake or an attack."""

MOST_UNREAD = 20_000
Kind = Literal["address", "prefix", "range", "route"]
Status = Literal["active", "reserved", "deprecated"]


class Use(Frozen):
    """One thing in use. `value` is `address/length` (length 0-32 or 0-128 as the source says, a bare address without),
    a prefix, or `first-last`; addresses are canonical text (RFC 5952 for IPv6).

    `unit` names what both families of one thing share inside its source; equal units of one source are one pair.
    A unit starts with `port:` (device and interface), `row:` (one line of a table), `vlan:` or `name:`.
    `region` is the source's own word for it, `place` says where it stands: file:line or file!sheet!cell.
    `since` is an ISO date or month; `via` a route's next hop.
    """

    kind: Kind
    family: Literal[4, 6]
    value: str
    place: str
    unit: str = ""
    device: str = ""
    interface: str = ""
    vrf: str = ""
    region: str = ""
    name: str = ""
    description: str = ""
    via: str = ""
    since: str = ""
    status: Status = "active"


class Unread(Frozen):
    """What could not be read (`note` False: an address may be missing) or is worth knowing (`note` True)."""

    place: str
    cause: str
    fix: str = ""
    note: bool = False

    def error(self) -> InputError:
        """The same as an error of the tree."""
        return InputError(self.place, self.cause, self.fix)


class Document(Frozen):
    """One source as it was read: `sha256` of the file's bytes in hex, `region` where the caller said it."""

    source: str
    format: str
    sha256: str
    encoding: str = ""
    region: str = ""
    uses: tuple[Use, ...]
    unread: tuple[Unread, ...] = ()
    schema_: str = Field(default=SCHEMA, alias="schema")

    @property
    def errors(self) -> tuple[Unread, ...]:
        """What could not be read."""
        return tuple(one for one in self.unread if not one.note)

    @property
    def notes(self) -> tuple[Unread, ...]:
        """What is worth knowing."""
        return tuple(one for one in self.unread if one.note)

    def as_json(self) -> dict[str, object]:
        """Plain JSON, without what is empty, so that a large source stays small."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"schema": SCHEMA}


_DOCUMENTS = TypeAdapter(dict[str, Document])


def load_documents(stored: object) -> tuple[Document, ...]:
    """Documents from the store's JSON by source name; EnvironmentFailed when the store holds something else."""
    try:
        found = _DOCUMENTS.validate_python(stored)
    except ValidationError as error:
        cause = f"an imported source cannot be read back ({error.error_count()} problems)"
        raise EnvironmentFailed("store", cause, "import it again") from None
    return tuple(found[name] for name in sorted(found))


@dataclass
class Collected:
    """What a parser gathers; refuses to grow without end."""

    uses: list[Use] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    most: int = MOST_USES

    def add(self, use: Use) -> None:
        """Keep one use; InputError beyond the limit."""
        if len(self.uses) >= self.most:
            raise InputError(use.place, f"more than {self.most} addresses in one source", "split it by city")
        self.uses.append(use)

    def problem(self, place: str, cause: str, fix: str) -> None:
        """Note that something could not be read; InputError when that is so often that the file is something else."""
        if len(self.unread) >= MOST_UNREAD:
            cause = f"more than {MOST_UNREAD} places cannot be read"
            raise InputError(place, cause, "see whether it is the right file, and its kind with --format")
        self.unread.append(Unread(place=place, cause=cause, fix=fix))

    def note(self, place: str, cause: str, fix: str = "") -> None:
        """Say something that stops nothing."""
        self.unread.append(Unread(place=place, cause=cause, fix=fix, note=True))

    def extend(self, uses: Iterable[Use]) -> None:
        """Keep several."""
        for use in uses:
            self.add(use)

"""Addressing policy and the organisations it numbers: profiles, reserves, areas without a code, local addresses."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from inventory.fields import Code, Frozen, Title, Word
from inventory.types import Whole
from inventory.vocab import Plane

Percent = Annotated[Whole, Field(ge=0, le=90)]


class Shape(NamedTuple):
    """Prefix lengths of a profile in bits: a block for all planes, one plane, one city, one region.

    All on nibbles, so that every level has its own reverse zone (RFC 6177, section 4; RFC 5375, section 3.3).
    """

    whole: int
    plane: int
    city: int
    region: int


SHAPES = {"legible": Shape(28, 32, 40, 48), "compact": Shape(32, 36, 40, 44)}
"""The two profiles' lengths; what lies inside a region is the profile's own business (`ipv6.plan`)."""


class Reserve(Frozen):
    """Per cent of the places of each pool that planning leaves free; lowering a figure here is what opens a reserve."""

    cities: Percent = 0
    counties: Percent = 0
    areas: Percent = 0
    links: Percent = 0
    organisations: Percent = 0


class Area(Frozen):
    """Something that needs a region's space and never had a GB/T 2260 code (a new district, a development zone)."""

    id: Word
    title: Title
    parent: Code
    planes: tuple[Plane, ...] = (Plane.PUBLIC,)


class LocalSite(Frozen):
    """A site that asks for a unique local /48 (RFC 4193) and says why; nobody gets one unasked."""

    id: Word
    title: Title
    region: Code
    reason: Title


class Addressing(Frozen):
    """`addressing.yaml`: the profile, the values of the use nibble, reserves and exceptions."""

    profile: Literal["legible", "compact"]
    infrastructure_nibble: Whole = Field(ge=0, le=15)
    services_nibble: Whole = Field(ge=0, le=15)
    reserve: Reserve = Reserve()
    quarantine_days: Whole = Field(default=180, ge=0, le=3650)
    """Days for which a released prefix is given to nobody: caches, filters and records of it must be gone by then."""
    areas: tuple[Area, ...] = ()
    local: tuple[LocalSite, ...] = ()
    source: str

    @property
    def shape(self) -> Shape:
        """The profile's prefix lengths."""
        return SHAPES[self.profile]


class Organisation(Frozen):
    """A unit connected to the extranet: one line of `organisations/<platform>.csv`; `region` is a code or an area's id.

    `id` is its identity in the ledger and never changes; the name may. `platform` is the file's name.
    """

    id: Word
    name: Title
    region: Annotated[str, Field(pattern=r"^([0-9]{6}|[a-z][a-z0-9-]{0,39})$", description="a code or an area's id")]
    plane: Plane = Plane.PUBLIC
    note: Annotated[str, Field(max_length=100, description="at most 100 characters")] = ""
    platform: str = ""

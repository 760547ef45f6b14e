"""Findings of an assessment that somebody answers for, and scripts of others that sites may load: `assessment.yaml`."""

from __future__ import annotations

from pydantic import Field

from inventory.fields import Frozen, Host, Title
from inventory.types import Day

FILE = "assessment.yaml"
LONGEST = 180
"""Days that a waiver may hold; who needs longer says so again."""


class Waiver(Frozen):
    """One finding on one site, or on one host for all its sites; from `granted` to `expires`, that day included."""

    finding: str = Field(pattern=r"^[a-z][a-z0-9-]{2,39}$", description="the id of one finding")
    site: str = Field(default="", pattern=r"^([a-z0-9]([a-z0-9.-]{0,250}))?$", description="the name of one site")
    host: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9-]{0,62})?$", description="the name of one device")
    reason: Title
    by: Title
    granted: Day
    expires: Day


class Script(Frozen):
    """A host of somebody else from which one site may load scripts."""

    site: Host
    host: Host
    reason: Title


class Waivers(Frozen):
    """`assessment.yaml`; it may be missing."""

    waivers: tuple[Waiver, ...] = ()
    scripts: tuple[Script, ...] = ()


NO_WAIVERS = Waivers()

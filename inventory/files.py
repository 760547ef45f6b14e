"""Which files make up a province, and the model of each; read by `inventory.source` and `inventory.schema`."""

from __future__ import annotations

from pydantic import Field

from inventory.addressing import Addressing, Organisation
from inventory.clauses import Clauses, Waivers
from inventory.environment import Environment
from inventory.fields import Frozen, Word
from inventory.indicators import Indicators
from inventory.integrations import Integrations
from inventory.matrix import ZoneMatrix
from inventory.model import Function, Network, Platform
from inventory.naming import Naming
from inventory.review import Review
from inventory.rollout import Limits, Names, Pace, WaveStep, Windows
from inventory.waivers import FILE
from inventory.waivers import Waivers as Excused

REGIONS = "regions.csv"
COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_to", "successor")

ORGANISATIONS = "organisations"
ORGANISATION_COLUMNS = ("id", "name", "region", "plane", "note")
"""A folder with one CSV file per platform, so that a new unit of one city touches only that city's change set."""


class Functions(Frozen):
    """`functions.yaml`: the catalogue of functions."""

    functions: tuple[Function, ...]


class Waves(Frozen):
    """`waves.yaml`: the order of the rollout; `pace` is by wave, `shared` included."""

    waves: tuple[WaveStep, ...]
    limits: Limits = Limits()
    names: Names = Names()
    pace: dict[Word, Pace] = Field(default_factory=dict)


SHARED_FILES: dict[str, type[Frozen]] = {
    "network.yaml": Network,
    "zones.yaml": ZoneMatrix,
    "functions.yaml": Functions,
    "waves.yaml": Waves,
    "windows.yaml": Windows,
    "addressing.yaml": Addressing,
    "review.yaml": Review,
    "indicators.yaml": Indicators,
    "clauses.yaml": Clauses,
    "waivers.yaml": Waivers,
    "integrations.yaml": Integrations,
    "names.yaml": Naming,
}
"""One file each for the whole province."""

OPTIONAL_FILES: dict[str, type[Frozen]] = {FILE: Excused}
"""The same, where a province has them."""

PLATFORMS = "platforms"
ENVIRONMENTS = "env"
FOLDERS: dict[str, type[Frozen]] = {PLATFORMS: Platform, ENVIRONMENTS: Environment}
"""Folders with one file per name; the file's stem equals the record's `name`."""

LINES: dict[str, type[Frozen]] = {"organisation": Organisation}
"""Records that are lines of tables and have a schema of their own."""

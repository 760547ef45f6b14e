"""Which files make up a province, and the model of each; read by `inventory.source` and `inventory.schema`."""

from __future__ import annotations

from inventory.environment import Environment
from inventory.fields import Frozen
from inventory.model import (
    Addressing,
    Function,
    Network,
    Platform,
    Wave,
    ZoneMatrix,
)

REGIONS = "regions.csv"
COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_to", "successor")


class Functions(Frozen):
    """`functions.yaml`: the catalogue of functions."""

    functions: tuple[Function, ...]


class Waves(Frozen):
    """`waves.yaml`: the order of the rollout."""

    waves: tuple[Wave, ...]


SHARED_FILES: dict[str, type[Frozen]] = {
    "network.yaml": Network,
    "zones.yaml": ZoneMatrix,
    "functions.yaml": Functions,
    "waves.yaml": Waves,
    "addressing.yaml": Addressing,
}
"""One file each for the whole province."""

PLATFORMS = "platforms"
ENVIRONMENTS = "env"
FOLDERS: dict[str, type[Frozen]] = {PLATFORMS: Platform, ENVIRONMENTS: Environment}
"""Folders with one file per name; the file's stem equals the record's `name`."""

"""The inventory's only reader: files in, one frozen value out, every error with file:line and all of them at once.

    regions.csv network.yaml zones.yaml functions.yaml waves.yaml windows.yaml addressing.yaml review.yaml
    indicators.yaml clauses.yaml waivers.yaml integrations.yaml assessment.yaml (may be missing)
    platforms/<platform>.yaml   organisations/<platform>.csv   env/<environment>.yaml

Everything is read as hostile: sizes are bounded, links that leave the root are refused, YAML is the strict subset of
`inventory.yamlmap`. A file that cannot be read does not hide the errors of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inventory import rules
from inventory.addressing import Addressing, Organisation
from inventory.clauses import NO_CLAUSES, Clauses, Waivers
from inventory.desk import NAME, Desk, stem_of
from inventory.environment import Environment
from inventory.errors import JiyueError, Problems
from inventory.files import (
    COLUMNS,
    ENVIRONMENTS,
    ORGANISATION_COLUMNS,
    ORGANISATIONS,
    PLATFORMS,
    REGIONS,
    Functions,
    Waves,
)
from inventory.indicators import NONE, Indicators
from inventory.integrations import Integrations
from inventory.matrix import ZoneMatrix
from inventory.model import Inventory, Network, Platform, Region
from inventory.naming import Naming
from inventory.review import NOBODY, Review
from inventory.rollout import Limits, Names, Wave, WaveStep, Windows
from inventory.view import Ref, View
from inventory.waivers import FILE as ASSESSMENT
from inventory.waivers import NO_WAIVERS
from inventory.waivers import Waivers as Excused


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one pass found: `inventory` is None when a file could not be read; notes do not stop anything."""

    inventory: Inventory | None
    problems: tuple[JiyueError, ...]
    notes: tuple[JiyueError, ...]


def load(root: Path, env: str = "lab", drivers: frozenset[str] | None = None) -> Inventory:
    """The province under `root` in environment `env`.

    Raises `Problems` with every error of every file when anything is wrong, a broken rule included.
    `drivers` are the known device drivers; None leaves their names unchecked.
    """
    found = examine(root, env, drivers)
    if found.problems or found.inventory is None:
        raise Problems(found.problems)
    return found.inventory


def check(root: Path, env: str = "lab", drivers: frozenset[str] | None = None) -> tuple[JiyueError, ...]:
    """Every problem of the province under `root`, sorted by place; empty when there is none."""
    return examine(root, env, drivers).problems


def examine(
    root: Path,
    env: str = "lab",
    drivers: frozenset[str] | None = None,
    chosen: tuple[rules.Rule, ...] | None = None,
) -> Findings:
    """Read everything and apply every rule (or the `chosen` ones), in one pass.

    When a file is broken only the rules marked `partial` run, over what could be read: what they find stays true
    whatever the broken file will say.
    """
    desk = Desk(root)
    names = desk.names(env)
    regions = desk.table(REGIONS, COLUMNS, Region)
    network = desk.record("network.yaml", Network)
    matrix = desk.record("zones.yaml", ZoneMatrix)
    functions = desk.record("functions.yaml", Functions)
    waves = desk.record("waves.yaml", Waves)
    windows = desk.record("windows.yaml", Windows)
    addressing = desk.record("addressing.yaml", Addressing)
    review = desk.record("review.yaml", Review)
    indicators = desk.record("indicators.yaml", Indicators)
    clauses = desk.record("clauses.yaml", Clauses)
    waivers = desk.record("waivers.yaml", Waivers)
    integrations = desk.record("integrations.yaml", Integrations)
    assessment = desk.record(ASSESSMENT, Excused) if ASSESSMENT in names else NO_WAIVERS
    naming = desk.record("names.yaml", Naming)
    listed = [desk.record(name, Platform) for name in names if name.startswith(f"{PLATFORMS}/")]
    stems = frozenset(stem_of(name) for name in names if name.startswith(f"{PLATFORMS}/"))
    units = [
        desk.table(name, ORGANISATION_COLUMNS, Organisation, platform=stem_of(name))
        for name in names
        if name.startswith(f"{ORGANISATIONS}/")
    ]
    environment = desk.record(f"{ENVIRONMENTS}/{env}.yaml", Environment) if NAME.fullmatch(env) else None
    whole = not desk.problems
    inventory = Inventory.model_construct(
        name=root.resolve().name,
        regions=regions,
        network=network or Network(asn=1, provider_asn=2, name_servers={}, links=(), devices=()),
        platforms=tuple(platform for platform in listed if platform is not None),
        matrix=matrix or ZoneMatrix(zones=(), services={}, flows=()),
        addressing=addressing or Addressing(profile="legible", infrastructure_nibble=0, services_nibble=7, source=""),
        functions=functions.functions if functions else (),
        waves=_waves(waves.waves if waves else (), listed),
        limits=waves.limits if waves else Limits(),
        names=waves.names if waves else Names(),
        pace=waves.pace if waves else {},
        windows=windows or Windows(),
        review=review or NOBODY,
        environment=environment or Environment(name="none", title="none", kind="lab", holds=(), blocks=()),
        organisations=tuple(unit for file in units for unit in file),
        indicators=indicators or NONE,
        clauses=clauses or NO_CLAUSES,
        waivers=waivers.waivers if waivers else (),
        integrations=integrations.integrations if integrations else (),
        assessment=assessment or NO_WAIVERS,
        naming=naming or Naming(),
    )
    notes: list[tuple[Ref, str, str]] = []
    for reason in rules.judge(View(inventory, drivers, stems), chosen, partial=not whole):
        into = notes if reason.severity == "note" else desk.problems
        cause = reason.cause if reason.also is None else reason.cause.replace("{also}", desk.place(reason.also))
        into.append((reason.at, cause, reason.fix))
    return Findings(inventory if whole else None, desk.errors(desk.problems), desk.errors(notes))


def waiver_place(root: Path, n: int) -> str:
    """File and line of the n-th waiver, as errors write it."""
    desk = Desk(root)
    desk.record(ASSESSMENT, Excused)
    return desk.place((ASSESSMENT, "waivers", n))


def input_hashes(root: Path, env: str = "lab") -> dict[str, str]:
    """SHA-256 (hex) of every file that `load` reads, by path relative to `root`, sorted by path."""
    desk = Desk(root)
    contents = {name: desk.read(name) for name in desk.names(env)}
    if desk.problems:
        raise Problems(desk.errors(desk.problems))
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(contents.items()) if data is not None}


def _waves(steps: Sequence[WaveStep], platforms: Sequence[Platform | None]) -> tuple[Wave, ...]:
    """Each step with the platforms whose own files name it, by code."""
    known = sorted((one for one in platforms if one is not None), key=lambda one: one.code)
    return tuple(
        Wave(name=step.name, canary=step.canary, platforms=tuple(one.name for one in known if one.wave == step.name))
        for step in steps
    )

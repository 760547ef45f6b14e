"""What an engine is: a name, a version, the steps that build it and the files that result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from inventory.errors import EnvironmentFailed

Progress = Callable[[str, str, float | None, str], None]
"""Called as `progress(engine, stage, fraction, text)`; the fraction is 0..1, or None when unknown."""


def silent(engine: str, stage: str, fraction: float | None, text: str) -> None:
    """The progress callback of a caller who wants none."""


class EngineError(EnvironmentFailed):
    """An engine is missing, damaged or cannot be made (exit code 4)."""


@dataclass(frozen=True)
class BuildContext:
    """Where a step works: its own copy of the module folder, and the folder that becomes the cache entry."""

    engine: str
    source: Path
    out: Path
    env: Mapping[str, str]
    report: Callable[[str, float | None, str], None]


class Step(Protocol):
    """One step of a recipe. Its `repr` is part of the cache key, so a step is a frozen dataclass."""

    def run(self, context: BuildContext) -> None:
        """Do the step; raises EngineError."""


class Probe(Protocol):
    """Looks for an engine that is installed already."""

    def find(self, env: Mapping[str, str]) -> Mapping[str, Path] | None:
        """The engine's files by their name in the table, or None."""


@dataclass(frozen=True)
class Engine:
    """One engine; `files` are (name, path in the cache entry) pairs, all of which the entry must hold.

    Without an `optional` one the lab still works, and says what it then does instead.
    """

    name: str
    version: str
    module: str
    steps: tuple[Step, ...]
    files: tuple[tuple[str, str], ...]
    sources: tuple[str, ...] = ("go.mod", "go.sum")
    probe: Probe | None = None
    download: Step | None = None
    optional: bool = False


@dataclass(frozen=True)
class EnginePaths:
    """Where every engine file is; `missing` names the engines that are not there (or are damaged) yet, `absent` the
    optional ones."""

    pulumi: Path
    provider_kubernetes: Path
    language_python_dir: Path
    etcd: Path
    kube_apiserver: Path
    kube_controller_manager: Path
    kube_scheduler: Path
    kwok: Path
    kwok_stages: Path
    gateway_crds: Path
    kubelet: Path
    kube_proxy: Path
    kube_router: Path
    stand_in: Path
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class EngineStatus:
    """One line of `engine status`: `state` is ready, missing or damaged; `seconds` is how long it took."""

    name: str
    version: str
    state: str
    route: str
    path: Path
    seconds: float | None = None
    reasons: tuple[str, ...] = field(default=())

    @property
    def ready(self) -> bool:
        """Whether the engine can be used."""
        return self.state == "ready"

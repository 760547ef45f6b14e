"""Tiny recipes: steps that write a file, fail, or wait, in place of twenty minutes of compiling."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from jiyue.engines import Engine, EngineError, Setting
from jiyue.engines.model import BuildContext, Step


@dataclass(frozen=True)
class Write:
    """Write a file into the entry and count the run in `log`."""

    target: str
    text: str
    log: list[str] = field(default_factory=list, repr=False)

    def run(self, context: BuildContext) -> None:
        path = context.out / self.target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text)
        context.report("write", 0.5, self.target)
        self.log.append(self.target)


@dataclass(frozen=True)
class Fail:
    """Raise after the steps before it have written."""

    def run(self, context: BuildContext) -> None:
        raise EngineError(context.engine, "the build failed", "mend it")


@dataclass(frozen=True)
class OutOfSpace:
    """What a full disk does in the middle of a build."""

    def run(self, context: BuildContext) -> None:
        raise OSError(28, "No space left on device", str(context.out / "bin" / "tool"))


@dataclass(frozen=True)
class WaitFor:
    """Wait (at most 30 s) until a file appears; say so in another."""

    gate: str
    arrived: str

    def run(self, context: BuildContext) -> None:
        Path(self.arrived).touch()
        deadline = time.monotonic() + 30
        while not Path(self.gate).exists():
            if time.monotonic() > deadline:
                raise EngineError(context.engine, "nobody opened the gate", "")
            time.sleep(0.01)


def engine(*steps: Step, name: str = "tool", version: str = "1.0", download: Step | None = None) -> Engine:
    """An engine whose one file is bin/<name>."""
    return Engine(name, version, "mod", steps, ((name, f"bin/{name}"),), download=download)


def setting(folder: Path, *table: Engine, route: str = "build", online: bool = False, **env: str) -> Setting:
    """A setting with its own tools and toolchain below `folder`, and a `go` that only knows its version."""
    module = folder / "toolchain" / "mod"
    module.mkdir(parents=True, exist_ok=True)
    (module / "go.mod").write_text("module mod\n")
    (module / "go.sum").write_text("")
    programs = folder / "path"
    programs.mkdir(exist_ok=True)
    script(programs / "go", 'echo "go version go1.26.8 linux/amd64"')
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(folder), "JIYUE_ENGINE_ROUTE": route, **env}
    return Setting(folder / "tools", folder / "toolchain", table, environment, lambda: online)


def script(path: Path, body: str) -> None:
    """Write an executable shell script."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)

"""Install, resolve and report: the routes in their order, each result in the cache or on the machine."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jiyue.engines.build import check_go, go_environment
from jiyue.engines.cache import (
    TEMPORARY,
    Entry,
    entry_of,
    locked,
    remove_tree,
    seal,
    toolchain_folder,
    tools_folder,
)
from jiyue.engines.download import reachable
from jiyue.engines.model import (
    BuildContext,
    Engine,
    EngineError,
    EnginePaths,
    EngineStatus,
    Progress,
    Step,
    silent,
)
from jiyue.engines.recipes import engine_table

ROUTES = ("auto", "installed", "download", "build")

THREE_WAYS = (
    "supply it in one of three ways: install it on PATH; run with the internet (JIYUE_ENGINE_ROUTE=download);"
    " or put Go 1.21+ on PATH with a module proxy that answers (JIYUE_ENGINE_ROUTE=build)"
)


@dataclass(frozen=True)
class Setting:
    """Where and how to install; every field has the product's value, tests give their own."""

    tools: Path = field(default_factory=tools_folder)
    toolchain: Path = field(default_factory=toolchain_folder)
    table: tuple[Engine, ...] = field(default_factory=engine_table)
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    online: Callable[[], bool] = reachable

    @property
    def route(self) -> str:
        """`JIYUE_ENGINE_ROUTE`, checked; auto when unset."""
        chosen = self.env.get("JIYUE_ENGINE_ROUTE") or "auto"
        if chosen not in ROUTES:
            raise EngineError("JIYUE_ENGINE_ROUTE", f"is {chosen!r}", f"use one of {', '.join(ROUTES)}")
        return chosen


def install(
    progress: Progress = silent, only: Iterable[str] | None = None, setting: Setting | None = None
) -> EnginePaths:
    """Make every engine (or `only` the named ones) ready; raises EngineError for the first that cannot be.

    Ready engines are kept, damaged ones are made again, and a killed run leaves nothing that counts as ready.
    """
    setting = setting or Setting()
    chosen = _chosen(setting, only)
    pending = [engine for engine in chosen if not _ready(engine, setting)]
    for engine in chosen:
        if engine not in pending:
            progress(engine.name, "ready", 1.0, engine.version)
    if pending:
        setting = replace(setting, online=functools.cache(setting.online))  # asked at most once
        with locked(setting.tools, progress):
            for engine in pending:
                if not _ready(engine, setting):  # the installer that was waited for may have made it
                    try:
                        _make(engine, setting, progress)
                    except EngineError as error:
                        if not engine.optional:
                            raise
                        progress(engine.name, "left out", 1.0, f"{error.place}: {error.cause}")
                        continue
                progress(engine.name, "ready", 1.0, engine.version)
    return resolve(setting)


def status(setting: Setting | None = None, *, verify: bool = False) -> tuple[EngineStatus, ...]:
    """The state of each engine; cheap (size and mtime), or with `verify` by every sha256. Changes nothing."""
    setting = setting or Setting()
    return tuple(_status(engine, setting, verify=verify) for engine in setting.table)


def resolve(setting: Setting | None = None) -> EnginePaths:
    """The path of every engine file; `missing` names the engines that are not ready. Never installs."""
    setting = setting or Setting()
    files: dict[str, Path] = {}
    missing: list[str] = []
    absent: list[str] = []
    for engine in setting.table:
        entry = entry_of(engine, setting.tools, setting.toolchain)
        found = {name: entry.file(name) for name, _ in engine.files}
        if entry.damage():
            installed = _installed(engine, setting)
            if installed is None:
                (absent if engine.optional else missing).append(engine.name)
            else:
                found = dict(installed)
        files.update(found)
    nowhere = setting.tools / "missing"
    return EnginePaths(
        pulumi=files.get("pulumi", nowhere),
        provider_kubernetes=files.get("pulumi-resource-kubernetes", nowhere),
        language_python_dir=files.get("pulumi-language-python", nowhere).parent,
        etcd=files.get("etcd", nowhere),
        kube_apiserver=files.get("kube-apiserver", nowhere),
        kube_controller_manager=files.get("kube-controller-manager", nowhere),
        kube_scheduler=files.get("kube-scheduler", nowhere),
        kwok=files.get("kwok", nowhere),
        kwok_stages=files.get("stages", nowhere),
        gateway_crds=files.get("crds", nowhere),
        kubelet=files.get("kubelet", nowhere),
        kube_proxy=files.get("kube-proxy", nowhere),
        kube_router=files.get("kube-router", nowhere),
        stand_in=files.get("stand-in", nowhere),
        missing=tuple(missing),
        absent=tuple(absent),
    )


def require(setting: Setting | None = None) -> EnginePaths:
    """`resolve()`, but an EngineError when an engine is missing."""
    paths = resolve(setting)
    if paths.missing:
        raise EngineError("engines", f"not ready: {', '.join(paths.missing)}", "run: jiyue engine install")
    return paths


def _chosen(setting: Setting, only: Iterable[str] | None) -> tuple[Engine, ...]:
    if only is None:
        return setting.table
    wanted = set(only)
    known = {engine.name for engine in setting.table}
    if unknown := sorted(wanted - known):
        raise EngineError(", ".join(unknown), "no such engine", f"known: {', '.join(sorted(known))}")
    return tuple(engine for engine in setting.table if engine.name in wanted)


def _installed(engine: Engine, setting: Setting) -> Mapping[str, Path] | None:
    if engine.probe is None or setting.route not in ("auto", "installed"):
        return None
    return engine.probe.find(setting.env)


def _ready(engine: Engine, setting: Setting) -> bool:
    return _status(engine, setting, verify=False).ready


def _status(engine: Engine, setting: Setting, *, verify: bool) -> EngineStatus:
    entry = entry_of(engine, setting.tools, setting.toolchain)
    absent = EngineStatus(engine.name, engine.version, "missing", "", entry.path)
    if not entry.path.is_dir():
        reasons: tuple[str, ...] = ("it is not in the tools folder",)
    else:
        reasons = entry.damage(full=verify)
        if not reasons:
            manifest = entry.manifest() or {}
            seconds = manifest.get("seconds")
            return replace(
                absent,
                state="ready",
                route=str(manifest.get("route", "")),
                seconds=float(seconds) if isinstance(seconds, int | float) else None,
            )
        absent = replace(absent, state="damaged")
    if (found := _installed(engine, setting)) is not None:
        return replace(absent, state="ready", route="installed", path=next(iter(found.values())))
    return replace(absent, reasons=reasons)


def _make(engine: Engine, setting: Setting, progress: Progress) -> None:
    """Try the routes in order; the error of the last one tried carries what the others said."""
    failures: list[str] = []
    route = setting.route
    if route in ("auto", "download") and engine.download is not None:
        if route == "download" or setting.online():
            try:
                return _fill(engine, setting, progress, "download", (engine.download,))
            except EngineError as error:
                failures.append(f"download: {error.place} {error.cause}")
        else:
            failures.append("download: this machine does not reach the internet")
    if route in ("auto", "build"):
        try:
            check_go(go_environment(setting.env, setting.tools))
        except EngineError as error:
            failures.append(f"build: {error.place} {error.cause}")
        else:
            return _fill(engine, setting, progress, "build", engine.steps)
    if route in ("auto", "installed"):
        failures.insert(0, "installed: no supported version found")
    raise EngineError(f"{engine.name} {engine.version}", "; ".join(failures), THREE_WAYS)


def _fill(engine: Engine, setting: Setting, progress: Progress, route: str, steps: tuple[Step, ...]) -> None:
    """Run the steps in a temporary folder beside the cache entry, then seal it into place."""
    entry: Entry = entry_of(engine, setting.tools, setting.toolchain)
    work = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{engine.name}-", dir=setting.tools))
    try:
        source, out = work / "source", work / "entry"
        out.mkdir(mode=0o755)
        for name in engine.sources:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(setting.toolchain / engine.module / name, source / name)
        env = go_environment(setting.env, setting.tools)
        # A plugin or a language host is fetched by the Pulumi of the cache when none is on PATH.
        cached = [str(path.parent) for path in setting.tools.glob("pulumi-*/bin/pulumi")]
        env["PATH"] = os.pathsep.join([env.get("PATH", os.defpath), *cached])
        started = time.monotonic()
        for number, step in enumerate(steps):

            def report(stage: str, fraction: float | None, text: str, number: int = number) -> None:
                whole = None if fraction is None else (number + fraction) / len(steps)
                progress(engine.name, stage, whole, text)

            step.run(BuildContext(engine.name, source, out, env, report))
        progress(engine.name, "seal", None, "checksums")
        seal(entry, out, route, time.monotonic() - started)
    except OSError as error:
        if isinstance(error, EngineError):
            raise
        cause = f"the {route} of {engine.name} could not be written ({error.strerror or error})"
        raise EngineError(str(error.filename or work), cause, "free some space, then run this again") from error
    finally:
        remove_tree(work)

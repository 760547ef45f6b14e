"""The tools folder: content-keyed entries, renamed into place when complete, with a manifest of checksums."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jiyue.engines.model import Engine, EngineError, Progress

MANIFEST = "manifest.json"
TEMPORARY = ".tmp-"


def tools_folder(env: dict[str, str] | None = None) -> Path:
    """The tools folder: `JIYUE_TOOLS`, else `~/.cache/jiyue/tools`."""
    env = dict(os.environ) if env is None else env
    if chosen := env.get("JIYUE_TOOLS"):
        return Path(chosen).absolute()
    home = env.get("HOME") or "/root"
    return Path(env.get("XDG_CACHE_HOME") or f"{home}/.cache").absolute() / "jiyue" / "tools"


def toolchain_folder(env: dict[str, str] | None = None) -> Path:
    """The pinned sources: `JIYUE_TOOLCHAIN`, else `toolchain/` of the checkout that this package is in."""
    env = dict(os.environ) if env is None else env
    if chosen := env.get("JIYUE_TOOLCHAIN"):
        return Path(chosen).absolute()
    return Path(__file__).resolve().parents[2] / "toolchain"


def engine_key(engine: Engine, toolchain: Path) -> str:
    """16 hex digits over the pinned sources, the recipe and the machine's architecture."""
    digest = hashlib.sha256()
    for name in engine.sources:
        path = toolchain / engine.module / name
        try:
            content = path.read_bytes()
        except OSError as error:
            cause = f"the pinned source of {engine.name} cannot be read ({error.strerror})"
            raise EngineError(str(path), cause, "run from a complete checkout, or set JIYUE_TOOLCHAIN") from error
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    digest.update(repr((engine.name, engine.version, engine.steps, engine.files)).encode())
    digest.update(f"{platform.system()} {platform.machine()}".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Entry:
    """One engine's place in the cache."""

    engine: Engine
    path: Path

    def file(self, name: str) -> Path:
        """The path of the file that the engine's table calls `name`."""
        return self.path / dict(self.engine.files)[name]

    def manifest(self) -> dict[str, object] | None:
        """The manifest, or None when the entry is absent or its manifest is unreadable."""
        try:
            loaded = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return loaded if isinstance(loaded, dict) else None

    def damage(self, *, full: bool = False) -> tuple[str, ...]:
        """What is wrong with the entry's files, by size and mtime, with `full` by sha256. Empty: nothing."""
        manifest = self.manifest()
        if manifest is None:
            return ("it has no readable manifest",)
        recorded = manifest.get("files")
        if not isinstance(recorded, dict):
            return ("its manifest lists no files",)
        found: list[str] = []
        for relative in {relative for _, relative in self.engine.files}:
            if relative not in recorded and not (self.path / relative).is_dir():
                found.append(f"{relative} is not in the manifest")
        for relative, facts in sorted(recorded.items()):
            path = self.path / relative
            if not isinstance(facts, dict) or not facts.keys() >= {"size", "mtime_ns", "sha256"}:
                found.append(f"{relative} has no facts in the manifest")
                continue
            try:
                stat = path.stat()
            except OSError:
                found.append(f"{relative} is gone")
                continue
            if stat.st_size != facts["size"] or stat.st_mtime_ns != facts["mtime_ns"]:
                found.append(f"{relative} changed after it was installed")
            elif full and file_sha256(path) != facts["sha256"]:
                found.append(f"{relative} does not have the sha256 it was installed with")
        return tuple(found)


def entry_of(engine: Engine, tools: Path, toolchain: Path) -> Entry:
    """The cache entry that belongs to this engine's pinned sources; it may not exist."""
    return Entry(engine, tools / f"{engine.name}-{engine_key(engine, toolchain)}")


def file_sha256(path: Path) -> str:
    """The sha256 of a file, as hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def check_writable(tools: Path) -> None:
    """Make the tools folder; a read-only one is one clear error. Root ignores modes, so a file is made."""
    try:
        tools.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{TEMPORARY}probe-", dir=tools)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        cause = f"the tools folder cannot be written ({error.strerror})"
        fix = "make it writable, or point JIYUE_TOOLS to a folder that is"
        raise EngineError(str(tools), cause, fix) from error


@contextlib.contextmanager
def locked(tools: Path, progress: Progress, *, poll: float = 0.5) -> Iterator[None]:
    """Hold the tools folder for one installer; a second waits and says for whom. A dead one holds nothing."""
    check_writable(tools)
    with (tools / ".lock").open("a+", encoding="utf-8") as handle:
        told = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    handle.seek(0)
                    progress(
                        "engines",
                        "wait",
                        None,
                        f"another install is running (process {handle.read().strip()})",
                    )
                    told = True
                time.sleep(poll)
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        for left_over in tools.glob(f"{TEMPORARY}*"):
            remove_tree(left_over)
        yield


def remove_tree(path: Path) -> None:
    """Remove a file or a folder, whatever the modes inside it; nothing happens when it is gone."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def seal(entry: Entry, made: Path, route: str, seconds: float) -> None:
    """Give a finished folder its manifest, bring it to the disk and rename it to its place in the cache."""
    for name, relative in entry.engine.files:
        if not (made / relative).exists():
            raise EngineError(entry.engine.name, f"the {route} made no {name} ({relative})", "report this as a defect")
    files: dict[str, dict[str, object]] = {}
    for path in sorted(made.rglob("*")):
        if not path.is_file():
            continue
        _sync(path)
        stat = path.stat()
        facts = {"sha256": file_sha256(path), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
        files[path.relative_to(made).as_posix()] = facts
    manifest = {
        "engine": entry.engine.name,
        "version": entry.engine.version,
        "route": route,
        "seconds": round(seconds, 1),
        "files": files,
    }
    target = made / MANIFEST
    target.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    _sync(target)
    _sync(made)
    if entry.path.exists():
        aside = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}damaged-", dir=entry.path.parent))
        entry.path.rename(aside / entry.path.name)
        made.rename(entry.path)
        remove_tree(aside)
    else:
        made.rename(entry.path)
    _sync(entry.path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

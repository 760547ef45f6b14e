"""The fleet's own copies of the stack files, because the engine writes salts into what it works on.

var/<env>/stacks/<platform>/   Pulumi.yaml (without main), Pulumi.<platform>.yaml, applied.json
var/<env>/state/               the file backend      var/<env>/stacks/passphrase (0600)
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from inventory.atomic import write_if_changed
from inventory.errors import EnvironmentFailed

PASSPHRASE_BYTES = 32
STACK = "pulumi:pulumi:Stack"
"""The engine's type of what holds a stack's outputs."""

SALT = "encryptionsalt"
"""The engine's word in a stack file for what its secrets are locked with, beside the passphrase."""


@dataclass(frozen=True, slots=True)
class WorkCopy:
    """Paths of one stack's working copy; `prepare` makes them."""

    root: Path
    environment: str
    platform: str

    @property
    def base(self) -> Path:
        """The copies of every stack of the environment."""
        return self.root / "var" / self.environment / "stacks"

    @property
    def folder(self) -> Path:
        """The copy's own folder."""
        return self.base / self.platform

    @property
    def settings(self) -> Path:
        """The copied stack file, with the engine's salt."""
        return self.folder / f"Pulumi.{self.platform}.yaml"

    @property
    def applied(self) -> Path:
        """What the last successful `up` brought about."""
        return self.folder / "applied.json"

    @property
    def initialised(self) -> bool:
        """Whether the engine has made the stack from this copy before."""
        return SALT in _mapping(self.settings)

    def prepare(self) -> dict[str, Any]:
        """Bring the copy up to date with the project's files; returns the stack's configuration."""
        source = self.root / "stacks" / self.settings.name
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            project = {key: value for key, value in _mapping(self.root / "Pulumi.yaml").items() if key in _KEPT}
            write_if_changed(self.folder / "Pulumi.yaml", yaml.safe_dump(project, sort_keys=False, allow_unicode=True))
            wanted = _mapping(source)
            if not wanted:
                raise EnvironmentFailed(str(source), "is missing or empty", "run: python -m infra.stackfiles")
            config = dict(wanted.get("config") or {})
            config["jiyue:env"] = self.environment
            salts = {key: value for key, value in _mapping(self.settings).items() if key.startswith("encr")}
            text = yaml.safe_dump({**salts, "config": config}, sort_keys=False, allow_unicode=True)
            write_if_changed(self.settings, text, 0o600)
        except OSError as error:
            if isinstance(error, EnvironmentFailed):
                raise
            cause = f"cannot be written ({error.strerror})"
            raise EnvironmentFailed(str(self.folder), cause, "make var/ writable") from error
        return config

    def share_salt(self, other: WorkCopy) -> None:
        """Take another copy's salt, where it has one and this one has none; before the engine makes the stack."""
        salt, mine = _mapping(other.settings).get(SALT), _mapping(self.settings)
        if salt and mine and SALT not in mine:
            text = yaml.safe_dump({SALT: salt, **mine}, sort_keys=False, allow_unicode=True)
            write_if_changed(self.settings, text, 0o600)

    def record(self, fingerprint: str, outputs: dict[str, Any]) -> None:
        """Remember a successful `up`: the fingerprint of what is live now, and the outputs."""
        write_if_changed(self.applied, json.dumps({"fingerprint": fingerprint, "outputs": outputs}, ensure_ascii=False))

    @property
    def cluster(self) -> Path:
        """The UID of the cluster that the platform runs on."""
        return self.folder / "cluster"

    def bound(self) -> str:
        """The UID that `bind` wrote; empty before."""
        try:
            return self.cluster.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise EnvironmentFailed(str(self.cluster), "cannot be read", "make it readable") from error

    def bind(self, uid: str) -> None:
        """Remember the cluster, so that no other one is ever taken for it."""
        write_if_changed(self.cluster, uid + "\n")

    def forget(self) -> None:
        """What is live is not known any more."""
        self.applied.unlink(missing_ok=True)

    def recorded(self) -> dict[str, Any]:
        """What `record` wrote; empty when there is nothing (readable)."""
        try:
            found = json.loads(self.applied.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


_KEPT = ("name", "description", "runtime", "config")


def passphrase_file(root: Path, environment: str) -> Path:
    """The environment's passphrase for the engine's state, made at first use, readable by its owner only."""
    path = root / "var" / environment / "stacks" / "passphrase"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_if_changed(path, secrets.token_urlsafe(PASSPHRASE_BYTES), 0o600)
        elif path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise EnvironmentFailed(str(path), f"cannot be made ({error.strerror})", "make var/ writable") from error
    return path


def state_folder(root: Path, environment: str) -> Path:
    """The folder of the file backend, made at first use, closed to others."""
    path = root / "var" / environment / "state"
    try:
        path.mkdir(parents=True, exist_ok=True)
        os.chmod(path, 0o700)  # noqa: PTH101 - the mode of a folder that may exist already
    except OSError as error:
        raise EnvironmentFailed(str(path), f"cannot be made ({error.strerror})", "make var/ writable") from error
    return path


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backend knows of a stack: how many resources, operations that never ended, what it published.

    `objects` are those of the cluster, sorted: `PersistentVolume jiyue-changsha-library`.
    """

    resources: int
    pending: int
    objects: tuple[str, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)


def saved(state: Path, platform: str) -> Saved | None:
    """What the file backend knows of a stack; None when it does not know the stack."""
    path = next(iter(sorted((state / ".pulumi" / "stacks").glob(f"*/{platform}.json"))), None)
    if path is None:
        return None
    try:
        latest = json.loads(path.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
        return known_of(latest)
    except (OSError, ValueError, KeyError, AttributeError) as error:
        fix = "restore it: jiyue stack state restore FILE"
        raise EnvironmentFailed(str(path), "is not a state that can be read", fix) from error


def drop_torn(state: Path, platform: str) -> tuple[str, ...]:
    """Remove what a kill left half-written beside a stack's state; the names of those files.

    The engine writes a state under another name first, but not the `.attrs` beside it (type and checksum, which nobody
    needs): an empty one keeps it from reading the state. The caller holds the stack, so nobody writes it now.
    """
    base = state / ".pulumi"
    torn = []
    for path in sorted([*base.glob("*.attrs"), *(base / "stacks").glob(f"*/{platform}.json*.attrs")]):
        try:
            json.loads(path.read_bytes())
        except FileNotFoundError:
            continue
        except ValueError:
            path.unlink(missing_ok=True)
            torn.append(path.name)
    return tuple(torn)


def known_of(deployment: Mapping[str, Any]) -> Saved:
    """The same of a deployment as the engine exports it."""
    resources = deployment.get("resources") or ()
    ours = (one for one in resources if one.get("type", "").startswith("kubernetes:") and "id" in one)
    objects = sorted(f"{one['type'].rpartition(':')[2]} {one['id']}" for one in ours)
    given = next((one.get("outputs") or {} for one in resources if one.get("type") == STACK), {})
    return Saved(len(resources), len(deployment.get("pending_operations") or ()), tuple(objects), given)


def _mapping(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise EnvironmentFailed(str(path), "cannot be read as YAML", "delete it and run again") from error
    return found if isinstance(found, dict) else {}

"""Backup and restore of the stacks' states, whatever backend holds them: one file, whole or not at all.

The file holds each stack's deployment as the engine exports it (secrets stay encrypted), the copy of its stack file
with the salt, and what is remembered of its last `up`. The passphrase is not in it: keep it elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pulumi import automation

from infra import fleetwork as work
from infra.enginerun import open_stack, short
from infra.fleetwork import Fleet
from infra.locks import own_lock, remove_dead
from infra.opening import command
from infra.workcopy import state_folder
from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, GateError, InputError

FORM = "jiyue/stack-state/1"
MAX_BYTES = 256 * 1024 * 1024


def backup(fleet: Fleet, platforms: Sequence[str], file: Path) -> dict[str, int]:
    """Write the states of the platforms that were ever up; returns how many resources each holds."""
    engine, env = command(fleet), work.engine_env(fleet)
    stacks: dict[str, dict[str, Any]] = {}
    for name in platforms:
        copy = fleet.copy(name)
        if not copy.initialised:
            continue
        with own_lock(copy.folder, f"stack {name}"):
            stack = open_stack(name, copy.folder, engine, env, exists=True, known=True)
            try:
                exported = stack.export_stack()
            except automation.CommandError as error:
                raise EnvironmentFailed(f"stack {name}", f"cannot be exported ({short(str(error))})") from None
            stacks[name] = {
                "version": exported.version,
                "deployment": exported.deployment,
                "settings": copy.settings.read_text(encoding="utf-8"),
                "applied": copy.recorded(),
                "cluster": copy.bound(),
            }
    body = {"form": FORM, "environment": fleet.environment, "stacks": stacks}
    try:
        write_whole(file, json.dumps({**body, "sha256": _sum(body)}, ensure_ascii=False), 0o600)
    except OSError as error:
        raise EnvironmentFailed(str(file), f"cannot be written ({error.strerror})", "choose another file") from error
    return {name: len((one["deployment"] or {}).get("resources") or ()) for name, one in stacks.items()}


def restore(fleet: Fleet, file: Path, platforms: Sequence[str] = ()) -> dict[str, int]:
    """Put the states of a backup in the place of what is there; returns how many resources each holds.

    Everything is checked before the first stack is touched: form, sum, environment, names. The next `up` reads the
    cluster again, so a state that is older than it loses nothing.
    """
    stacks = _read(fleet, file)
    unknown = sorted(set(platforms) - set(stacks))
    if unknown:
        raise InputError(str(file), f"holds no state of {', '.join(unknown)}", f"it holds {', '.join(sorted(stacks))}")
    engine, env = command(fleet), work.engine_env(fleet)
    for name in platforms or sorted(stacks):
        one, copy = stacks[name], fleet.copy(name)
        copy.prepare()
        with own_lock(copy.folder, f"stack {name}"):
            if not fleet.backend:
                remove_dead(state_folder(fleet.root, fleet.environment), name)
            write_whole(copy.settings, one["settings"], 0o600)
            copy.forget()
            stack = open_stack(name, copy.folder, engine, env, exists=False, known=True)
            try:
                stack.import_stack(automation.Deployment(one["version"], one["deployment"]))
            except automation.CommandError as error:
                cause = f"cannot be imported ({short(str(error))})"
                raise EnvironmentFailed(f"stack {name}", cause, "is it the environment's passphrase?") from None
            if one["cluster"]:
                copy.bind(one["cluster"])
    return {name: len((stacks[name]["deployment"] or {}).get("resources") or ()) for name in platforms or stacks}


def _read(fleet: Fleet, file: Path) -> dict[str, dict[str, Any]]:
    fix = "name a file of: jiyue stack state backup"
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(str(file), f"is larger than {MAX_BYTES} bytes", fix)
        body = json.loads(data)
        told = body.pop("sha256")
        right = body["form"] == FORM and told == _sum(body)
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})", fix) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(str(file), "is no backup of states", fix) from None
    if not right:
        raise InputError(str(file), "is not whole: its sum does not fit", "use another backup")
    if body["environment"] != fleet.environment:
        cause = f"belongs to environment {body['environment']}, not {fleet.environment}"
        raise GateError(str(file), cause, "use --env")
    found: dict[str, dict[str, Any]] = body["stacks"]
    if unknown := sorted(set(found) - set(fleet.inventory.platform_by_name)):
        raise InputError(str(file), f"names unknown platforms: {', '.join(unknown)}", fix)
    return found


def _sum(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

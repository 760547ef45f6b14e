"""Putting a site back as the library has it; what was there instead is kept as evidence."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Sequence
from typing import Any

from jiyue.library.paths import why_not
from jiyue.moving.agent import blobs


def mend(
    library: str, root: str, wanted: Sequence[Sequence[str]], foreign: Sequence[str], now: float = 0.0
) -> dict[str, Any]:
    """Restore `wanted` ([path, sha256]) below `root`, take `foreign` (names in hex) away; each file in one step.

    Gives what could not be restored and where the evidence lies.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now or time.time()))
    place = os.path.join(library, "quarantine", f"{os.path.basename(root)[:12]}-{stamp}")
    os.makedirs(place, mode=0o700, exist_ok=True)
    failed, kept = [], []
    for path in foreign:
        kept.append(_keep(place, root, os.fsdecode(bytes.fromhex(path)), take=True))
    for path, digest in wanted:
        if why := why_not(path):
            failed.append([path, why])
            continue
        if os.path.lexists(os.path.join(root, path)):
            kept.append(_keep(place, root, path, take=False))
        if why := blobs.copy(library, digest, os.path.join(root, path)):
            failed.append([path, why])
    with open(os.path.join(place, "evidence.json"), "a", encoding="utf-8") as file:
        for entry in kept:
            file.write(json.dumps(entry) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return {"failed": failed, "evidence": place, "kept": len(kept)}


def _keep(place: str, root: str, path: str, take: bool) -> dict[str, Any]:
    """Keep what is at `path` under its hash; a link is written down, never followed. `take`: it is gone afterwards."""
    name = os.path.join(root, path)
    mode = os.lstat(name)
    entry: dict[str, Any] = {
        "path": ascii(path),
        "at": mode.st_mtime,
        "mode": stat.S_IMODE(mode.st_mode),
        "uid": mode.st_uid,
    }
    if stat.S_ISREG(mode.st_mode):
        with open(name, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        shutil.copyfile(name, os.path.join(place, digest))
        entry["sha256"] = digest
    elif stat.S_ISLNK(mode.st_mode):
        entry["link"] = os.readlink(name)
        take = True
    if take:
        if stat.S_ISDIR(mode.st_mode):
            os.rename(name, os.path.join(place, f"folder-{len(os.listdir(place))}"))
        else:
            os.unlink(name)
    return entry

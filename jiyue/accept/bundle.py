"""The evidence bundle: one ZIP from which every verdict of an acceptance can be computed again by who was not there.

`manifest.json` names every other entry with its sha256 and size and is signed (`manifest.dsse`, DSSE, Ed25519). Raw
answers lie below `evidence/` under their own sha256. The same acceptance, time and key give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from inventory.errors import GateError, InputError
from jiyue.accept.run import TRANSCRIPT, VERDICTS
from jiyue.review import dsse
from jiyue.review.keys import SigningKey

SCHEMA = "jiyue/acceptance-bundle/1"
MANIFEST, ENVELOPE, PLAN = "manifest.json", "manifest.dsse", "plan.json"
INVENTORY, EVIDENCE = "inventory/", "evidence/"
FIX = "ask for the bundle again from who made it"
MOST, LARGEST, WHOLE = 200_000, 64 << 20, 2 << 30
"""Entries, bytes of one and bytes of all: more is no bundle of ours, and must not fill a disk."""
_PATH = re.compile(r"(?!/)(?!.*(^|/)\.\.?(/|$))[A-Za-z0-9._/-]{1,200}")
_LOCAL = ("ssh_config", "kubeconfig", "evidence", "inventory", "transcript")
"""Entries of a plan that are places on the machine of who accepted."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle: its manifest, the entries by path, the key that signed it."""

    manifest: Mapping[str, Any]
    entries: Mapping[str, bytes]
    key_id: str

    @property
    def plan(self) -> dict[str, Any]:
        """What was expected; its places are empty."""
        found: dict[str, Any] = json.loads(self.entries[PLAN])
        return found

    @property
    def verdicts(self) -> bytes:
        """What was concluded then."""
        return self.entries[VERDICTS]


def make(folder: Path, evidence: Path, inventory: Path, about: Mapping[str, object], key: SigningKey) -> bytes:
    """The bundle of the acceptance in `folder`, with every answer its transcript names and the inventory it used.

    `about` goes into the manifest (environment, digests, calendar). InputError when the acceptance is not whole.
    """
    entries: dict[str, bytes] = {}
    for name in (PLAN, TRANSCRIPT, VERDICTS, "result.json", "junit.xml"):
        entries[name] = _read(folder / name)
    plan = json.loads(entries[PLAN])
    entries[PLAN] = _spelt({**plan, **dict.fromkeys(_LOCAL, "")})
    for line in map(json.loads, entries[TRANSCRIPT].decode().splitlines()):
        if name := line.get("answer", ""):
            content = _read(evidence / name)
            if hashlib.sha256(content).hexdigest() != name:
                raise InputError(str(evidence / name), "the answer was changed after it was taken", "accept again")
            entries[EVIDENCE + name] = content
    for path in sorted(inventory.rglob("*")):
        if path.is_file():
            entries[INVENTORY + path.relative_to(inventory).as_posix()] = _read(path)
    files = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in sorted(entries.items())
    }
    manifest = _spelt({"schema": SCHEMA, **about, "files": files})
    envelope = dsse.sign(hashlib.sha256(manifest).hexdigest().encode(), dsse.ACCEPTANCE_TYPE, key.key_id, key.private)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((MANIFEST, manifest), (ENVELOPE, envelope.encode()), *sorted(entries.items())):
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def read(path: Path, trusted: Mapping[str, Ed25519PublicKey]) -> Bundle:
    """A bundle whose signature and every entry were verified before anything in it was believed.

    InputError for what is no bundle; GateError for a signature that does not hold, or an entry that is missing, too
    many or changed.
    """
    place = path.name
    entries = _entries(path)
    if not {MANIFEST, ENVELOPE, PLAN, TRANSCRIPT, VERDICTS} <= entries.keys():
        raise InputError(place, "it is no acceptance bundle", FIX)
    raw, envelope = entries.pop(MANIFEST), entries.pop(ENVELOPE)
    payload, key_id = dsse.verify(envelope.decode("utf-8", "replace"), dsse.ACCEPTANCE_TYPE, trusted, place, FIX)
    if payload != hashlib.sha256(raw).hexdigest().encode():
        raise GateError(place, "the manifest is not the one that was signed", FIX)
    manifest = json.loads(raw)
    if manifest.get("schema") != SCHEMA:
        raise InputError(place, f"its schema is {str(manifest.get('schema'))[:60]!r}, known is {SCHEMA}", FIX)
    files = manifest["files"]
    for name in sorted(files.keys() - entries.keys()):
        raise GateError(place, f"the entry {name} is missing", FIX)
    for name in sorted(entries.keys() - files.keys()):
        raise GateError(place, f"the entry {name} is not in the manifest", FIX)
    for name, content in entries.items():
        if hashlib.sha256(content).hexdigest() != files[name]["sha256"]:
            raise GateError(place, f"the entry {name} is not what was signed", FIX)
    return Bundle(manifest, entries, key_id)


def _entries(path: Path) -> dict[str, bytes]:
    """Every entry of the ZIP; InputError for what is none, or would not fit."""
    place = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            problem = _odd(infos)
            entries = {} if problem else {info.filename: archive.read(info) for info in infos}
    except OSError as error:
        raise InputError(str(path), f"it cannot be read: {error.strerror or error}", "name a bundle") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        raise InputError(place, "it is no ZIP file that can be read", FIX) from error
    if problem:
        raise InputError(place, problem, FIX)
    return entries


def _odd(infos: list[zipfile.ZipInfo]) -> str:
    """Why this directory is none of ours; empty when it may be unpacked."""
    names = [info.filename for info in infos]
    if len(infos) > MOST or len(set(names)) != len(names) or not all(map(_PATH.fullmatch, names)):
        return "it has entries that a bundle never has"
    if any(info.file_size > LARGEST for info in infos) or sum(info.file_size for info in infos) > WHOLE:
        return "it unpacks to more than a bundle ever has"
    return ""


def _spelt(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        cause = f"the acceptance is not whole: {error.strerror}"
        raise InputError(str(path), cause, "run: jiyue accept run") from error

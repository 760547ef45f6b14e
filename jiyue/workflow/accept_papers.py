"""What is handed over after an acceptance: report, sheet and evidence bundle; and the bundle computed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, InputError
from jiyue.accept import bundle
from jiyue.accept.document import document
from jiyue.accept.replay import Replayed, replay
from jiyue.accept.result import AcceptResult
from jiyue.review import keys
from jiyue.review.keys import SigningKey
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.review import in_use, lab_engineer
from jiyue.workflow.services import Services, utc_now

NAME = "acceptance"
AGAIN = "run: jiyue accept run"


@dataclass(frozen=True, slots=True)
class Bundled:
    """A written bundle."""

    path: Path
    entries: int
    size: int
    key_id: str


def folder(services: Services) -> Path:
    """Where the last acceptance lies."""
    return services.space.var / "accept"


def result(services: Services) -> AcceptResult:
    """The last acceptance; InputError when there is none."""
    path = folder(services) / "result.json"
    try:
        return AcceptResult.read(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(str(path), "nothing has been accepted here yet", AGAIN) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(str(path), f"it is no record of an acceptance: {error}", AGAIN) from error


def digests(services: Services) -> dict[str, str]:
    """The applied change set of each platform and of the shared part."""
    found = {name: services.store.applied_digest(name) for name in ("shared", *services.platforms)}
    return {name: digest for name, digest in found.items() if digest}


def write_papers(services: Services, into: Path | None, author: str) -> dict[str, Path]:
    """Write report (docx) and sheet (xlsx) of the last acceptance; nothing when one of them cannot be made."""
    from jiyue.scheme.docx import docx  # here: both office libraries take long to load
    from jiyue.scheme.xlsx import xlsx

    found = result(services)
    plan = json.loads((folder(services) / "plan.json").read_text(encoding="utf-8"))
    kind = services.inventory.environment.kind
    words = document(found, plan, digests(services), kind, utc_now(), author)
    target = into or folder(services)
    content = {"docx": docx(words), "xlsx": xlsx(words)}
    files = {}
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, data in content.items():
            files[name] = target / f"{NAME}.{name}"
            write_whole(files[name], data)
    except OSError as error:
        raise EnvironmentFailed(str(target), f"it cannot be written: {error.strerror}", "choose a folder") from error
    return files


def write_bundle(services: Services, key: SigningKey | None, out: Path | None) -> Bundled:
    """Write the signed bundle of the last acceptance; the key must be in use in this environment."""
    signer = key or lab_engineer(services)
    in_use(services, signer)
    environment = services.inventory.environment
    about = {
        "environment": environment.name,
        "kind": environment.kind,
        "made": utc_now(),
        "digests": digests(services),
    }
    result(services)
    data = bundle.make(folder(services), services.space.evidence, services.space.inventory, about, signer)
    path = out or folder(services) / f"{NAME}.zip"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise EnvironmentFailed(str(path), f"it cannot be written: {error.strerror}", "choose a place") from error
    return Bundled(
        path, len(bundle.read(path, {signer.key_id: signer.private.public_key()}).entries), len(data), signer.key_id
    )


def trusted(services: Services, public: Path | None) -> Mapping[str, Ed25519PublicKey]:
    """Keys that may have signed a bundle: the given one, else those of the environment's keyring not revoked."""
    if public is not None:
        return {public.stem: keys.load_public(public)}
    return {one.key: one.ed25519 for one in services.store.keyring().members if one.status != "revoked"}


def replay_bundle(services: Services, path: Path, public: Path | None, reporter: Reporter) -> Replayed:
    """Verify and compute again; asks no host, no cluster and no name server."""
    found = bundle.read(path, trusted(services, public))
    reporter.now(f"{path.name}: {len(found.entries)}")
    return replay(found, services.space.root, services.space.var)

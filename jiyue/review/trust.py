"""Where the keyring of an environment lies and what it must fulfil; the store asks it at every read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, GateError, JiyueError
from inventory.model import Inventory
from jiyue.review import dsse, keyring, keys
from jiyue.review.judge import Rule, rule_for
from jiyue.review.keyring import Keyring

RING_FILE = "keyring.json"
CHECKPOINT_FILE = "checkpoint.json"
ROOTS = {"lab": "lab-root", "field": "root"}
"""Key id of the root by kind of environment: what one signs is worth nothing in the other."""


@dataclass(frozen=True, slots=True)
class SignedRing:
    """A verified keyring with its fingerprint and the root's raw public key in hex."""

    ring: Keyring
    fingerprint: str
    root: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Reads the keyring and gives each platform's rule; `kind` is the environment's."""

    ring: Callable[[], SignedRing]
    rule: Callable[[str], Rule]
    kind: str


def folder_of(inv: Inventory, province: Path, own: Path) -> Path:
    """The folder of the environment's keyring: its own in the lab, the province's `keys` in the field."""
    return own if inv.environment.kind == "lab" else province / "keys"


def trust_of(inv: Inventory, folder: Path) -> Trust:
    """The trust of an environment whose keyring lies in `folder`."""
    kind = inv.environment.kind
    return Trust(lambda: load(folder, kind), lambda platform: rule_for(inv, platform), kind)


def nobody() -> Trust:
    """For a store that nobody decides in: every approval is refused."""

    def missing(_: str = "") -> SignedRing:
        raise GateError("keyring", "this store was opened without one", "open it in its environment")

    def rule(_: str) -> Rule:
        raise GateError("review", "this store was opened without rules", "open it in its environment")

    return Trust(missing, rule, "field")


def root_path(folder: Path, kind: str) -> Path:
    """The file of the root's public key."""
    return folder / f"{ROOTS[kind]}.pub"


def load(folder: Path, kind: str) -> SignedRing:
    """The keyring of a folder, verified; GateError when it is missing, unreadable, forged or of another kind."""
    path = folder / RING_FILE
    try:
        root = keys.load_public(root_path(folder, kind))
        envelope = read_envelope(path)
    except EnvironmentFailed as error:
        # Without a keyring the answer is no, like without an approval; the place still says what is missing.
        cause = f"the keyring cannot be read: {error.cause}"
        raise GateError(error.place, cause, "restore it, or make one: jiyue review keys init") from error
    ring = keyring.read(envelope, ROOTS[kind], root)
    if ring.kind != kind:
        raise GateError(str(path), f"it is a keyring for a {ring.kind}, not for a {kind}", "take the own one")
    return SignedRing(ring, dsse.fingerprint(envelope), keys.raw(root))


def read_envelope(path: Path) -> str:
    """An envelope's text; EnvironmentFailed when the file cannot be had or is no text."""
    try:
        with path.open("rb") as stream:
            return stream.read(dsse.MAX_BYTES + 1).decode("utf-8")
    except OSError as error:
        raise EnvironmentFailed(str(path), error.strerror or "cannot be read", "restore it") from error
    except UnicodeDecodeError as error:
        raise EnvironmentFailed(str(path), "it is no text", "restore it") from error


def save(folder: Path, envelope: str) -> None:
    """Put a signed keyring in its place, whole or not at all; EnvironmentFailed when that cannot be."""
    write(folder / RING_FILE, envelope)


def write(path: Path, envelope: str) -> None:
    """Write an envelope; EnvironmentFailed when the folder does not take it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, envelope)
    except JiyueError:
        raise
    except OSError as error:
        cause = f"it cannot be written: {error.strerror}"
        raise EnvironmentFailed(str(path), cause, "give this user the folder") from error

"""Ed25519 key pairs: `<key id>.key` (PEM, PKCS 8, 0600, with or without a passphrase) and `<key id>.pub` (PEM)."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from inventory.errors import EnvironmentFailed, InputError, JiyueError
from ipv6.ports import LAB_KEYS

_KEY_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Somebody's private key and its id; never printed."""

    key_id: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The raw public key in hex."""
        return raw(self.private.public_key())

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id})"

    @property
    def lab(self) -> bool:
        """Whether this is one of the lab's own pairs."""
        return self.key_id in LAB_KEYS


def raw(key: Ed25519PublicKey) -> str:
    """A public key as 64 hex digits."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def generate(folder: Path, key_id: str, passphrase: bytes | None = None) -> SigningKey:
    """Make a new pair in `folder`; InputError when the id is unusable or taken, nothing is ever overwritten."""
    private_path, public_path = _paths(folder, key_id)
    if private_path.exists() or public_path.exists():
        raise InputError(str(private_path), f"the key {key_id} exists already", "choose another id")
    private = Ed25519PrivateKey.generate()
    lock: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    with _failures(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The private part last: a folder with a `.key` always has its `.pub`.
        _create(public_path, private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644)
        _create(private_path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock), 0o600)
    return SigningKey(key_id, private)


def load(folder: Path, key_id: str, passphrase: Callable[[], bytes] | None = None) -> SigningKey:
    """Read a private key; EnvironmentFailed when it is missing, readable by others, locked or no Ed25519 key.

    `passphrase` is asked only when the key has one.
    """
    path, _ = _paths(folder, key_id)
    with _failures(path):
        if path.stat().st_mode & 0o077:
            raise EnvironmentFailed(str(path), "others can read this private key", f"run chmod 600 {path.name}")
        data = _read(path)
    try:
        try:
            key = load_pem_private_key(data, password=None)
        except TypeError:  # the one sign that a passphrase is needed
            if passphrase is None:
                raise EnvironmentFailed(str(path), "the key has a passphrase", "give --passphrase-fd") from None
            key = load_pem_private_key(data, password=passphrase())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        locked = b"ENCRYPTED" in data
        cause = "the passphrase does not fit" if locked else "not a private key in PEM form"
        raise EnvironmentFailed(str(path), cause, "try again" if locked else "make a new pair") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EnvironmentFailed(str(path), "not an Ed25519 key", "make a new pair")
    return SigningKey(key_id, key)


def load_public(path: Path) -> Ed25519PublicKey:
    """A public key in PEM form; EnvironmentFailed when it is missing or something else."""
    with _failures(path):
        data = _read(path)
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EnvironmentFailed(str(path), "not a public key in PEM form", "remove or replace it") from error
    if not isinstance(key, Ed25519PublicKey):
        raise EnvironmentFailed(str(path), "not an Ed25519 key", "remove or replace it")
    return key


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(16 * 1024)


def _paths(folder: Path, key_id: str) -> tuple[Path, Path]:
    if not _KEY_ID.fullmatch(key_id):
        raise InputError("key id", f"{key_id[:80]!r} is not usable", "use small letters, digits, dots and hyphens")
    return folder / f"{key_id}.key", folder / f"{key_id}.pub"


def _create(path: Path, data: bytes, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # A hard link fails when the name is taken, where a rename would overwrite somebody's key.
        path.hardlink_to(temporary)
    finally:
        temporary.unlink()


class _failures:
    """Turns an OSError into EnvironmentFailed that names the place."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, JiyueError):
            cause = error.strerror or str(error)
            raise EnvironmentFailed(str(self._place), f"the key cannot be used: {cause}", "check the folder") from error

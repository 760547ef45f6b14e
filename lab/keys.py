"""SSH keys of a lab: one Ed25519 pair for the controller, one per host, made anew for every lab."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


@dataclass(frozen=True, slots=True, repr=False)
class KeyPair:
    """An OpenSSH key pair as text; the private half never appears in a repr."""

    private: str
    public: str


def new_pair(comment: str) -> KeyPair:
    """A fresh Ed25519 pair in OpenSSH's own formats."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return KeyPair(private, f"{public} {comment}")


def host_keys(hosts: Iterable[str]) -> dict[str, KeyPair]:
    """One pair per host name."""
    return {host: new_pair(host) for host in hosts}

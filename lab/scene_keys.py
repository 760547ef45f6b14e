"""Secrets of the lab's DNS, kept in its state directory so that a lab built again is the same lab."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

import dns.dnssec
import dns.name
import dns.rdatatype
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from dns.dnssectypes import Algorithm, DSDigest

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed

from .files import private_dir


@dataclass(frozen=True, slots=True, repr=False)
class ZoneKey:
    """The one signing key (CSK, ECDSA P-256, RFC 6605) of a zone; `pem` is private and not in the repr."""

    zone: str
    pem: str
    dnskey: str
    ds: str


class DnsKeys:
    """One key per zone and two TSIG secrets, under one private directory; made on first use."""

    def __init__(self, directory: Path) -> None:
        self._directory = private_dir(directory)

    def zone(self, zone: str) -> ZoneKey:
        """The key of `zone` ("." for the root) with its DNSKEY and DS (SHA-256) texts."""
        path = self._directory / f"{zone.strip('.') or 'root'}.pem"
        if not path.exists():
            fresh = ec.generate_private_key(ec.SECP256R1())
            pem = fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            write_whole(path, pem, 0o600)
        pem = path.read_text(encoding="utf-8")
        key = load_pem_private_key(pem.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise EnvironmentFailed(str(path), "is not an ECDSA key", "remove it; a new one is made")
        dnskey = dns.dnssec.make_dnskey(key.public_key(), Algorithm.ECDSAP256SHA256, flags=257)
        name = dns.name.from_text(zone if zone.endswith(".") else f"{zone}.")
        ds = dns.dnssec.make_ds(name, dnskey, DSDigest.SHA256)
        return ZoneKey(zone, pem, dnskey.to_text(), ds.to_text())

    def tsig(self) -> str:
        """The secret of the transfer key (HMAC-SHA256, RFC 8945), base64."""
        return self._secret("transfer")

    def update(self) -> str:
        """The secret of the key with which record sets are published (RFC 2136), base64."""
        return self._secret("update")

    def _secret(self, name: str) -> str:
        path = self._directory / f"{name}.secret"
        if not path.exists():
            write_whole(path, base64.b64encode(secrets.token_bytes(32)).decode(), 0o600)
        return path.read_text(encoding="utf-8").strip()

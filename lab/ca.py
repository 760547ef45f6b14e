"""Certificates: a small authority (ECDSA P-256), and the lab's own CA for the sites, kept between runs.

The sites' CA stays on disk so that a lab built again from the same inventory gets the same files: a certificate is
issued anew only when its names changed or it is about to end.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization import load_pem_private_key as load_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from inventory.atomic import write_whole

from .files import private_dir

_SKEW = timedelta(hours=1)
_CA_DAYS = 3650
_LEAF_DAYS = 397
_RENEW = timedelta(days=30)


@dataclass(frozen=True, slots=True, repr=False)
class Pair:
    """A certificate and its private key, both PEM text; the key never appears in a repr."""

    certificate: str
    key: str


class Authority:
    """A certification authority in memory."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @staticmethod
    def create(name: str, now: datetime) -> Authority:
        """A new self-signed authority called `name`, valid ten years from `now` (aware)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = _builder(subject, subject, key.public_key(), now, _CA_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(ca=True), critical=True)
        return Authority(builder.sign(key, hashes.SHA256()), key)

    @property
    def pair(self) -> Pair:
        """The authority's own certificate and key."""
        return Pair(_pem(self._certificate), _pem_key(self._key))

    def issue(
        self, name: str, now: datetime, organization: str = "", sans: Iterable[str] = (), server: bool = True
    ) -> Pair:
        """A leaf for `name`: a server certificate with `sans` (names or addresses), or a client certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
        subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
        builder = _builder(subject, self._certificate.subject, key.public_key(), now, _LEAF_DAYS)
        purpose = [ExtendedKeyUsageOID.SERVER_AUTH] if server else []
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([*purpose, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(ca=False), critical=True)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        names = [_general_name(text) for text in sans]
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return Pair(_pem(builder.sign(self._key, hashes.SHA256())), _pem_key(key))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _pem_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class SiteCa:
    """The lab's CA for the sites, in one directory: ca.crt, ca.key and a pair per server; keys are mode 0600."""

    def __init__(self, directory: Path, now: datetime | None = None) -> None:
        self._directory = private_dir(directory)
        self._now = now or datetime.now(UTC)
        self._authority = self._open()

    @property
    def certificate_path(self) -> Path:
        """The trust anchor as PEM, for clients of the lab."""
        return self._directory / "ca.crt"

    @property
    def certificate(self) -> str:
        """The trust anchor as PEM text."""
        return self._authority.pair.certificate

    def server(self, name: str, sans: Iterable[str]) -> Pair:
        """The server certificate stored under `name`, for all of `sans`; issued only when there is no valid one."""
        wanted = tuple(sans)
        held = self._load(f"site-{name}")
        if held is not None and self._covers(held.certificate, wanted):
            return held
        pair = self._authority.issue(wanted[0], self._now, sans=wanted)
        self._store(f"site-{name}", pair)
        return pair

    def _open(self) -> Authority:
        held = self._load("ca")
        if held is not None:
            certificate = x509.load_pem_x509_certificate(held.certificate.encode())
            key = load_key(held.key.encode(), None)
            if isinstance(key, ec.EllipticCurvePrivateKey) and self._fresh(certificate):
                return Authority(certificate, key)
        authority = Authority.create("jiyue lab CA", self._now)
        for old in self._directory.glob("site-*"):
            old.unlink()
        self._store("ca", authority.pair)
        return authority

    def _load(self, stem: str) -> Pair | None:
        paths = [self._directory / f"{stem}.crt", self._directory / f"{stem}.key"]
        if not all(path.is_file() for path in paths):
            return None
        return Pair(*(path.read_text(encoding="utf-8") for path in paths))

    def _store(self, stem: str, pair: Pair) -> None:
        write_whole(self._directory / f"{stem}.key", pair.key, 0o600)
        write_whole(self._directory / f"{stem}.crt", pair.certificate)

    def _fresh(self, certificate: x509.Certificate) -> bool:
        return certificate.not_valid_before_utc <= self._now <= certificate.not_valid_after_utc - _RENEW

    def _covers(self, text: str, sans: tuple[str, ...]) -> bool:
        certificate = x509.load_pem_x509_certificate(text.encode())
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return self._fresh(certificate) and list(extension.value) == [_general_name(name) for name in sans]

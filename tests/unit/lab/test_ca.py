"""Certificates: what they say, who may read the keys, and when they stay the same."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from lab.ca import Authority, SiteCa

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("www.example.gov.cn", "example.gov.cn", "3fff:10::1")


def test_a_server_certificate_holds_its_names_and_is_signed(tmp_path: Path) -> None:
    ca = SiteCa(tmp_path, NOW)
    leaf = x509.load_pem_x509_certificate(ca.server("example", NAMES).certificate.encode())
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.certificate.encode()))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["www.example.gov.cn", "example.gov.cn"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["3fff:10::1"]
    assert leaf.not_valid_before_utc < NOW < leaf.not_valid_after_utc


def test_openssl_takes_the_chain_and_the_key(tmp_path: Path) -> None:
    ca = SiteCa(tmp_path, datetime.now(UTC))
    ca.server("example", NAMES)
    context = ssl.create_default_context(cafile=str(ca.certificate_path))
    context.load_cert_chain(tmp_path / "site-example.crt", tmp_path / "site-example.key")


def test_keys_are_private(tmp_path: Path) -> None:
    SiteCa(tmp_path / "ca", NOW).server("example", NAMES)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "ca").iterdir()}
    assert modes == {"ca.crt": 0o644, "ca.key": 0o600, "site-example.crt": 0o644, "site-example.key": 0o600}
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o700


def test_the_same_names_give_the_same_certificate_again(tmp_path: Path) -> None:
    first = SiteCa(tmp_path, NOW).server("example", NAMES)
    again = SiteCa(tmp_path, NOW + timedelta(days=30)).server("example", NAMES)
    assert first == again


def test_other_names_or_a_near_end_give_a_new_one(tmp_path: Path) -> None:
    first = SiteCa(tmp_path, NOW).server("example", NAMES)
    assert first != SiteCa(tmp_path, NOW).server("example", NAMES[:1])
    held = SiteCa(tmp_path, NOW).server("example", NAMES)
    assert held != SiteCa(tmp_path, NOW + timedelta(days=370)).server("example", NAMES)


def test_a_client_certificate_is_no_server() -> None:
    pair = Authority.create("x", NOW).issue("admin", NOW, organization="system:masters", server=False)
    leaf = x509.load_pem_x509_certificate(pair.certificate.encode())
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert leaf.subject.rfc4514_string() == "CN=admin,O=system:masters"

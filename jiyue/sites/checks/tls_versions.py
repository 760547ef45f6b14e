"""Protocol versions before TLS 1.2 must not be spoken (RFC 8996)."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import text
from jiyue.sites import web
from jiyue.sites.check import check, last
from jiyue.sites.model import Seen, Target

OLD = ("TLSv1", "TLSv1.1")


@check("tls-versions", finds=("tls-old",))
class TlsVersions:
    """A handshake that offers just that version."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """One for each old version."""
        return tuple(web.tls(target, version) for version in OLD)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """What is spoken."""
        for version in OLD:
            sample = last(answers.get(web.tls(target, version)))
            where = f"{target.name} at {target.address4}:443"
            if isinstance(sample, str):
                yield Seen("tls-old", target.name, f"{where}: not measured: {sample}", unknown=True)
            elif text(sample, "state") == "ok":
                yield Seen("tls-old", target.name, f"{where} speaks {version}")
            elif text(sample, "state") not in web.NOTHING:
                yield Seen("tls-old", target.name, f"{where}: not measured: {text(sample, 'state')[:40]}", unknown=True)

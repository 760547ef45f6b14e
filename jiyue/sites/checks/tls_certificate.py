"""The certificate: trusted, for this name, and for long enough."""

from __future__ import annotations

from collections.abc import Iterator

from ipv6.verify.model import Answers, Probe
from ipv6.verify.reading import number, outcome, text
from jiyue.sites import web
from jiyue.sites.check import check, last
from jiyue.sites.model import Seen, Target

SOON = 7
"""Days in which a certificate cannot be renewed in peace any more."""


@check("tls-certificate", finds=("tls-chain", "tls-missing", "tls-expires-now", "tls-expires-soon"))
class TlsCertificate:
    """One verified handshake with the site's name (RFC 6066)."""

    @staticmethod
    def ask(target: Target) -> tuple[Probe, ...]:
        """The handshake."""
        return (web.tls(target),)

    @staticmethod
    def judge(target: Target, answers: Answers) -> Iterator[Seen]:
        """Chain, name, days."""
        where = f"{target.name} at {target.address4}:443"
        sample = last(answers.get(web.tls(target)))
        if isinstance(sample, str):
            yield Seen("tls-chain", target.name, f"{where}: not measured: {sample}", unknown=True)
            return
        state = text(sample, "state")
        if state in ("refused", "reset", "timeout", "unreachable"):
            yield Seen("tls-missing", target.name, f"{where}: {outcome(sample)}")
        elif state != "ok":
            yield Seen("tls-chain", target.name, f"{where}: {outcome(sample)}")
        else:
            days, until = int(number(sample, "days")), text(sample, "not_after")
            if days < target.days:
                id = "tls-expires-now" if days < SOON else "tls-expires-soon"
                yield Seen(id, target.name, f"{where}: certificate ends {until}, {days} days left")

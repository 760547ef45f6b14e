"""Hands a zone's DS in at its parent (RFC 2136), where the environment holds the parent's server."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update

from jiyue.dns.key import TsigKey
from jiyue.dns.provider import TIMEOUT, Moved, Silent, Unwilling
from jiyue.dns.submission import Submission

TTL = 300
"""Seconds that resolvers keep the DS; the old key of a roll stays for at least as long."""


def hand_in(endpoint: tuple[str, int], key: TsigKey, parent: str, one: Submission, ttl: int = TTL) -> None:
    """Replace the zone's DS in the zone `parent`; Moved when they are not what was judged any more.

    Unwilling when the server refuses, Silent when it does not answer.
    """
    keyring = dns.tsigkeyring.from_text({key.name: (key.algorithm, key.secret)})
    update = dns.update.UpdateMessage(parent, keyring=keyring)
    _same(update, one.zone, one.have)
    update.replace(one.zone, ttl, "DS", *one.want)
    try:
        answer = dns.query.tcp(update, endpoint[0], port=endpoint[1], timeout=TIMEOUT)
    except (dns.tsig.PeerError, dns.tsig.BadSignature) as error:
        raise Unwilling(f"DS of {one.zone}: the server does not accept the key ({type(error).__name__})") from None
    except (dns.exception.DNSException, OSError, EOFError) as error:
        raise Silent(f"DS of {one.zone}: {error or type(error).__name__}") from None
    code = answer.rcode()
    if code in (dns.rcode.NXRRSET, dns.rcode.YXRRSET):
        raise Moved
    if code != dns.rcode.NOERROR:
        raise Unwilling(f"DS of {one.zone}: the server answered {dns.rcode.to_text(code)}")


def _same(update: dns.update.UpdateMessage, zone: str, have: Sequence[str]) -> None:
    """The prerequisite that the parent's set is still the one that was judged (RFC 2136, 2.4.2 and 2.4.3)."""
    for data in have:
        update.present(zone, "DS", data)
    if not have:
        update.absent(zone, "DS")

"""octodns-bind's RFC 2136 provider with a condition on every update: the zone still has the serial it was read with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dns.exception
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update
import dns.xfr
import dns.zone
from dns.rdtypes.ANY.RRSIG import RRSIG
from octodns.provider.plan import Plan
from octodns.record import Delete, Record
from octodns.record.rr import Rrset
from octodns.zone import Zone
from octodns_bind import Rfc2136Provider

from jiyue.dns.key import TsigKey

BATCH = 500
"""Record sets in one update at most; an update is one message of 64 KiB (RFC 1035 4.2.2)."""
TIMEOUT = 15.0
"""Seconds that one message or transfer may take."""


def quiet() -> None:
    """Choose the validators that octoDNS would choose by itself, with a warning."""
    if not Record.validators.configured:
        Record.enable_validators(("legacy",))
        Zone.enable_zone_validators(("legacy",))


class Moved(Exception):
    """The zone changed after it was read; nothing was sent into it."""


class Unwilling(Exception):
    """The server refused, with the reason."""


class Silent(Exception):
    """The server did not answer, with the reason."""


class PrimaryProvider(Rfc2136Provider):  # type: ignore[misc]  # octoDNS carries no types
    """One primary server. A zone is transferred once per plan; `forget` makes the next plan read it again.

    The provider's own `_apply` sends without any condition; its `populate` keeps neither serial nor signatures.
    """

    def __init__(self, server: str, host: str, port: int, key: TsigKey, deadline: float | None = None) -> None:
        super().__init__(
            server, host, port=port, timeout=TIMEOUT, key_name=key.name, key_secret=key.secret,
            key_algorithm=key.algorithm, update_batch_size=BATCH,
        )  # fmt: skip
        quiet()
        self.server = server
        self._deadline = deadline
        self._zones: dict[str, dns.zone.Zone] = {}

    def forget(self, name: str) -> None:
        """Read that zone again when it is next asked for."""
        self._zones.pop(name, None)

    def transferred(self, name: str) -> dns.zone.Zone:
        """The whole zone as the server gave it (AXFR, RFC 5936); Unwilling or Silent when it did not."""
        if name not in self._zones:
            found = dns.zone.Zone(name, relativize=False)
            query = dns.xfr.make_query(found, None, keyring=self._keyring())[0]
            limit = self._left()
            with _said(f"transfer of {name}"):
                dns.query.inbound_xfr(self.host, found, query, port=self.port, timeout=limit, lifetime=limit)
            self._zones[name] = found
        return self._zones[name]

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> bool:
        """What octoDNS plans from: every set of a type that it knows; signatures and keys are the server's own."""
        found = [
            Rrset(name.to_text(), kind, int(rdataset.ttl), [data.to_text() for data in rdataset])
            for name, rdataset in self.transferred(zone.name).iterate_rdatasets()
            if (kind := dns.rdatatype.to_text(rdataset.rdtype)) in self.SUPPORTS
        ]
        for record in Record.from_rrsets(zone, found, lenient=lenient):
            zone.add_record(record, lenient=lenient)
        return True

    def _apply(self, plan: Plan) -> bool:
        """Send one batch; Moved when the serial is another than the plan was made from (RFC 2136 2.4.2)."""
        name = plan.desired.name
        if len(plan.changes) > self.update_batch_size:
            raise ValueError(f"{len(plan.changes)} record sets in one update, at most {self.update_batch_size}")
        update = dns.update.UpdateMessage(name, keyring=self._keyring())
        update.present(name, self.transferred(name).find_rdataset(name, "SOA")[0])
        for change in plan.changes:
            rrset = change.record.to_rrset()
            if isinstance(change, Delete):
                update.delete(rrset.name, rrset._type)
            else:
                update.replace(rrset.name, rrset.ttl, rrset._type, *rrset.rdatas)
        with _said(f"update of {name}"):
            answer = dns.query.tcp(update, self.host, port=self.port, timeout=self._left())
        self.forget(name)
        code = answer.rcode()
        if code == dns.rcode.NXRRSET:
            raise Moved
        if code != dns.rcode.NOERROR:
            raise Unwilling(f"update of {name}: the server answered {dns.rcode.to_text(code)}")
        return True

    def _keyring(self) -> Any:
        return dns.tsigkeyring.from_text({self.key_name: (self.key_algorithm, self.key_secret)})

    def _left(self) -> float:
        """Seconds for the next message; Silent when the host will take everything back before it could be confirmed."""
        left = TIMEOUT if self._deadline is None else min(TIMEOUT, self._deadline - time.monotonic())
        if left <= 0:
            raise Silent("the time until the server takes it back is over")
        return left


@contextmanager
def _said(what: str) -> Iterator[None]:
    """What dnspython raises as Unwilling or Silent; no text of it holds a secret."""
    try:
        yield
    except (dns.tsig.PeerError, dns.tsig.BadSignature) as error:
        raise Unwilling(f"{what}: the server does not accept the key for it ({type(error).__name__})") from None
    except dns.xfr.TransferError as error:
        raise Unwilling(f"{what}: the server answered {dns.rcode.to_text(error.rcode)}") from None
    except (dns.exception.Timeout, OSError, EOFError) as error:
        raise Silent(f"{what}: {error or type(error).__name__}") from None
    except dns.exception.DNSException as error:
        raise Unwilling(f"{what}: {error or type(error).__name__}") from None


def signatures(zone: dns.zone.Zone) -> Iterator[tuple[str, int]]:
    """(name, expiration as seconds since 1970) of every signature of the zone (RFC 4034 3)."""
    for name, _, data in zone.iterate_rdatas():
        if isinstance(data, RRSIG):
            yield name.to_text(), int(data.expiration)

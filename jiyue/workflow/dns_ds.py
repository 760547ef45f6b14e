"""`jiyue dns ds`: the DS that zones ask for by CDS, judged and handed in at the parent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from inventory.errors import EnvironmentFailed, GateError, NothingChecked
from ipv6.plan.records import PARENT_ZONE
from jiyue.dns import look, registrar
from jiyue.dns.channel import Channels, Reach
from jiyue.dns.key import TsigKey
from jiyue.dns.provider import Moved, PrimaryProvider, Silent, Unwilling
from jiyue.dns.submission import Submission, Wish, judge
from jiyue.workflow.dns import wanted
from jiyue.workflow.names import held, key
from jiyue.workflow.services import Services


@dataclass(frozen=True, slots=True)
class Handed:
    """One zone: `state` is same, waits, refused or sent; DS before and asked for, and why it is refused."""

    zone: str
    state: str
    have: tuple[str, ...]
    want: tuple[str, ...]
    reasons: tuple[str, ...]


def submissions(services: Services, names: Sequence[str], send: bool) -> list[Handed]:
    """Every zone below the parent; with `send` what may be believed is handed in.

    EnvironmentFailed when the primary or the parent is silent, GateError when one refuses, NothingChecked when no zone
    was chosen or the environment has no server of the parent.
    """
    inv = services.inventory
    parent = inv.environment.parent
    chosen = [zone for zone in wanted(services, names) if zone.endswith(f".{PARENT_ZONE}")]
    if not chosen or not parent:
        cause = "there is no zone below it" if parent else "the environment names no server of the parent"
        raise NothingChecked(f"dns ds {PARENT_ZONE}", cause, "name a platform, or `parent` in the environment")
    with Channels(services.space.ssh_config, inv.environment.ssh_user) as reach:
        secret = key(services)
        try:
            found = [judge(one, time.time()) for one in _wishes(services, reach, secret, chosen)]
            return [_handed(one, reach, parent, secret, send) for one in found]
        except Silent as error:
            raise EnvironmentFailed("name servers", str(error), "see `jiyue lab status`") from error
        except Unwilling as error:
            raise GateError("name servers", str(error), "give the server the key of this environment") from error


def _wishes(services: Services, reach: Reach, secret: TsigKey, chosen: Sequence[str]) -> list[Wish]:
    inv = services.inventory
    primary, servers = held(inv)
    provider = PrimaryProvider(primary, *reach.endpoint(primary), secret)
    asked, silent = look.cds(reach, servers, chosen)
    above = look.above(reach, inv.environment.parent, chosen)
    found = []
    for zone in chosen:
        seen = above[zone]
        if isinstance(seen, str):
            raise Silent(seen)
        found.append(Wish(zone, provider.transferred(zone), asked[zone], silent, seen.ds))
    return found


def _handed(one: Submission, reach: Reach, parent: str, secret: TsigKey, send: bool) -> Handed:
    state = "refused" if one.reasons else "waits" if one.waits else "same"
    if send and state == "waits":
        try:
            registrar.hand_in(reach.endpoint(parent), secret, PARENT_ZONE, one)
            state = "sent"
        except Moved:
            cause = f"the DS at {parent} are not those that were judged any more"
            return Handed(one.zone, "refused", one.have, one.want, (cause,))
        except Unwilling as error:  # one zone that is refused leaves the others alone
            return Handed(one.zone, "refused", one.have, one.want, (str(error),))
    return Handed(one.zone, state, one.have, one.want, one.reasons)

"""Renders the extranet's resolver; pure. Trust anchor, root and where its program may write are the host's own."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from inventory.errors import InputError
from ipv6.agent.lines import normalise
from ipv6.drivers.base import family, network, template
from ipv6.drivers.unbound.text import CONTROL, PID
from ipv6.plan.intent import DeviceIntent

OBJECT = "/etc/unbound/unbound.conf.d/jiyue.conf"
LOG = "/var/log/unbound/queries.log"


def render(intent: DeviceIntent) -> Mapping[str, str]:
    """The whole include: who may ask, over what, validation, DNS64, limits, the log.

    With DNS64 an AAAA is made only where a name has none of its own and its A was validated (RFC 6147 5.1 and 5.5,
    Unbound's `dns64` before its `validator`); a client that validates by itself (CD set) gets the A as it stands.
    """
    found = intent.resolver
    if found is None:
        raise InputError(intent.name, "its driver is unbound but it resolves for nobody", "give it the resolver role")
    listen = [str(ip_address(address)) for address in found.listen]
    text = template(
        "unbound",
        device=intent.name,
        listen=listen,
        dual=any(family(one) == 6 for one in listen),
        clients=[network(prefix) for prefix in found.clients],
        modules=("dns64 " if found.dns64_prefix else "") + "validator iterator",
        dns64=network(found.dns64_prefix) if found.dns64_prefix else "",
        client_rate=found.client_rate,
        zone_rate=found.zone_rate,
        log=LOG,
        control=CONTROL,
        pid=PID,
    )
    return {OBJECT: normalise(text)}

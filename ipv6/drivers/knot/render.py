"""Renders knot.conf of an authoritative server; pure. A dual-stack partner is reached over both families."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from inventory.errors import InputError
from ipv6.agent.lines import normalise
from ipv6.drivers.base import template
from ipv6.drivers.knot.text import SINK
from ipv6.plan.intent import DeviceIntent, Serving

OBJECT = "/etc/knot/knot.conf"


def render(intent: DeviceIntent) -> Mapping[str, str]:
    """The whole file: listen addresses of both families, transfer by TSIG key, zones, signing on the primary."""
    server = intent.name_server
    if server is None:
        raise InputError(intent.name, "its driver is knot but it serves no zone", "give it the dns role")
    partners = [(one.name, [str(ip_address(address)) for address in one.addresses]) for one in server.partners]
    text = template(
        "knot",
        device=intent.name,
        primary=server.primary,
        listen=[str(ip_address(address)) for address in server.listen],
        partners=partners,
        parent=[str(ip_address(address)) for address in server.parent.addresses] if server.parent else [],
        serving=server.serving,
        tap=SINK,
        modules=[name for name, on in _modules(server.serving) if on],
        zones=sorted(f"{zone.rstrip('.')}." for zone in server.zones),
        delegated={f"{zone.rstrip('.')}." for zone in server.delegated},
    )
    return {OBJECT: normalise(text)}


def _modules(serving: Serving) -> tuple[tuple[str, bool], ...]:
    """Knot's modules that every zone uses, and whether the data ask for them."""
    return (
        ("mod-rrl/jiyue", serving.rate > 0),
        ("mod-stats/jiyue", serving.statistics),
        ("mod-dnstap/jiyue", serving.queries),
    )

"""The demo's step of names: every zone on all servers and at its parent, and the chain of trust by a second validator
on the client that has IPv6 only."""

from __future__ import annotations

from ipv6.verify.subjects import Vantages
from jiyue.i18n import _, translate
from jiyue.probe.ssh import ssh
from jiyue.workflow import dns_check
from jiyue.workflow.reporter import Reporter
from jiyue.workflow.services import Services

_VALID = "; fully validated"


def run(services: Services, reporter: Reporter) -> list[int]:
    """Exit codes of what is not as it should be; it changes nothing."""
    found = dns_check.check(services, ())
    odd = [one for one in found if one.verdict != "pass"]
    reporter.note(
        _("{zones} zones on {servers} servers: {good} of {total} items pass").format(
            zones=len({one.zone for one in found}),
            servers=len(services.inventory.network.name_servers),
            good=len(found) - len(odd),
            total=len(found),
        )
    )
    for one in odd[:10]:
        reporter.note(f"✗ {one.zone} {one.item}: {translate(one.reason)}")
    said = chains(services)
    broken = {name: first for name, first in said.items() if first != _VALID}
    reporter.note(
        _("delv on {vantage}, over IPv6 alone: {good} of {total} portals are fully validated from the root").format(
            vantage=Vantages().v6, good=len(said) - len(broken), total=len(said)
        )
    )
    for name, first in list(broken.items())[:5]:
        reporter.note(f"✗ {name}: {first}")
    return [1] if odd or broken else []


def chains(services: Services) -> dict[str, str]:
    """By portal, the first line of delv for its AAAA; it trusts the root's key alone."""
    portals = [platform.portal for platform in services.inventory.platforms]
    script = "".join(f"delv -6 @::1 {name} AAAA 2>&1 | head -n 1\n" for name in portals)
    reply = ssh(services.space.ssh_config, Vantages().v6, script)
    lines = reply.out.decode("utf-8", "replace").splitlines()
    silent = reply.problem or reply.err or "-"
    return {name: lines[number].strip() if number < len(lines) else silent for number, name in enumerate(portals)}

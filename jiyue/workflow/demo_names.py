"""The demo's step of names: every zone on all servers and at its parent, and the chain of trust by a second validator
on the client that has IPv6 only."""

from __future__ import annotations

from inventory.vocab import Role
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
    unsure = [one for own in vouched(services).items() for one in own[1]]
    for line in unsure[:5]:
        reporter.note(f"✗ {translate(line)}")
    if not unsure:
        reporter.note(_("the extranet's resolver vouches for every portal"))
    return [1] if odd or broken or unsure else []


def vouched(services: Services) -> dict[str, list[str]]:
    """By resolver, the portals whose AAAA it does not vouch for (AD, RFC 4035 3.2.3), asked on the host itself."""
    inv, found = services.inventory, {}
    for device in inv.devices.values():
        if device.role is not Role.RESOLVER or not inv.holds(device):
            continue
        portals = [platform.portal for platform in inv.platforms]
        ask = f"dig -b 127.0.0.1 +tries=2 +time=5 @{device.interfaces[0].address4} {{}} AAAA"
        script = "".join(f"{ask.format(name)} | grep -c 'flags:.* ad'\n" for name in portals)
        reply = ssh(services.space.ssh_config, device.name, script)
        lines = reply.out.decode("utf-8", "replace").split()
        lines += ["0"] * (len(portals) - len(lines))
        found[device.name] = [
            f"{device.name} does not vouch for {name}: {reply.problem or 'no validated answer'}"
            for name, line in zip(portals, lines, strict=False) if line != "1"
        ]  # fmt: skip
    return found


def chains(services: Services) -> dict[str, str]:
    """By portal, the first line of delv for its AAAA; it trusts the root's key alone."""
    portals = [platform.portal for platform in services.inventory.platforms]
    script = "".join(f"delv -6 @::1 {name} AAAA 2>&1 | head -n 1\n" for name in portals)
    reply = ssh(services.space.ssh_config, Vantages().v6, script)
    lines = reply.out.decode("utf-8", "replace").splitlines()
    silent = reply.problem or reply.err or "-"
    return {name: lines[number].strip() if number < len(lines) else silent for number, name in enumerate(portals)}

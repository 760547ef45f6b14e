"""What makes a cause go away, as far as it can be drafted: a change set, a record, lines of a template."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from inventory.model import SHARED
from ipv6.verify.model import CheckResult
from ipv6.verify.score.cause import Finding
from ipv6.verify.score.model import Draft
from ipv6.verify.subjects import SiteSubject

_LINE = re.compile(
    r"(?:(?P<page>https?://\S+) )?(?:style sheet )?line (?P<line>\d+) "
    r"<(?P<tag>\w+)> (?P<url>\S+?)(?: over IPv6)?: (?P<why>.+)"
)


def commands(platform: str) -> tuple[str, ...]:
    """The way of every change: propose what differs, have it approved, apply it, measure again."""
    apply = () if platform == SHARED else (f"jiyue verify {platform}",)
    return (f"jiyue ipv6 propose {platform}", f"jiyue ipv6 submit {platform}", f"jiyue review approve {platform}",
            f"jiyue ipv6 apply {platform}", *apply)  # fmt: skip


def draft(finding: Finding, subject: SiteSubject | None) -> Draft:
    """The draft of one cause; `subject` is the site where there is one."""
    result, platform = finding.result, finding.result.platform
    match result.check:
        case "aaaa-published" if subject and subject.address6:
            target = f"{subject.zone}. {subject.name}. AAAA {subject.address6}"
            return Draft("publish the planned AAAA record and no other", commands(platform), (target,))
        case "reverse-ptr" if subject:
            target = f"{subject.reverse}. PTR {subject.name}."
            return Draft("publish the planned PTR record and no other", commands(SHARED), (target,))
        case "aaaa-published":
            return Draft("plan an address for the site first", ("jiyue ipv6 plan", *commands(platform)))
        case "ns-over-ipv6" | "delegation-ipv6" | "dnssec-valid" | "shared-answers":
            where = tuple(f"{name} {address}" for name, address in subject.servers) if subject else ()
            fix = "bring the name servers' IPv6 addresses, their listeners and the glue of the parent in order"
            return Draft(fix, commands(SHARED), where)
        case "firewall-parity" | "icmpv6-policy" | "extension-headers" | "zone-allow" | "zone-deny":
            fix = "put the firewall's generated table back; both families come from the zone matrix"
            device = _device(result)
            return Draft(fix, commands(platform), (f"{device} nftables inet jiyue",) if device else ())
        case (
            "extranet-routes"
            | "default-routes"
            | "zone-mtu"
            | "path-mtu"
            | "ra-policy"
            | "v4-unharmed"
            | "dual-stack-race"
            | "delays"
        ):
            fix = "put the planned configuration back where it differs; else look at the links on the way"
            device = _device(result)
            return Draft(fix, commands(platform), (device,) if device else ())
        case "tcp-ports" if subject and subject.behind6:
            fix = "let the edge of the platform's cluster answer over IPv6"
            return Draft(fix, (f"jiyue stack up {platform}",), (subject.address6,))
        case "listeners" | "tcp-ports" | "host-addresses":
            host = subject.host if subject else ""
            fix = "let the site host listen on both addresses again"
            return Draft(fix, commands(platform), (f"{host} nginx /etc/nginx/jiyue.conf",) if host else ())
        case "tls-valid":
            return Draft("renew the certificate and name the site in it; the site's owner holds the key")
        case _:
            return _page(result.reasons, subject)


def _page(reasons: tuple[str, ...], subject: SiteSubject | None) -> Draft:
    """Lines of the template, each with what to write instead where that can be told."""
    edits = []
    for reason in reasons:
        found = _LINE.match(reason)
        if found is None:
            continue
        home = f"https://{subject.name}/" if subject else ""
        edits.append((found["page"] or home, int(found["line"]), found["url"], _instead(found["url"], subject)))
    fix = "change these lines of the page's template" if edits else "mend the page; the site's owner decides how"
    return Draft(fix, edits=tuple(edits))


def _instead(url: str, subject: SiteSubject | None) -> str:
    """A relative address where the file is the site's own, else what the owner has to do."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if subject and parts.hostname in (subject.name, subject.address4, subject.address6):
        return path
    return f"/copies{path}" if parts.path not in ("", "/") else ""


NAMED = frozenset({"firewall-parity", "icmpv6-policy", "extension-headers", "extranet-routes", "default-routes",
                   "ra-policy"})  # fmt: skip
"""Checks whose reasons begin with the device that they asked."""


def _device(result: CheckResult) -> str:
    """The device that the first reason names; empty where reasons begin with something else."""
    return re.split(r"[ :/]", result.reasons[0], maxsplit=1)[0] if result.check in NAMED and result.reasons else ""
